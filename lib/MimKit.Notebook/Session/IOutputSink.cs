namespace MimKit.Notebook;

/// <summary>The two text streams of a cell.</summary>
public enum CellStream { Out, Error }

/// <summary>Where a cell's outputs go, in order. Calls may come from any thread, also after the cell has ended.</summary>
public interface IOutputSink
{
    /// <summary>Printed text, as printed: parts of lines, and '\r' where a progress line starts over.</summary>
    void Write(CellStream stream, string text);

    /// <summary>A value shown by <c>display</c>.</summary>
    void Display(MimeBundle bundle, string displayId);

    /// <summary>New content for everything shown under that id.</summary>
    void Update(MimeBundle bundle, string displayId);

    /// <summary>The value of the cell's trailing expression.</summary>
    void Result(MimeBundle bundle);

    /// <summary>Takes away what the cell has shown so far: at once, or when the next output comes.</summary>
    void Clear(bool wait);
}

/// <summary>A sink behind which somebody sits who can be asked.</summary>
public interface IInputSource
{
    /// <summary>Asks for one line and waits for it.</summary>
    /// <param name="prompt">What is asked.</param>
    /// <param name="hidden">What is typed is not shown: a password.</param>
    string Read(string prompt, bool hidden);
}
