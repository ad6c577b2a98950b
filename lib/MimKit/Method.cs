using MimKit.Data;
using MimKit.Models;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit;

/// <summary>A masked-image-modelling method: five choices. Its loss is the weighted sum of its terms.</summary>
public sealed class Method : ITrainable, IDisposable
{
    private readonly Target[] _targets;

    /// <param name="config">the record it was built from: heads the log, goes into run.json</param>
    /// <param name="views">what student and targets see</param>
    /// <param name="masking">what is hidden</param>
    /// <param name="predictor">the network; disposed with the method</param>
    /// <param name="terms">what is predicted and how it is compared; targets are not disposed</param>
    /// <exception cref="ArgumentException">A target has another grid or size than the predictor.</exception>
    public Method(object config, Views views, Masking masking, Predictor predictor, params Term[] terms)
    {
        (Config, Views, Masking, Predictor, Terms) = (config, views, masking, predictor, terms);
        if (terms.Length == 0) throw new ArgumentException("A method needs at least one term; without one there is nothing to learn.");
        foreach (var term in terms) CheckFits(term);
        if (masking is NoMasking && terms.Any(term => term.Positions == Positions.Masked))
            throw new ArgumentException("Nothing is hidden (NoMasking), but a term compares at hidden patches. Compare at Positions.All, or hide some.");
        _targets = [.. terms.Select(term => term.Target).Distinct()];
    }

    public object Config { get; }
    public Views Views { get; }
    public Masking Masking { get; }
    public Predictor Predictor { get; }
    public IReadOnlyList<Term> Terms { get; }
    public nn.Module Network => Predictor.Network;

    public IReadOnlyDictionary<string, Tensor> TargetState => _targets
        .SelectMany((target, i) => target.State.Select(state => KeyValuePair.Create($"{i}.{state.Key}", state.Value))).ToDictionary();

    public Tensor Step(Batch batch, Draw draw)
    {
        var views = Views.Draw(batch, draw);                                       // student and target view of one crop
        var mask = Masking.Draw(Predictor.Grid, draw, () => Saliency(views.Student));
        var targets = TargetsOf(views.Target);
        var outputs = Predictor.Predict(views.Student, mask, draw);                // named latents; heads run in the terms
        return Terms.Select(term => term.Loss(outputs, targets[term.Target], mask, draw)).Aggregate((sum, loss) => sum + loss);
    }

    public void AfterStep()
    {
        foreach (var target in _targets) target.AfterStep(Network);
    }

    /// <summary>The encoder's features of whole images, without gradients: what evaluations read.</summary>
    /// <param name="images">[B, C, H, W] float32, normalised</param>
    /// <param name="pooling">how tokens become one vector; default: the mean of the patches after the final norm</param>
    /// <returns>[B, D] float32</returns>
    public Tensor Encode(Tensor images, Pooling pooling = Pooling.MeanPatches)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var tokens = Predictor.Tokens(images).to(float32);                         // [B, 1 + N, D]
        var pooled = pooling == Pooling.ClassToken ? tokens.select(1, 0).contiguous() : tokens.narrow(1, 1, tokens.size(1) - 1).mean([1]);
        return pooled.MoveToOuterDisposeScope();
    }

    /// <summary>The encoder's patch features of whole images, without gradients.</summary>
    /// <returns>[B, N, D] float32, without the class token</returns>
    public Tensor EncodePatches(Tensor images)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var tokens = Predictor.Tokens(images);
        return tokens.narrow(1, 1, tokens.size(1) - 1).to(float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The five choices, a line each.</summary>
    public string Describe() => string.Join('\n',
        new[] { $"views      {Views}", $"masking    {Masking}", $"predictor  {Predictor}" }.Concat(Terms.Select(term => $"term       {term}")));

    public override string ToString() => Describe();

    /// <summary>The network part by part: parameters, shapes, arithmetic.</summary>
    public ModelSummary Summary() => ModelSummary.Of(Network, Predictor.Grid, Masking is RandomMasking random ? random.Visible(Predictor.Grid) : null);

    /// <summary>The five choices and the network's layers: text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle()
    {
        var summary = Summary();
        return new Dictionary<string, object>
        {
            ["text/html"] = $"<pre>{System.Net.WebUtility.HtmlEncode(Describe())}</pre>{summary.MimeBundle()["text/html"]}",
            ["text/plain"] = $"{Describe()}\n\n{summary}",
        };
    }

    public void Dispose() => Network.Dispose();

    // what the class token looks at in the last block, mean of the heads
    private Tensor Saliency(Tensor images)
    {
        using var off = no_grad();
        return Predictor.AttentionWeights(images).select(2, 0).narrow(2, 1, Predictor.Grid.Count).mean([1]);      // [B, N]
    }

    private Dictionary<Target, TargetValues> TargetsOf(Tensor view)
    {
        using var off = no_grad();
        return _targets.ToDictionary(target => target, target => target.Of(view)); // each distinct target once
    }

    private void CheckFits(Term term)
    {
        var (own, target) = (Predictor.Grid, term.Target.Grid);
        if ((own.Rows, own.Columns) != (target.Rows, target.Columns))
            throw new ArgumentException($"The target ({term.Target}) describes {target}, the student has {own}. Make the target for the student's grid.");
        var outputs = Predictor.OutputSize(term.Output);
        if (outputs != term.Target.Size)
            throw new ArgumentException($"The head of {term.Output} has {outputs} outputs a patch, the target ({term.Target}) needs {term.Target.Size}. Build the predictor with outputs: {term.Target.Size}.");
    }
}
