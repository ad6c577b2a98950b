namespace MimKit;

/// <summary>What became of a file's weights in a model.</summary>
/// <param name="Loaded">names whose values were copied</param>
/// <param name="Adapted">what had to be changed on the way: tables resized or copied</param>
/// <param name="Missing">names of the model that the file does not have; they keep their starting values</param>
/// <param name="Unexpected">names of the file that the model does not have</param>
/// <param name="Mismatched">names of both whose shapes differ</param>
public sealed record LoadReport(IReadOnlyList<string> Loaded, IReadOnlyList<string> Adapted, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Mismatched)
{
    private const int Shown = 8;

    public override string ToString() => $"{Loaded.Count} tensors loaded" + Part("adapted", Adapted) + Part("missing", Missing) + Part("unexpected", Unexpected) + Part("of another shape", Mismatched);

    private static string Part(string what, IReadOnlyList<string> names) => names.Count == 0 ? ""
        : $"\n  {names.Count} {what}: {string.Join("; ", names.Take(Shown))}{(names.Count > Shown ? "; …" : "")}";
}
