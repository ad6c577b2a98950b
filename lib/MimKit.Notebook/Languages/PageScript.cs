namespace MimKit.Notebook;

/// <summary>A library's script for the page of a front end.</summary>
static class PageScript
{
    /// <summary>
    /// A script element with the file's text and what is to follow it. Front ends with a module loader would hide the global that the file
    /// sets, so the loader is hidden from the file.
    /// </summary>
    public static string Element(string file, string then) =>
        "<script>(() => { const define = undefined, module = undefined, exports = undefined, require = undefined;\n" +
        File.ReadAllText(file).Replace("</script", "<\\/script") + "\n" + then + " })();</script>";
}
