using MimKit.Training;

namespace MimKit.Tests.Training;

public class ScheduleTests
{
    static readonly TrainingPlan Mae = new() { Epochs = 200, LearningRate = 2.4e-3, WarmupEpochs = 40 };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20, 0.0012)]
    [InlineData(40, 0.0024)]
    [InlineData(120, 0.0012)]
    [InlineData(199.5, 6e-8)]
    public void Mae_learning_rate_at_an_epoch(double epoch, double expected) =>
        Assert.Equal(expected, Schedule.LearningRate(Mae, (long)(epoch * 10), stepsPerEpoch: 10), 3e-9);          // printed with one digit

    [Fact]
    public void Beit_learning_rate_reaches_its_peak_twice()
    {
        var plan = new TrainingPlan { Epochs = 10, LearningRate = 1.5e-3, MinLearningRate = 1e-5, WarmupEpochs = 2, Schedule = ScheduleForm.Iteration };
        var rates = Enumerable.Range(0, 40).Select(step => Schedule.LearningRate(plan, step, stepsPerEpoch: 4)).ToArray();

        double[] expected = [0, .00021429, .00042857, .00064286, .00085714, .00107143, .00128571, .0015, .0015, .00149641, .00148569, .00146792];
        for (var step = 0; step < expected.Length; step++) Assert.Equal(expected[step], rates[step], 5e-9);
        Assert.Equal(.00001359, rates[^1], 5e-9);
    }
}
