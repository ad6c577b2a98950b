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

    /// <summary>HTML, shown as it is. Text of others must be encoded first.</summary>
    public static RichContent HTML(string html) => new(MimeBundle.Html, html);

    /// <summary>Markdown with <c>$math$</c>.</summary>
    public static RichContent Markdown(string markdown) => new(MimeBundle.Markdown, markdown);

    /// <summary>An SVG image, from its opening tag.</summary>
    public static RichContent SVG(string svg) => new(MimeBundle.Svg, svg);

    /// <summary>A PNG image, the bytes of the file.</summary>
    public static RichContent PNG(byte[] png) => new(MimeBundle.Png, png);
}
