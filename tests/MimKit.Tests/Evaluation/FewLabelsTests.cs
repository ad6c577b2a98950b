using MimKit.Data;
using MimKit.Evaluation;
using MimKit.Models;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Evaluation;

public class FewLabelsTests
{
    static EvaluationSubject Subject(LearnedVit encoder, DataSplits data) => new("mine", encoder, data) { Controls = [Representation.RawPixels] };

    [Fact]
    public void A_share_of_the_labels_is_of_every_class_and_test_is_read_once_a_draw()
    {
        using var encoder = FrozenTableTests.Encoder();
        using var subject = Subject(encoder, FrozenTableTests.Splits(300, 60, 60));

        var rows = FewLabels.Share(subject, 0.02, draws: 2);

        Assert.Equal(["raw pixels", "mine"], rows.Select(row => row.Name));
        Assert.All(rows, row => Assert.Equal(6, row.Labels));                        // two of each of three classes
        Assert.InRange(rows[0].Mean, 0.9, 1);                                        // brightness tells them apart
        Assert.Equal(4, subject.TestReads.Count);
        Assert.Contains("(0, 1]", Assert.Throws<ArgumentException>(() => FewLabels.Share(subject, 0)).Message);
    }

    [Fact]
    public void Episodes_are_the_same_for_every_run_and_need_two_classes()
    {
        using var encoder = FrozenTableTests.Encoder();
        using var subject = Subject(encoder, FrozenTableTests.Splits(30, 60, 60));

        var (first, again) = (FewLabels.Shots(subject, 1, episodes: 20), FewLabels.Shots(subject, 1, episodes: 20));

        Assert.Equal("3-way 1-shot", first[0].Setting);                              // there are three classes
        Assert.Equal(first[1].Accuracies, again[1].Accuracies);
        Assert.InRange(first[0].Mean, 1.0 / 3, 1);
        Assert.Contains("more than 500 images", Assert.Throws<ArgumentException>(() => FewLabels.Shots(subject, 500)).Message);
    }

    [Fact]
    public void Images_of_other_data_take_the_models_size_and_channels()
    {
        var set = FrozenTableTests.Brightness(6, "test", 1);
        var fitted = set.As(new ImageFormat(3, 8, 8, [0.5, 0.5, 0.5], [0.2, 0.2, 0.2]));

        Assert.Equal((3, 8, 8, 6), (fitted.Channels, fitted.Height, fitted.Width, fitted.Count));
        Assert.Equal(fitted.Image(2)[..64].ToArray(), fitted.Image(2)[128..].ToArray());              // grey is repeated
        var back = fitted.As(set.Manifest.Image);
        Assert.Equal((1, 4, 4), (back.Channels, back.Height, back.Width));
        Assert.InRange(back.Image(5)[..].ToArray().Average(pixel => (double)pixel) - set.Image(5).ToArray().Average(pixel => (double)pixel), -6, 6);
    }
}
