namespace MimKit.Runtime;

/// <summary>
/// The exponential moving average of a network's state, a ← decay · a + (1 − decay) · x for parameters and floating-point buffers alike (as
/// timm's ModelEmaV2); integers are taken over. It starts as a copy and is on the network's device.
/// </summary>
/// <param name="network">what is averaged; not changed, not disposed</param>
/// <param name="decay">0.9999 for fine-tuning; a schedule gives <see cref="Update"/> another</param>
public sealed class Ema(nn.Module network, double decay) : IDisposable
{
    private readonly Dictionary<string, Tensor> _averages = network.state_dict().ToDictionary(named => named.Key, named => named.Value.detach().clone().DetachFromDisposeScope());

    /// <summary>The averages by their full names: what a checkpoint saves, and what <c>load_state_dict</c> takes.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _averages;

    /// <summary>Moves the averages towards the network's present state.</summary>
    /// <param name="decay">of this update; null: the decay given at first</param>
    public void Update(double? decay = null) => Gradients.MovingAverage(_averages.Values, network.state_dict().Values, decay ?? Decay);

    /// <summary>The decay of an update that names none.</summary>
    public double Decay => decay;

    /// <summary>Puts the averages into the network until the result is disposed, which puts its own state back.</summary>
    public IDisposable Borrow() => new Loan(network.state_dict(), _averages);

    public void Dispose()
    {
        foreach (var average in _averages.Values) average.Dispose();
    }

    private sealed class Loan : IDisposable
    {
        private readonly List<(Tensor Own, Tensor Kept)> _loans = [];

        public Loan(IReadOnlyDictionary<string, Tensor> state, Dictionary<string, Tensor> averages)
        {
            using var off = torch.no_grad();
            foreach (var (name, own) in state)
            {
                _loans.Add((own, own.detach().clone().DetachFromDisposeScope()));
                own.copy_(averages[name]);
            }
        }

        public void Dispose()
        {
            using var off = torch.no_grad();
            foreach (var (own, kept) in _loans)
            {
                own.copy_(kept);
                kept.Dispose();
            }
            _loans.Clear();
        }
    }
}
