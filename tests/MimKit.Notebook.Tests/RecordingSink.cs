using System.Text;

namespace MimKit.Notebook.Tests;

/// <summary>Keeps what a cell shows.</summary>
sealed class RecordingSink : IOutputSink
{
    public StringBuilder Out { get; } = new();
    public StringBuilder Error { get; } = new();
    public List<(string Id, MimeBundle Bundle)> Displays { get; } = [];
    public List<(string Id, MimeBundle Bundle)> Updates { get; } = [];
    public List<MimeBundle> Results { get; } = [];

    public void Write(CellStream stream, string text) => (stream == CellStream.Out ? Out : Error).Append(text);
    public void Display(MimeBundle bundle, string displayId) => Displays.Add((displayId, bundle));
    public void Update(MimeBundle bundle, string displayId) => Updates.Add((displayId, bundle));
    public void Clear(bool wait) => Displays.Clear();
    public void Result(MimeBundle bundle) => Results.Add(bundle);

    public string? ResultText => Results.Count == 0 ? null : Results[^1].TextOf(MimeBundle.Text);
}
