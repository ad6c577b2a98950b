using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MimKit.Runtime;

/// <summary>
/// A group over Gloo, for tensors on the CPU; it has no bfloat16. Failures are told through words at the meeting point: whoever gives up
/// leaves its reason there, and a rank that sees a call fail waits a moment for the others' words, then names the ranks that left none.
/// </summary>
public sealed unsafe class GlooGroup : IProcessGroup
{
    static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200), Grace = TimeSpan.FromSeconds(3);
    const string Trouble = "trouble", Reason = "reason", Present = "present/";

    readonly Rendezvous _place;
    nint _group;
    bool _broken;

    /// <summary>Meets the other ranks; returns when all are there.</summary>
    /// <exception cref="RankLostException">They did not come within <see cref="Rendezvous.Timeout"/>.</exception>
    /// <exception cref="NativeLibraryException">This build has no process groups; the message says what to install.</exception>
    public GlooGroup(Rendezvous place)
    {
        _place = place;
        using (empty(0)) { }                                     // libtorch and its C ABI first: this library is linked to them
        _group = NativeDist.mk_dist_open(place.Address, place.Port, place.IsServer ? 1 : 0, place.Prefix, place.Network, place.Rank, place.Size, (long)place.Timeout.TotalMilliseconds);
        if (_group == 0)
            throw new RankLostException($"Rank {place.Rank} of {place.Size} did not meet the others at {place.Address}:{place.Port} within {place.Timeout.TotalSeconds:N0} s: {NativeDist.Error}\n" +
                "  to do: start all ranks with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE; the port is free on rank 0's machine and open to the others; GLOO_SOCKET_IFNAME names the network interface where there are several.");
    }

    /// <summary>Whether this build can train in several processes.</summary>
    public static bool IsAvailable => NativeDist.Found is not null;

    public int Rank => _place.Rank;
    public int Size => _place.Size;

    public Action AllReduce(Tensor tensor) => Begun(NativeDist.mk_dist_all_reduce(Group, tensor.Handle), "all-reduce");

    public void Broadcast(Tensor tensor, int root = 0) => Begun(NativeDist.mk_dist_broadcast(Group, tensor.Handle, root), "broadcast")();

    public Tensor[] AllGather(Tensor tensor)
    {
        var results = Enumerable.Range(0, Size).Select(_ => empty_like(tensor)).ToArray();
        fixed (nint* outputs = results.Select(result => result.Handle).ToArray())
            Begun(NativeDist.mk_dist_all_gather(Group, tensor.Handle, outputs), "all-gather")();
        return results;
    }

    public void Barrier() => Begun(NativeDist.mk_dist_barrier(Group), "barrier")();

    public void Abort(string reason)
    {
        if (_broken || _group == 0) return;
        _broken = true;
        Leave(Reason, $"rank {Rank} stopped: {reason}");
        Leave(Trouble, "");
        Leave(Present + Rank, "");
        if (_place.IsServer) WaitFor(Others);                    // the meeting point goes with this process: let them read
    }

    /// <summary>After a clean end only: what was broken is left to the end of the process, since Gloo would wait for it.</summary>
    public void Dispose()
    {
        if (_group == 0) return;
        if (!_broken) NativeDist.mk_dist_close(_group);
        _group = 0;
    }

    nint Group => _broken ? throw new InvalidOperationException("This group has given up; nothing can be called on it.") : _group != 0 ? _group : throw new ObjectDisposedException(nameof(GlooGroup));

    Action Begun(nint work, string call)
    {
        if (work == 0) throw Lost(call, NativeDist.Error);
        return () =>
        {
            try { Wait(work, call); }
            finally { if (!_broken) NativeDist.mk_dist_work_free(work); }
        };
    }

    // Short waits, so that a rank that gave up elsewhere is heard of while this call still hangs.
    void Wait(nint work, string call)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var result = NativeDist.mk_dist_wait(work, (long)Glance.TotalMilliseconds);
            if (result > 0) return;
            if (result < 0) throw Lost(call, NativeDist.Error);
            if (NativeDist.mk_dist_has(Group, Trouble) != 0) throw Lost(call, "another rank is in trouble");
            if (waited.Elapsed > _place.Timeout) throw Lost(call, $"it had not ended after {_place.Timeout.TotalSeconds:N0} s");
        }
    }

    RankLostException Lost(string call, string error)
    {
        _broken = true;
        Leave(Present + Rank, "");
        Leave(Trouble, "");
        WaitFor(() => Has(Reason) != 0 || Others());
        var why = Has(Reason) switch
        {
            > 0 => Read(Reason),
            < 0 => $"rank 0, which keeps the meeting point, is gone ({error})",
            _ when Missing is { Length: > 0 } missing => $"rank {string.Join(", ", missing)} ended without a word: killed, out of memory, or cut off ({error})",
            _ => $"every rank is there, but a call failed: {error}",
        };
        Leave(Reason, why);                                      // for those who look later than this rank
        if (_place.IsServer) WaitFor(Others);
        return new RankLostException($"Rank {Rank} of {Size} stops in its {call}: {why}\n  to do: start all ranks again with --resume; they go on from the last checkpoint");
    }

    int[] Missing => [.. Enumerable.Range(0, Size).Where(rank => Has(Present + rank) == 0)];

    bool Others() => Has(Trouble) < 0 || Missing.Length == 0;

    static void WaitFor(Func<bool> condition)
    {
        for (var waited = Stopwatch.StartNew(); !condition() && waited.Elapsed < Grace;) Thread.Sleep(50);
    }

    int Has(string key) => NativeDist.mk_dist_has(_group, key);

    void Leave(string key, string value) => NativeDist.mk_dist_set(_group, key, value);      // where the meeting point is gone, nobody reads

    string Read(string key)
    {
        var text = NativeDist.mk_dist_get(_group, key);
        if (text is null) return NativeDist.Error;
        var result = Marshal.PtrToStringUTF8((nint)text)!;
        NativeMemory.Free(text);
        return result;
    }
}
