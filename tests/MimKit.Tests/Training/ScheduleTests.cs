using System.Text.Json;
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
    public void HalfCosine_equals_the_released_rule()
    {
        var stored = new ReferenceCase("half_cosine_lr");
        var args = stored.Config.GetProperty("args");
        var rates = stored["epoch"].ToArray<float>().Select(epoch => Schedule.HalfCosine(epoch,
            args.GetProperty("lr").GetDouble(), args.GetProperty("min_lr").GetDouble(),
            args.GetProperty("warmup_epochs").GetDouble(), args.GetProperty("epochs").GetDouble())).ToArray();

        stored.AssertClose("lr", rates);
    }

    [Fact]
    public void Beit_learning_rate_reaches_its_peak_twice()
    {
        var plan = new TrainingPlan { Epochs = 10, LearningRate = 1.5e-3, MinLearningRate = 1e-5, WarmupEpochs = 2, Schedule = ScheduleForm.Iteration };
        var rates = Enumerable.Range(0, 40).Select(step => Schedule.LearningRate(plan, step, stepsPerEpoch: 4)).ToArray();

        double[] expected = [0, .00021429, .00042857, .00064286, .00085714, .00107143, .00128571, .0015, .0015, .00149641, .00148569, .00146792];
        for (var step = 0; step < expected.Length; step++) Assert.Equal(expected[step], rates[step], 5e-9);
        Assert.Equal(.00001359, rates[^1], 5e-9);
    }

    [Fact]
    public void Cosine_equals_the_released_scheduler()
    {
        var stored = new ReferenceCase("cosine_schedule");
        var calls = stored.Config.GetProperty("calls").EnumerateArray().ToArray();
        for (var call = 0; call < calls.Length; call++)
        {
            var perEpoch = calls[call].GetProperty("niter_per_ep").GetInt64();
            var iterations = calls[call].GetProperty("epochs").GetInt64() * perEpoch;
            var warmup = Number(calls[call], "warmup_steps", -1) is > 0 and var steps ? (long)steps : (long)Number(calls[call], "warmup_epochs", 0) * perEpoch;
            var values = Enumerable.Range(0, (int)iterations).Select(iteration => Schedule.Cosine(iteration, iterations, warmup,
                Number(calls[call], "start_warmup_value", 0), calls[call].GetProperty("base_value").GetDouble(), calls[call].GetProperty("final_value").GetDouble()));

            stored.AssertClose($"schedule_{call}", values.ToArray());
        }
    }

    static double Number(JsonElement call, string name, double otherwise) => call.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
}
