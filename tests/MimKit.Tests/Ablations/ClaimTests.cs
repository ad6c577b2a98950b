using MimKit.Ablations;
using MimKit.Data;
using MimKit.Metrics;
using MimKit.Tests.Training;

namespace MimKit.Tests.Ablations;

/// <summary>What claim cards say of arms whose truth is known.</summary>
public class ClaimTests
{
    private static readonly ImageSet Images = TinySubject.Images(4);
    private static readonly ClaimSetting Setting = new(new Trials(new(Images, Images, Images), "smoke", Path.GetTempPath()));

    private static ClaimCard Try(params double[] differences) =>
        new Claim("toy", "A is better than B.", "nobody", "A − B", _ => differences).Try(Setting);

    [Fact]
    public void A_difference_that_every_seed_shows_is_supported()
    {
        var card = Try(1, 2, 3, 4, 5);
        Assert.Equal(Verdict.Supported, card.Verdict);
        Assert.Equal((3, 1.037, 4.963), (card.Evidence.Mean, Math.Round(card.Evidence.Low, 3), Math.Round(card.Evidence.High, 3)));     // 3 ± 2.776 · 1.5811 / √5
        Assert.StartsWith("SUPPORTED  A is better than B.", card.ToString());
        Assert.Contains("+3.00 points, 95 % [+1.04, +4.96], 5 paired seeds", card.ToString());
    }

    [Fact]
    public void The_other_sign_contradicts() => Assert.Equal(Verdict.Contradicted, Try(-1, -2, -3, -4, -5).Verdict);

    [Theory]
    [InlineData(new double[] { 3, -2, 1, 4, -1 })]                                 // 1 ± 3.17
    [InlineData(new double[] { 1, 2 })]                                            // two seeds prove little: 1.5 ± 6.4
    [InlineData(new double[] { 0, 0, 0 })]
    public void What_may_be_chance_is_undecided(double[] differences) => Assert.Equal(Verdict.Undecided, Try(differences).Verdict);

    [Fact]
    public void Of_no_effect_one_claim_in_twenty_is_wrongly_decided()
    {
        var random = new Random(1);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var decided = Enumerable.Range(0, 4000).Count(_ => Try([.. Enumerable.Range(0, 5).Select(_ => Normal())]).Verdict != Verdict.Undecided);
        Assert.InRange(decided / 4000.0, 0.04, 0.06);
    }

    [Fact]
    public void One_seed_is_refused() => Assert.Contains("two or more", Assert.Throws<ArgumentException>(() => Try(1)).Message);
}
