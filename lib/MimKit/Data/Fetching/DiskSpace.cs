namespace MimKit.Data;

/// <summary>Whether what is to come fits on the disk, asked before it comes.</summary>
internal static class DiskSpace
{
    private const long Reserve = 256L << 20;           // a full disk harms more than this program

    public static void Check(string folder, long bytes)
    {
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (free < bytes + Reserve)
            throw new DataException($"{folder} has {free / 1e9:F1} GB left; {bytes / 1e9:F1} GB and a reserve of {Reserve / 1e9:F2} GB are needed.\n" +
                                    "  to do: make room, or set MIMKIT_DATA to a folder on a larger disk.");
    }
}
