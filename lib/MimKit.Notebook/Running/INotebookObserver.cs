namespace MimKit.Notebook;

/// <summary>Follows a run as it happens, for a live view. Calls come from the cell's threads and must be quick.</summary>
public interface INotebookObserver
{
    /// <summary>The notebook was read; <paramref name="cells"/> code cells will run.</summary>
    void Started(string title, int cells) { }

    /// <summary>A cell starts.</summary>
    void CellStarted(CellStart cell) { }

    /// <summary>The cell printed text, as printed: parts of lines, and '\r' where a line starts over.</summary>
    void Wrote(int cell, CellStream stream, string text) { }

    /// <summary>The cell showed a value, or new content for one.</summary>
    void Showed(int cell, MimeBundle bundle) { }

    /// <summary>The cell has ended.</summary>
    void CellEnded(CellResult result) { }
}

/// <summary>A cell about to run.</summary>
/// <param name="Number">From 1, among the code cells that have code.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Heading">The nearest heading above it, or null.</param>
/// <param name="FirstLine">Its first line of code.</param>
public sealed record CellStart(int Number, int Count, string? Heading, string FirstLine);

sealed class NoObserver : INotebookObserver;
