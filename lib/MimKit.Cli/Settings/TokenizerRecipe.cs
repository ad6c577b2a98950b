using MimKit.Data;

namespace MimKit.Cli.Settings;

/// <summary>The tokenizers that are trained by steps, as recipes; cluster tokenizers are made at once and have their own command path.</summary>
static class TokenizerRecipe
{
    /// <summary>The name of the cluster tokenizer on the command line.</summary>
    public const string Clusters = "clusters";

    public static IEnumerable<string> Names => ["vq-kd", "dvae"];

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="model">A preset of its record: "Mini28".</param>
    /// <param name="settings">KEY=VALUE each, applied in order; VQ-KD's Teacher is a run folder.</param>
    /// <param name="seed">Of weights, order and noise.</param>
    public static Recipe Of(string name, string model, IReadOnlyList<string> settings, ulong seed)
    {
        switch (name)
        {
            case "vq-kd":
                var vq = RecordSettings.Apply(Recipe.Preset<VqKdConfig>(model), settings);
                return new(vq, vq.Plan(seed), train => vq.Build(Trained.Dino(vq.Teacher), train, seed));
            case "dvae":
                var dvae = RecordSettings.Apply(Recipe.Preset<DvaeConfig>(model), settings);
                return new(dvae, dvae.Plan(seed), train => dvae.Build(train.Manifest, seed));
            default:
                throw new ArgumentException($"there is no tokenizer '{name}' to train.\n  there are: {string.Join(", ", Names.Append(Clusters))}");
        }
    }

    /// <summary>The record of a cluster tokenizer.</summary>
    public static ClusterTokenizerConfig ClustersOf(string model, IReadOnlyList<string> settings) => RecordSettings.Apply(Recipe.Preset<ClusterTokenizerConfig>(model), settings);

    /// <summary>Tokenizes a split, image after image in the set's order.</summary>
    public static Func<ImageSet, Evaluation.TokenSet> TokensOf(Target tokenizer) =>
        set => Evaluation.Features.Tokens(images => tokenizer.Of(images).Values, tokenizer.Size, set);
}
