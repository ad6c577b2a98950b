using System.Text;

namespace MimKit.Notebook;

/// <summary>Files that are either the old ones or the new ones, never half of one: written beside, flushed, then renamed.</summary>
static class AtomicFile
{
    public static void Write(string path, string text)
    {
        var beside = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);                           // no effect after the rename
        }
    }
}
