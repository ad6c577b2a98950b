namespace MimKit.Reports;

/// <summary>A number that tables compare: its name, unit and direction.</summary>
/// <param name="Name">"linear probe".</param>
/// <param name="Unit">"%", or "" for a pure number.</param>
/// <param name="Decimals">Digits after the point.</param>
public sealed record Metric(string Name, string Unit = "", int Decimals = 4)
{
    public static Metric LinearProbe { get; } = new("linear probe", "%", 2);
    public static Metric FineTune { get; } = new("fine-tune", "%", 2);
    public static Metric Knn { get; } = new("kNN-20", "%", 2);
    /// <summary>Lower is better.</summary>
    public static Metric Tcas { get; } = new("TCAS");

    /// <summary>"linear probe (%)".</summary>
    public override string ToString() => Unit.Length > 0 ? $"{Name} ({Unit})" : Name;
}
