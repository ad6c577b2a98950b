using MimKit.Data;

namespace MimKit.Tests.Data;

/// <summary>Emoji-64 as the machine has it; where it was not fetched (136 MB), these look at nothing.</summary>
public class EmojiTests
{
    private static DataSplits? Emoji => DataFolder.IsPresent(Datasets.Manifest("emoji-64")) ? Datasets.Open("emoji-64") : null;

    [Fact]
    public void Every_glyph_has_nine_categories_98_sub_categories_and_two_styles()
    {
        if (Emoji is not { } emoji) return;
        Assert.Equal(7_562, emoji.Train.Count + emoji.Val.Count + emoji.Test.Count);
        Assert.Equal((3, 64, 64), (emoji.Train.Channels, emoji.Train.Height, emoji.Train.Width));
        Assert.Equal([("category", 9), ("sub-category", 98), ("style", 2), ("glyph", 1_906)], emoji.Train.Labellings.Select(by => (by.Name, by.Classes.Count)));
        Assert.Equal(emoji.Train.Count, emoji.Train.Where("style", "google").Count * 2);
        Assert.Equal("Smileys & Emotion", emoji.Test.Classes[0]);
        Assert.Equal(98, emoji.Test.By("sub-category").ClassCount);
    }

    [Fact]
    public void All_drawings_of_a_glyph_are_in_one_split()
    {
        if (Emoji is not { } emoji) return;
        var seen = new[] { emoji.Train, emoji.Val, emoji.Test }.Select(set => set.By("glyph").Labels.ToHashSet()).ToList();
        Assert.Empty(seen[0].Intersect(seen[1]));
        Assert.Empty(seen[0].Intersect(seen[2]));
        Assert.Empty(seen[1].Intersect(seen[2]));
    }

    [Fact]
    public void Split_by_style_tests_on_a_hand_that_was_never_trained_on()
    {
        if (Emoji is null || !DataFolder.IsPresent(Datasets.Manifest("emoji-64-style"))) return;
        var (train, val, test) = Datasets.Open("emoji-64-style");
        Assert.All(new[] { train, val }, set => Assert.All(set.By("style").Labels, style => Assert.Equal(0, style)));
        Assert.All(test.By("style").Labels, style => Assert.Equal(1, style));
        Assert.Empty(train.By("glyph").Labels.Intersect(val.By("glyph").Labels));
    }

    [Fact]
    public void The_splits_and_their_pixels_are_the_same_for_ever()
    {
        if (Emoji is not { } emoji) return;
        Assert.Equal("010c9ee 4c67d92 eb39822", string.Join(' ', new[] { emoji.Train, emoji.Val, emoji.Test }.Select(set => set.Digest[..7])));
    }
}
