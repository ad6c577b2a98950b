namespace MimKit.Notebook;

/// <summary>The functions that every cell has by name.</summary>
public static class CellFunctions
{
    /// <summary>Shows a value below the cell. The handle can replace it later: <c>var h = display("0 %"); h.Update("50 %");</c></summary>
    public static DisplayHandle display(object? value)
    {
        var handle = new DisplayHandle(CellContext.Current?.Sink);
        handle.Show(value);
        return handle;
    }

    /// <summary>Shows the value below the cell, as <see cref="display"/>.</summary>
    public static DisplayHandle Display(this object? value) => display(value);

    /// <summary>Takes away what the cell has shown so far; with <paramref name="wait"/> only when the next output comes, which does not flicker.</summary>
    public static void ClearOutput(bool wait = false)
    {
        if (CellContext.Current is { } cell) CellContext.Outside(() => cell.Sink.Clear(wait));
    }

    /// <summary>Asks for a line: <c>var name = input("Your name: ");</c></summary>
    /// <exception cref="InvalidOperationException">Nobody can answer: the notebook runs headless, or its front end takes no questions.</exception>
    public static string input(string prompt = "") => Asked(prompt, hidden: false);

    /// <summary>Asks for a line that is not shown while it is typed.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="input"/>.</exception>
    public static string password(string prompt = "") => Asked(prompt, hidden: true);

    static string Asked(string prompt, bool hidden) => CellConsole.Ask(prompt, hidden)
        ?? throw new InvalidOperationException("Nobody can answer here, the notebook runs headless: give the value in the cell tagged 'parameters'.");

    /// <summary>Shows a bar that a loop drives by <see cref="ProgressBar.Step"/>.</summary>
    public static ProgressBar Progress(long total, string label = "") => new(total, label);

    /// <summary>The items, with a bar that follows: <c>foreach (var image in Progress(images)) …</c></summary>
    public static IEnumerable<T> Progress<T>(IReadOnlyCollection<T> items, string label = "")
    {
        if (items.Count == 0) yield break;
        var bar = new ProgressBar(items.Count, label);
        foreach (var item in items)
        {
            yield return item;
            bar.Step();
        }
    }

    /// <summary>HTML, shown as it is. Text of others must be encoded first.</summary>
    public static RichContent HTML(string html) => new(MimeBundle.Html, html);

    /// <summary>JavaScript that the front end runs, where it allows that.</summary>
    public static RichContent Javascript(string code) => new(MimeBundle.Javascript, code);

    /// <summary>Markdown with <c>$math$</c>.</summary>
    public static RichContent Markdown(string markdown) => new(MimeBundle.Markdown, markdown);

    /// <summary>An SVG image, from its opening tag.</summary>
    public static RichContent SVG(string svg) => new(MimeBundle.Svg, svg);

    /// <summary>A PNG image, the bytes of the file.</summary>
    public static RichContent PNG(byte[] png) => new(MimeBundle.Png, png);
}
