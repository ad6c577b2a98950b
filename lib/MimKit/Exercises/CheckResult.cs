using System.Net;

namespace MimKit.Exercises;

/// <summary>How an answer stands.</summary>
public enum Answer
{
    /// <summary>Not answered yet.</summary>
    Open,
    Right,
    Wrong,
}

/// <summary>What <see cref="Check"/> found; shows itself as one line.</summary>
/// <param name="Exercise">which one</param>
/// <param name="Answer">how it stands</param>
/// <param name="Found">what was found and wanted; empty when right</param>
/// <param name="Hint">where to look; empty unless wrong</param>
public sealed record CheckResult(string Exercise, Answer Answer, string Found, string Hint = "")
{
    /// <summary>text/html and text/plain.</summary>
    public IReadOnlyDictionary<string, object> MimeBundle() => new Dictionary<string, object>
    {
        ["text/html"] = $"<p><strong>{Mark} Exercise {Encode(Exercise)}: {Word}</strong>{Encode(Rest)}</p>",
        ["text/plain"] = ToString(),
    };

    public override string ToString() => $"{Mark} Exercise {Exercise}: {Word}{Rest}";

    string Mark => Answer switch { Answer.Right => "✓", Answer.Wrong => "✗", _ => "○" };
    string Word => Answer switch { Answer.Right => "right", Answer.Wrong => "not yet", _ => "open" };
    string Rest => (Found.Length > 0 ? $": {Found}." : ".") + (Hint.Length > 0 ? $" Hint: {Hint}" : "");

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
