using System.Text;

namespace MimKit.Notebook;

/// <summary>
/// Printed text as a terminal would show it at the end: '\r' goes back to the start of the line and what follows overwrites it,
/// so that a progress line of a long loop is kept once and not a thousand times.
/// </summary>
public sealed class StreamText
{
    const int MostCharacters = 2_000_000;                  // of one stream of one cell; a notebook stays a file that opens

    readonly StringBuilder _done = new();
    readonly StringBuilder _line = new();
    int _column;
    long _dropped;

    public void Append(string text)
    {
        foreach (var c in text)
            switch (c)
            {
                case '\n': EndLine(); break;
                case '\r': _column = 0; break;
                case '\b': _column = Math.Max(0, _column - 1); break;
                default: Put(c); break;
            }
    }

    void Put(char c)
    {
        if (_column < _line.Length) _line[_column] = c;
        else if (_line.Length < MostCharacters) _line.Append(c);
        else _dropped++;
        _column++;
    }

    void EndLine()
    {
        if (_done.Length + _line.Length < MostCharacters) _done.Append(_line).Append('\n');
        else _dropped += _line.Length + 1;
        _line.Clear();
        _column = 0;
    }

    public override string ToString() => _dropped == 0 ? $"{_done}{_line}" : $"{_done}{_line}\n… {_dropped:n0} more characters were printed\n";
}
