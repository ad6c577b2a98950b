using System.Diagnostics;
using System.Net;

namespace MimKit.Notebook;

/// <summary>A bar that a long loop drives: <c>var bar = Progress(100); … bar.Step("loss 0.31");</c></summary>
public sealed class ProgressBar
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);       // often enough to look alive, seldom enough to cost nothing

    readonly DisplayHandle _shown;
    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly string _label;
    TimeSpan _last;
    string _note = "";

    internal ProgressBar(long total, string label)
    {
        if (total < 1) throw new ArgumentOutOfRangeException(nameof(total), $"A progress bar over {total} steps has no end; give 1 or more.");
        (Total, _label) = (total, label);
        _shown = CellFunctions.display(this);
    }

    public long Total { get; }

    public long Done { get; private set; }

    /// <summary>One step, or several, is done; the note is shown beside the bar.</summary>
    public void Step(string? note = null, long steps = 1)
    {
        Done = Math.Min(Total, Done + steps);
        _note = note ?? _note;
        if (Done < Total && _watch.Elapsed - _last < Every) return;
        _last = _watch.Elapsed;
        _shown.Update(this);
    }

    /// <summary>The bar as it stands.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        [Notebook.MimeBundle.Html] = $"<div>{WebUtility.HtmlEncode(_label)} <progress max=\"{Total}\" value=\"{Done}\"></progress> {WebUtility.HtmlEncode(Text)}</div>",
        [Notebook.MimeBundle.Text] = ToString(),
    };

    string Text => FormattableString.Invariant($"{Done:N0} of {Total:N0}, {_watch.Elapsed.TotalSeconds:0.0} s {_note}").TrimEnd();

    public override string ToString() => $"{_label} {Text}".Trim();
}
