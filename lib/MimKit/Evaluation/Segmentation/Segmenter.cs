using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Evaluation;

/// <summary>An encoder and a head that give every pixel a class. B images, K classes, N patches of an h × w grid, D width.</summary>
public sealed class Segmenter : nn.Module<Tensor, Tensor>
{
    private readonly IEncoder _encoder;
    private readonly SegmentationHead _head;
    private readonly IReadOnlyList<int> _blocks;
    private readonly bool _frozen;
    private readonly double _auxiliaryWeight;
    private readonly ScalarType _activations;

    /// <param name="encoder">a module that sees images of one size; disposed with this</param>
    /// <param name="blocks">that are read, counted from 1, in growing order, before any norm</param>
    /// <param name="classes">K</param>
    /// <param name="head">UPerNet's sizes; null: a linear layer, and the encoder is frozen</param>
    /// <param name="precision">dtype of the head's activations; parameters are float32</param>
    /// <param name="seed">of the head's starting weights</param>
    /// <exception cref="ArgumentException">The encoder has no such blocks, or there is no class.</exception>
    public Segmenter(IEncoder encoder, IReadOnlyList<int> blocks, int classes, UPerNetConfig? head, Precision precision, ulong seed) : base(nameof(Segmenter))
    {
        if (classes < 1) throw new ArgumentException($"A segmentation has {classes} classes; it needs at least 1.");
        if (blocks.Count == 0 || blocks[0] < 1 || blocks[^1] > encoder.Config.Blocks || blocks.Zip(blocks.Skip(1)).Any(pair => pair.First > pair.Second))
            throw new ArgumentException($"Blocks {string.Join(", ", blocks)} were asked for; the encoder has blocks 1 to {encoder.Config.Blocks}, and they are given in growing order.");
        if (head is not null && blocks.Count != UPerNet.Blocks) throw new ArgumentException($"UPerNet reads {UPerNet.Blocks} blocks; {blocks.Count} were given. A block may be given more than once.");
        (_encoder, _blocks, Classes, _frozen, _auxiliaryWeight, _activations) = (encoder, blocks, classes, head is null, head?.AuxiliaryWeight ?? 0, precision.Activations());
        _head = head is null ? new LinearSegmentation(blocks.Count * encoder.Config.Width, classes, seed) : new UPerNet(encoder.Config.Width, classes, head, seed);
        register_module(LayerDecay.Encoder, (nn.Module)encoder);
        register_module("head", _head);
        if (_frozen)
            foreach (var parameter in ((nn.Module)encoder).parameters()) parameter.requires_grad = false;
    }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>Pixels a side of the images that the encoder sees: a window.</summary>
    public int Window => _encoder.Config.ImageSize;

    /// <summary>The head: "UPerNet" or "LinearSegmentation".</summary>
    public string Head => _head.GetName();

    /// <summary>Logits of every pixel.</summary>
    /// <param name="images">[B, C, Window, Window] float32, normalised</param>
    /// <returns>[B, K, Window, Window] float32</returns>
    public override Tensor forward(Tensor images) => Logits(images, null).Main.to(float32).Resize(images.size(2), images.size(3));

    /// <summary>The loss of one batch: cross-entropy of main and auxiliary logits, the latter weighted.</summary>
    /// <param name="batch">images of one window; masks with <see cref="SegmentationSource.Ignored"/> where no class is known</param>
    /// <param name="draw">the step's random numbers</param>
    public Tensor Loss(SegmentationBatch batch, Draw draw)
    {
        var said = Logits(batch.Images, draw);
        var loss = CrossEntropy(said.Main, batch.Masks);
        return said.Auxiliary is null ? loss : loss + CrossEntropy(said.Auxiliary, batch.Masks) * _auxiliaryWeight;
    }

    /// <summary>
    /// Cross-entropy of logits brought to the mask's size: the mean over all pixels, of which unknown ones count 0, as BEiT's code takes it. A crop
    /// without any known pixel has loss 0.
    /// </summary>
    /// <param name="logits">[B, K, h, w]</param>
    /// <param name="masks">[B, H, W] int64</param>
    public static Tensor CrossEntropy(Tensor logits, Tensor masks) =>
        F.cross_entropy(logits.to(float32).Resize(masks.size(1), masks.size(2)), masks, ignore_index: SegmentationSource.Ignored, reduction: nn.Reduction.Sum) / masks.numel();

    private SegmentationLogits Logits(Tensor images, Draw? draw)
    {
        var grid = _encoder.Grid;
        List<Tensor> maps;
        using (_frozen ? no_grad() : null)
        {
            var outputs = _encoder.BlockOutputs(images, _encoder.Config.Blocks - _blocks[0] + 1, draw);
            maps = [.. _blocks.Select(block => outputs[block - _blocks[0]])                                            // [B, 1 + N, D]
                .Select(tokens => tokens.narrow(1, 1, grid.Count).transpose(1, 2).reshape(images.size(0), -1, grid.Rows, grid.Columns).to(_activations))];   // [B, D, h, w]
        }
        return _head.Logits(maps, draw);
    }
}
