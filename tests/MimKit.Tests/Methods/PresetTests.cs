using System.Reflection;
using MimKit.Methods;
using MimKit.Models;
using MimKit.Training;

namespace MimKit.Tests.Methods;

/// <summary>Every method has the sizes of the field, and a plan for each.</summary>
public class PresetTests
{
    private static readonly (string Name, VitConfig Encoder)[] Sizes =
    [
        ("Mini28", VitConfig.Mini28), ("Tiny16", VitConfig.Tiny16), ("Small16", VitConfig.Small16), ("Base16", VitConfig.Base16), ("Large16", VitConfig.Large16),
    ];

    [Theory]
    [InlineData(typeof(MaeConfig))]
    [InlineData(typeof(UMae))]
    [InlineData(typeof(ClusterMimConfig))]
    [InlineData(typeof(BeitConfig))]
    [InlineData(typeof(BeitV2Config))]
    [InlineData(typeof(DtmConfig))]
    [InlineData(typeof(SimMimConfig))]
    [InlineData(typeof(MaskFeatConfig))]
    [InlineData(typeof(Data2VecConfig))]
    [InlineData(typeof(FeatureRegressionConfig))]
    [InlineData(typeof(SupervisedConfig))]
    public void Every_method_comes_in_five_sizes(Type holder)
    {
        foreach (var (name, encoder) in Sizes)
        {
            var config = holder.GetProperty(name, BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
            Assert.True(config is not null, $"{holder.Name} has no {name}");
            Assert.Equal(encoder, config.GetType().GetProperty("Encoder")!.GetValue(config));
            var plan = (TrainingPlan)config.GetType().GetMethod("Plan")!.Invoke(config, [0UL])!;
            plan.Check(images: name == "Mini28" ? 55_000 : 1_281_167);
            Assert.Equal(config, config.GetType().GetMethod("<Clone>$")!.Invoke(config, null));      // a record, so that an ablation is one `with`
        }
    }
}
