namespace MimKit.Notebook;

/// <summary>Something shown that can be replaced while the cell runs, or by a later cell.</summary>
public sealed class DisplayHandle
{
    readonly IOutputSink? _sink;

    internal DisplayHandle(IOutputSink? sink) => _sink = sink;

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Shows another value in the same place.</summary>
    public void Update(object? value) => Deliver(value, (sink, bundle) => sink.Update(bundle, Id));

    internal void Show(object? value) => Deliver(value, (sink, bundle) => sink.Display(bundle, Id));

    // Outside a cell there is nowhere to show: the text goes to the terminal.
    void Deliver(object? value, Action<IOutputSink, MimeBundle> deliver)
    {
        var bundle = Formatter.Format(value);
        if (_sink is null) Console.WriteLine(bundle.TextOf(MimeBundle.Text));
        else CellContext.Outside(() => deliver(_sink, bundle));
    }
}
