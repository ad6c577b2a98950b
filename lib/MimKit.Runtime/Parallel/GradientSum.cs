using System.Runtime.InteropServices;

namespace MimKit.Runtime;

/// <summary>
/// Sums the gradients of a network over all ranks while the backward pass still makes them: parameters travel in buckets, the last
/// layers' first, and a bucket leaves as soon as its gradients are there. Buckets leave in the same order on every rank, whatever the order in which
/// gradients come, so that ranks meet in the same calls. float32 on the way.
/// </summary>
public sealed unsafe class GradientSum : IDisposable
{
    readonly IProcessGroup _ranks;
    readonly List<Bucket> _buckets = [];
    readonly List<(Bucket Bucket, int Place)> _places = [];              // by a parameter's number
    readonly List<nint> _hooks = [];
    readonly GCHandle _self;
    int _sent;                                                             // buckets
    bool _expected;
    Exception? _failed;                                                    // inside libtorch's backward pass, where it cannot be thrown

    /// <summary>Listens to the gradients of these parameters from now on.</summary>
    /// <param name="ranks">Who sums.</param>
    /// <param name="parameters">In the network's order, the same on every rank; those without gradients are left out.</param>
    /// <param name="bytes">Of a bucket, in float32.</param>
    public GradientSum(IProcessGroup ranks, IEnumerable<Tensor> parameters, long bytes = Buckets.Bytes)
    {
        _ranks = ranks;
        _self = GCHandle.Alloc(this);
        foreach (var group in Buckets.Filled(parameters.Where(parameter => parameter.requires_grad).Reverse(), bytes))
        {
            var bucket = new Bucket(group);
            _buckets.Add(bucket);
            for (var place = 0; place < group.Count; place++)
            {
                _hooks.Add(NativeDist.mk_dist_on_gradient(group[place].Handle, &Ready, GCHandle.ToIntPtr(_self), _places.Count));
                _places.Add((bucket, place));
            }
        }
    }

    /// <summary>The next backward pass is the last of its update: the gradients that it leaves behind travel.</summary>
    public void Expect()
    {
        _buckets.ForEach(bucket => bucket.Expect());
        (_sent, _expected) = (0, true);
    }

    /// <summary>Waits until every gradient is the sum over all ranks. A parameter that got a gradient on some rank has one on all.</summary>
    /// <param name="also">Summed with them, in place.</param>
    /// <exception cref="RankLostException">Another rank is gone.</exception>
    public void Finish(Tensor also)
    {
        using var off = no_grad();
        _expected = false;
        if (_failed is { } failed) throw new InvalidOperationException("The gradients could not be sent to the other ranks.", failed);
        while (_sent < _buckets.Count) _buckets[_sent++].Send(_ranks);
        var wait = _ranks.AllReduce(also);
        _buckets.ForEach(bucket => bucket.Receive());
        wait();
    }

    public void Dispose()
    {
        _hooks.ForEach(NativeDist.mk_dist_off_gradient);
        _hooks.Clear();
        _buckets.ForEach(bucket => bucket.Dispose());
        if (_self.IsAllocated) _self.Free();
    }

    [UnmanagedCallersOnly]
    static void Ready(nint sum, int parameter) => ((GradientSum)GCHandle.FromIntPtr(sum).Target!).Came(parameter);

    void Came(int parameter)
    {
        if (!_expected || _failed is not null) return;
        try
        {
            using var off = no_grad();
            var (bucket, place) = _places[parameter];
            bucket.Take(place);
            while (_sent < _buckets.Count && _buckets[_sent].IsFull) _buckets[_sent++].Send(_ranks);
        }
        catch (Exception e)
        {
            _failed = e;
        }
    }

    /// <summary>Gradients side by side, and behind them for each parameter whether there was one.</summary>
    sealed class Bucket : IDisposable
    {
        readonly List<Tensor> _parameters;
        readonly List<long> _starts = [];
        readonly bool[] _taken;
        readonly Tensor _flat;
        readonly long _gradients;                                          // numbers before those that say whether there was one
        Action? _wait;

        public Bucket(List<Tensor> parameters)
        {
            _parameters = parameters;
            foreach (var parameter in parameters)
            {
                _starts.Add(_gradients);
                _gradients += parameter.numel();
            }
            _taken = new bool[parameters.Count];
            _flat = zeros(_gradients + parameters.Count).DetachFromDisposeScope();
        }

        public bool IsFull => Array.TrueForAll(_taken, taken => taken);

        public void Expect()
        {
            Array.Clear(_taken);
            using var off = no_grad();
            _flat.zero_();
        }

        public void Take(int place)
        {
            using var scope = NewDisposeScope();
            if (_taken[place]) throw new InvalidOperationException("a parameter's gradient was added to twice in one backward pass");
            if (_parameters[place].grad is not { } gradient) return;
            _flat.narrow(0, _starts[place], gradient.numel()).copy_(gradient.reshape(-1));
            _flat.narrow(0, _gradients + place, 1).fill_(1);
            _taken[place] = true;
        }

        public void Send(IProcessGroup ranks)
        {
            for (var place = 0; place < _parameters.Count; place++)
                if (!_taken[place]) Take(place);                           // from the parts of the batch before this one, where the last left it out
            _wait = ranks.AllReduce(_flat);
        }

        public void Receive()
        {
            _wait!();
            using var scope = NewDisposeScope();
            var anywhere = IsFull ? null : _flat.narrow(0, _gradients, _parameters.Count).ToArray<float>();
            for (var place = 0; place < _parameters.Count; place++)
            {
                if (anywhere?[place] == 0) continue;
                var parameter = _parameters[place];
                var sum = _flat.narrow(0, _starts[place], parameter.numel()).reshape(parameter.shape);
                if (parameter.grad is { } gradient) gradient.copy_(sum);
                else parameter.grad = sum.to(parameter.dtype, copy: true).DetachFromDisposeScope();
            }
        }

        public void Dispose() => _flat.Dispose();
    }
}
