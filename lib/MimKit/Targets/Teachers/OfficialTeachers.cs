using MimKit.Runtime;

namespace MimKit;

/// <summary>Released weights as teachers, each with the input scale it was trained on.</summary>
public static class OfficialTeachers
{
    /// <summary>DINO, DeiT or another ViT with learned positions, or CLIP's image encoder, as the file tells.</summary>
    /// <param name="weights">an opened file</param>
    /// <param name="scale">null: ImageNet's for a ViT, CLIP's own for CLIP. timm's "augreg" models want <see cref="InputScale.MinusOneToOne"/>; no tensor tells them apart</param>
    /// <param name="blocks">run before the final norm; null: all. Not for CLIP</param>
    /// <param name="heads">attention heads, which no tensor tells; null: width / 64</param>
    /// <param name="precision">dtype of activations; CLIP computes in float32</param>
    /// <exception cref="ArgumentException">The file holds weights of something that is no teacher.</exception>
    public static Teacher Teacher(this OfficialWeights weights, InputScale? scale = null, int? blocks = null, int? heads = null, Precision precision = Precision.Float32)
    {
        var name = Path.GetFileNameWithoutExtension(weights.Path);
        switch (weights.Family)
        {
            case WeightFamily.Vit:
                return new VitTeacher(weights.Vit(heads, precision), scale ?? InputScale.ImageNet, name, blocks);
            case WeightFamily.Clip:
                if (scale is not null || blocks is not null) throw new ArgumentException("CLIP has its own input scale and gives the features after its last block; leave scale and blocks out.");
                using (NewDisposeScope())
                {
                    var network = new ClipVit(weights.Config(heads: heads), (int)weights.Shape("head.weight")[0]);
                    weights.LoadInto(network);
                    network.eval();
                    return new ClipTeacher(network, name);
                }
            default:
                throw new ArgumentException($"{weights.Path} holds weights of {weights.Family}, which is no teacher here. Teachers: {WeightFamily.Vit} (DINO, DeiT, timm), {WeightFamily.Clip}.");
        }
    }
}
