using System.Text.Json.Nodes;
using MimKit.Data;
using MimKit.Evaluation;

namespace MimKit.Charts.Tests;

public class RobustnessChartTests
{
    static Evaluated Read(int right, int of = 4) => new("made", "made test", [.. Enumerable.Range(0, of).Select(i => i < right)], 0);

    static AdversarialCurve Curve(string model, AdversarialPlan plan, bool believable = true) =>
        new(model, plan with { Epsilons = [4, 8] }, Read(4), [Read(3), Read(2)], [Read(2), Read(0)], [new("what", "found", believable)]);

    static JsonArray Traces(Figure figure) => figure.Json()["data"]!.AsArray();

    [Fact]
    public void Accuracy_under_attack_begins_at_no_attack()
    {
        var figure = Chart.Adversarial(Curve("own", AdversarialPlan.LInfinity), Curve("pixels", AdversarialPlan.LInfinity, believable: false));
        Assert.Equal(4, Traces(figure).Count);                                       // PGD and FGSM of both
        Assert.Equal([0, 4, 8], Traces(figure)[0]!["x"]!.AsArray().Select(x => (double)x!));
        Assert.Equal([1, 0.5, 0], Traces(figure)[0]!["y"]!.AsArray().Select(y => (double)y!));
        Assert.Contains("not to be believed: pixels", figure.Summary);
        Assert.Contains("of one norm", Assert.Throws<ArgumentException>(() => Chart.Adversarial(Curve("own", AdversarialPlan.LInfinity), Curve("own", AdversarialPlan.L2))).Message);
    }

    [Fact]
    public void A_segmentation_shows_image_truth_and_prediction_with_a_legend_of_the_classes_that_are_there()
    {
        static Picture Picture(params byte[] pixels) => new(pixels, 2, 2, 1);
        var score = new SegmentationScore("made", "made test", ["ground", "one", "two", "three"], [[2, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], 0)
        {
            Examples = [new(Picture(0, 50, 100, 150), Picture(0, 0, 1, 255), Picture(0, 0, 1, 2))],
        };
        var figure = Chart.Segmentation(score);
        Assert.Contains("image, truth, predicted", figure.Summary);
        Assert.Equal(["ground", "one", "two"], Traces(figure).Where(trace => trace!["name"] is not null).Select(trace => (string)trace!["name"]!));
        Assert.Equal(3, Traces(figure).Where(trace => trace!["name"] is not null).Select(trace => (string)trace!["marker"]!["color"]!).Distinct().Count());
        Assert.True((bool)figure.Json()["layout"]!["showlegend"]!);
        Assert.Equal(["ground", "one", "two"], Traces(Chart.ClassIoU(score))[0]!["y"]!.AsArray().Select(name => (string)name!));   // the absent class has none
        Assert.Contains("examples", Assert.Throws<ArgumentException>(() => Chart.Segmentation(score with { Examples = [] })).Message);
    }

    [Fact]
    public void Disturbances_and_corruptions_are_drawn_model_by_model()
    {
        DisturbanceCurve Along(string model, string axis) => new(model, "patches taken", axis, [0, 0.5], [Read(4), Read(1)]);
        Assert.Equal(["own", "pixels"], Traces(Chart.Disturbance(Along("own", "share"), Along("pixels", "share"))).Select(trace => (string)trace!["name"]!));
        Assert.Throws<ArgumentException>(() => Chart.Disturbance(Along("own", "share"), Along("own", "squares")));
        var errors = new CorruptionErrors("own", "made", 0.1, new Dictionary<string, IReadOnlyList<double>> { ["fog"] = [0.2, 0.4] }, 0);
        Assert.Contains("Error under corruptions", Chart.CorruptionError(errors, errors with { Model = "pixels" }).Summary);
    }
}
