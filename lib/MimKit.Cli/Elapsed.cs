namespace MimKit.Cli;

/// <summary>Durations as the terminal shows them.</summary>
static class Elapsed
{
    /// <summary>"8.2 s", "4:07", "1:02:09".</summary>
    public static string Text(TimeSpan time) =>
        time.TotalSeconds < 60 ? FormattableString.Invariant($"{time.TotalSeconds:0.0} s")
        : time.TotalHours < 1 ? $"{time.Minutes}:{time.Seconds:00}"
        : $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";
}
