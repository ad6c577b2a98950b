using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>The exponential moving average of a network's parameters, from their values at the start: average ← decay · average + (1 − decay) · weight.</summary>
public sealed class WeightAverage : IDisposable
{
    readonly nn.Module _network;
    readonly double _decay;
    readonly Dictionary<string, Tensor> _state;

    /// <param name="network">Followed.</param>
    /// <param name="decay">In [0, 1).</param>
    public WeightAverage(nn.Module network, double decay)
    {
        using var off = no_grad();
        (_network, _decay) = (network, decay);
        _state = network.named_parameters().ToDictionary(named => named.name, named => named.parameter.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>The averages by the parameters' names; the tensors themselves, not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _state;

    internal void Follow()
    {
        var pairs = _network.named_parameters().Select(named => (Average: _state[named.name], Weight: (Tensor)named.parameter)).ToArray();
        Gradients.MovingAverage(pairs.Select(pair => pair.Average), pairs.Select(pair => pair.Weight), _decay);
    }

    /// <summary>Puts the averages into the network until the result is disposed, which puts the weights back.</summary>
    public IDisposable Borrow() => new Loan(_network, _state);

    public void Dispose()
    {
        foreach (var tensor in _state.Values) tensor.Dispose();
    }

    sealed class Loan : IDisposable
    {
        readonly List<(Tensor Parameter, Tensor Kept)> _weights = [];

        public Loan(nn.Module network, Dictionary<string, Tensor> averages)
        {
            using var off = no_grad();
            foreach (var (name, parameter) in network.named_parameters())
            {
                _weights.Add((parameter, parameter.detach().clone().DetachFromDisposeScope()));
                parameter.copy_(averages[name]);
            }
        }

        public void Dispose()
        {
            using var off = no_grad();
            foreach (var (parameter, kept) in _weights)
            {
                parameter.copy_(kept);
                kept.Dispose();
            }
            _weights.Clear();
        }
    }
}
