using System.Runtime.InteropServices;

namespace MimKit.Cli;

/// <summary>Ctrl-C (or a polite kill): the first one cancels <see cref="Token"/>, so that work stops at its next step; the second ends the process.</summary>
sealed class Interrupt : IDisposable
{
    /// <summary>What a shell expects of a program that Ctrl-C stopped.</summary>
    public const int ExitCode = 130;

    // One key press can arrive twice, from the terminal and from whatever started us.
    static readonly TimeSpan OnePress = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _signals;
    readonly Action _onFirst;
    readonly Lock _lock = new();
    DateTime _first = DateTime.MaxValue;

    /// <param name="onFirst">Tells the user that the work is coming to its end.</param>
    public Interrupt(Action onFirst)
    {
        _onFirst = onFirst;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    public CancellationToken Token => _source.Token;

    void Handle(PosixSignalContext signal)
    {
        lock (_lock)
        {
            if (_first < DateTime.UtcNow - OnePress) return;       // left to the system: the process ends
            signal.Cancel = true;
            if (_first != DateTime.MaxValue) return;
            _first = DateTime.UtcNow;
        }
        _onFirst();
        _source.CancelAsync();
    }

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }
}
