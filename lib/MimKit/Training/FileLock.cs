using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>A file that one process holds open for itself, so that work on a shared folder is done once. The operating system lets go of it with the process, however that ends.</summary>
public static class FileLock
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes it; null where another has it. Disposing lets go and deletes the file.</summary>
    public static FileStream? TryTake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes it, after waiting for whoever has it.</summary>
    /// <exception cref="OperationCanceledException">Interrupted while waiting.</exception>
    public static FileStream Take(string path)
    {
        while (true)
        {
            if (TryTake(path) is { } held) return held;
            Wait();
        }
    }

    /// <summary>A moment in which another process may get on.</summary>
    public static void Wait()
    {
        Ambient.Cancellation.ThrowIfCancellationRequested();
        Thread.Sleep(Patience);
    }
}
