namespace MimKit.Data;

/// <summary>What a loader does with an image that cannot be read.</summary>
public enum CorruptImages
{
    /// <summary>Stops, naming the file.</summary>
    Fail,
    /// <summary>Counts and names it, and takes the next image of the set in its place: the same one on every run.</summary>
    Skip,
}
