using System.Text.Json.Nodes;

namespace MimKit.Notebook.Tests;

/// <summary>A notebook in a folder of its own, and what a run makes of it.</summary>
sealed class NotebookFile : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("notebook-").FullName;
    readonly JsonArray _cells = [];

    public string Path => System.IO.Path.Combine(_folder, "chapter.ipynb");

    public string Out => System.IO.Path.Combine(_folder, "out");

    public string File(string extension) => System.IO.File.ReadAllText(System.IO.Path.Combine(Out, "chapter" + extension));

    public JsonNode Json(string extension) => JsonNode.Parse(File(extension))!;

    public NotebookFile Text(string markdown) => Add("markdown", markdown, []);

    public NotebookFile Code(string code, params string[] tags) => Add("code", code, tags);

    public NotebookFile Raw(string content)
    {
        System.IO.File.WriteAllText(Path, content);
        return this;
    }

    /// <summary>Writes the cells added so far.</summary>
    public NotebookFile Save() => _cells.Count == 0 ? this
        : Raw(new JsonObject { ["cells"] = _cells.DeepClone(), ["metadata"] = new JsonObject(), ["nbformat"] = 4, ["nbformat_minor"] = 4 }.ToJsonString());

    public Task<RunResult> Run(RunnerOptions? options = null, CancellationToken cancellation = default) =>
        NotebookRunner.RunAsync(Save().Path, options ?? new RunnerOptions { OutDir = Out }, cancellation);

    public Task<RunResult> Run(params (string Name, string Value)[] parameters) =>
        Run(new RunnerOptions { OutDir = Out, Parameters = parameters.ToDictionary(p => p.Name, p => p.Value) });

    NotebookFile Add(string kind, string source, string[] tags)
    {
        var metadata = new JsonObject();
        if (tags.Length > 0) metadata["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]);
        var cell = new JsonObject { ["cell_type"] = kind, ["metadata"] = metadata, ["source"] = source };
        if (kind == "code") (cell["outputs"], cell["execution_count"]) = (new JsonArray(), null);
        _cells.Add((JsonNode)cell);
        return this;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
