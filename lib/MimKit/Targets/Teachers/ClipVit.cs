using MimKit.Models;

namespace MimKit;

/// <summary>
/// CLIP's image encoder (Radford et al., 2021, arXiv 2103.00020; openai/CLIP, model.py): a norm before the blocks, QuickGELU, norms with
/// epsilon 1e-5, a patch projection without bias, a projection to the space shared with text. Frozen, float32.
/// </summary>
public sealed class ClipVit : nn.Module
{
    private const double Epsilon = 1e-5;

    private readonly Parameter _clsToken, _positions, _proj, _head;
    private readonly LayerNorm _before, _after;
    private readonly List<Block> _blocks = [];

    /// <param name="config">the shape</param>
    /// <param name="outputs">of the shared space, 512 for ViT-B</param>
    public ClipVit(VitConfig config, int outputs) : base(nameof(ClipVit))
    {
        (Config, Outputs) = (config, outputs);
        var patches = new ModuleGroup("patch_embed.proj");
        var embed = new ModuleGroup("patch_embed");
        register_parameter("cls_token", _clsToken = new Parameter(zeros(1, 1, config.Width)));
        register_parameter("pos_embed", _positions = new Parameter(zeros(1, 1 + config.Grid().Count, config.Width)));
        register_module("patch_embed", embed);
        embed.register_module("proj", patches);
        patches.register_parameter("weight", _proj = new Parameter(zeros(config.Width, config.Channels, config.PatchSize, config.PatchSize)));
        register_module("norm_pre", _before = nn.LayerNorm(config.Width, Epsilon));
        var blocks = new ModuleGroup("blocks");
        register_module("blocks", blocks);
        for (var i = 0; i < config.Blocks; i++)
        {
            _blocks.Add(new Block(config));
            blocks.register_module($"{i}", _blocks[^1]);
        }
        register_module("norm", _after = nn.LayerNorm(config.Width, Epsilon));
        var head = new ModuleGroup("head");
        register_module("head", head);
        head.register_parameter("weight", _head = new Parameter(zeros(outputs, config.Width)));
    }

    public VitConfig Config { get; }

    /// <summary>Width of the space shared with text.</summary>
    public int Outputs { get; }

    /// <summary>Every token in the shared space: what VQ-KD and MVP take for its patches (METHODS 2.1).</summary>
    /// <param name="images">[B, C, H, W] float32 on CLIP's scale</param>
    /// <returns>[B, 1 + N, Outputs], class token first</returns>
    public Tensor Encode(Tensor images)
    {
        var p = (long)Config.PatchSize;
        var patches = nn.functional.conv2d(images, _proj, strides: [p, p]).flatten(2).transpose(1, 2);   // [B, N, D]
        var x = cat([_clsToken.expand(images.size(0), -1, -1), patches], 1) + _positions;
        x = _before.forward(x);
        foreach (var block in _blocks) x = block.forward(x);
        return nn.functional.linear(_after.forward(x), _head);
    }

    private sealed class Block : nn.Module<Tensor, Tensor>
    {
        private readonly LayerNorm _norm1, _norm2;
        private readonly Attention _attention;
        private readonly Linear _fc1, _fc2;

        public Block(VitConfig config) : base(nameof(Block))
        {
            register_module("norm1", _norm1 = nn.LayerNorm(config.Width, Epsilon));
            register_module("attn", _attention = new Attention(config.Width, config.Heads));
            register_module("norm2", _norm2 = nn.LayerNorm(config.Width, Epsilon));
            var mlp = new ModuleGroup("mlp");
            register_module("mlp", mlp);
            mlp.register_module("fc1", _fc1 = nn.Linear(config.Width, (int)(config.Width * config.MlpRatio)));
            mlp.register_module("fc2", _fc2 = nn.Linear((int)(config.Width * config.MlpRatio), config.Width));
        }

        public override Tensor forward(Tensor x)
        {
            x = x + _attention.forward(_norm1.forward(x));
            return x + _fc2.forward(QuickGelu(_fc1.forward(_norm2.forward(x))));
        }

        private static Tensor QuickGelu(Tensor x) => x * (x * 1.702).sigmoid();
    }
}

/// <summary>CLIP as a teacher: patch features in the space shared with text.</summary>
/// <param name="network">disposed with the teacher</param>
/// <param name="name">for logs</param>
public sealed class ClipTeacher(ClipVit network, string name) : Teacher
{
    public override string Name => name;
    public override PatchGrid Grid => network.Config.Grid();
    public override int Width => network.Outputs;
    public override InputScale Scale => InputScale.Clip;

    protected override Tensor PatchFeatures(Tensor images)
    {
        var tokens = network.Encode(images);
        return tokens.narrow(1, 1, tokens.size(1) - 1);
    }

    protected override Tensor PooledFeatures(Tensor images) => network.Encode(images).select(1, 0);

    public override void Dispose() => network.Dispose();
}
