using MimKit.Exercises;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Exercises;

public sealed class CheckTests
{
    [Fact]
    public void A_right_tensor_is_right_and_a_missing_one_open()
    {
        using var wanted = arange(6).reshape(2, 3);
        Assert.Equal(Answer.Right, Check.That("1", () => arange(6).reshape(2, 3), wanted, "").Answer);
        Assert.Equal(Answer.Open, Check.That("1", () => (Tensor?)null, wanted, "").Answer);
    }

    [Fact]
    public void A_wrong_tensor_is_told_with_shape_or_difference_and_the_hint()
    {
        using var wanted = arange(6).reshape(2, 3);
        var turned = Check.That("1, join", () => arange(6).reshape(3, 2), wanted, "look at permute").ToString();
        Assert.Contains("found the shape [3, 2], wanted [2, 3]", turned);
        Assert.Contains("Hint: look at permute", turned);
        Assert.Contains("5 of 6 numbers differ, by up to 5", Check.That("1", () => zeros(2, 3), wanted, "").ToString());
    }

    [Fact]
    public void Nothing_that_is_no_number_passes()
    {
        using var wanted = zeros(2);
        Assert.Equal(Answer.Wrong, Check.That("1", () => full([2], double.NaN), wanted, "").Answer);
        Assert.Equal(Answer.Wrong, Check.That("1", () => double.NaN, 0, "").Answer);
    }

    [Fact]
    public void An_answer_that_throws_is_wrong_and_its_error_is_shown()
    {
        var said = Check.That("2", () => throw new InvalidOperationException("two halves"), "both halves are there", "split first");
        Assert.Equal(Answer.Wrong, said.Answer);
        Assert.Contains("two halves", said.ToString());
    }

    [Fact]
    public void A_number_passes_within_its_tolerance_only()
    {
        Assert.Equal(Answer.Right, Check.That("3", () => 0.2449, 12 / 49.0, "", 1e-3).Answer);
        Assert.Equal(Answer.Wrong, Check.That("3", () => 0.25, 12 / 49.0, "", 1e-3).Answer);
    }

    [Fact]
    public void What_it_shows_as_html_is_escaped() =>
        Assert.Contains("&lt;b&gt;", (string)Check.That("<b>", () => (bool?)false, "x", "").MimeBundle()["text/html"]);
}
