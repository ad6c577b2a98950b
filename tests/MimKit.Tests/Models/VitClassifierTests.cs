using MimKit.Models;
using MimKit.Runtime;
using static MimKit.Torch.torch;

namespace MimKit.Tests.Models;

public class VitClassifierTests
{
    static readonly VitConfig Shape = new() { Width = 24, Blocks = 2, Heads = 2, PatchSize = 4, ImageSize = 16, Channels = 1 };

    [Fact]
    public void A_pretrained_encoder_gives_everything_but_norm_and_head()
    {
        using var encoder = new Vit(Shape, Precision.Float32);
        MaeInitialisation.Apply(encoder, seed: 5);
        using var classifier = new VitClassifier(Shape, 3, Pooling.MeanPatches, Precision.Float32, seed: 1);
        var own = encoder.state_dict();

        classifier.StartFrom(own);

        foreach (var (name, value) in classifier.state_dict().Where(named => own.ContainsKey(named.Key))) Assert.True(value.equal(own[name]), name);
        Assert.Equal(["fc_norm.bias", "fc_norm.weight", "head.bias", "head.weight"], classifier.state_dict().Keys.Except(own.Keys).Order());
        Assert.InRange(classifier.forward(randn(2, 1, 16, 16)).abs().max().ToSingle(), 0, 1e-2f);              // the head starts almost silent
    }

    [Fact]
    public void An_encoder_of_another_shape_is_refused_by_name()
    {
        using var encoder = new Vit(Shape with { Width = 48 }, Precision.Float32);
        using var classifier = new VitClassifier(Shape, 3, Pooling.ClassToken, Precision.Float32, seed: 1);

        Assert.Contains("cls_token", Assert.Throws<ArgumentException>(() => classifier.StartFrom(encoder.state_dict())).Message);
    }
}
