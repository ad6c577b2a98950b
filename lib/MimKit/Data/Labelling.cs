namespace MimKit.Data;

/// <summary>One way of labelling the images of a set: its classes and the class of every image.</summary>
/// <param name="Name">"class", "category", "style", …</param>
/// <param name="Classes">names of the classes</param>
/// <param name="Labels">[N] in 0 … classes − 1</param>
public sealed record Labelling(string Name, IReadOnlyList<string> Classes, int[] Labels)
{
    internal Labelling At(ReadOnlySpan<int> places)
    {
        var labels = new int[places.Length];
        for (var i = 0; i < places.Length; i++) labels[i] = Labels[places[i]];
        return this with { Labels = labels };
    }

    public override string ToString() => $"{Name}: {Classes.Count} classes";
}
