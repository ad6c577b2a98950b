using System.Text;

namespace MimKit.Cli.Notebooks;

/// <summary>The last line of a stream of printed text that has something in it; '\r' starts the line over, as progress lines do.</summary>
sealed class LastLine
{
    const int Longest = 400;               // of which a terminal shows less

    readonly StringBuilder _line = new();
    string _last = "";

    public string Text => _line.ToString().Trim() is { Length: > 0 } line ? line : _last;

    public void Add(string text)
    {
        foreach (var c in text)
            if (c is '\n' or '\r') Keep();
            else if (_line.Length < Longest && !char.IsControl(c)) _line.Append(c);
    }

    public void Clear() => (_, _last) = (_line.Clear(), "");

    void Keep()
    {
        _last = Text;
        _line.Clear();
    }
}
