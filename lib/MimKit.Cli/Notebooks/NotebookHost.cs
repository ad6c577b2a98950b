using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MimKit.Notebook;
using MimKit.Reports;
using MimKit.Runtime;

namespace MimKit.Cli.Notebooks;

/// <summary>Where the notebook engine meets MimKit: what a cell may use without saying so, and what a report says of the machine.</summary>
static class NotebookHost
{
    static readonly string[] Libraries = ["MimKit.Torch", "MimKit.Runtime", "MimKit", "MimKit.Charts"];
    static readonly string[] Files = [.. Libraries.Select(name => Path.Combine(AppContext.BaseDirectory, name + ".dll"))];

    public static RunnerOptions Options(string folder, IReadOnlyDictionary<string, string> parameters, INotebookObserver observer) => new()
    {
        OutDir = folder,
        Parameters = parameters,
        Session = Session(),
        Assets = Assets(),
        Observer = observer,
        Provenance = WhereMeasured,
    };

    /// <summary>References and usings of every cell; the cell's token becomes the ambient one that training loops observe.</summary>
    public static SessionOptions Session()
    {
        TokenizerDisplay.Register();
        DatasetDisplay.Register();
        return new()
        {
            References = [.. Files],
            MoreUsings = [.. Files.SelectMany(Namespaces).Distinct().Order(StringComparer.Ordinal), "static MimKit.Torch.torch", "static MimKit.Torch.torch.nn"],
            ProvidedPackages = ["MimKit"],
            Tensors = new TensorExchange(SharedTensors.Take, SharedTensors.Make),
            MermaidScript = Home.At(".build", "npm", "mermaid", "dist", "mermaid.min.js") is var script && File.Exists(script) ? script : null,
            AroundCell = token =>
            {
                Ambient.Cancellation = token;
                return null;
            },
            StopsByItself = Ambient.WatchObservers,
        };
    }

    // Everything public is within reach of a cell. Read from the files: loading the types would cost a start more than the compiler's own look at them.
    static IEnumerable<string> Namespaces(string file)
    {
        using var library = new PEReader(File.OpenRead(file));
        var reader = library.GetMetadataReader();
        return reader.TypeDefinitions.Select(reader.GetTypeDefinition).Where(type => (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public && !type.Namespace.IsNil)
            .Select(type => reader.GetString(type.Namespace)).ToHashSet();
    }

    // The launcher places the npm files and names the folder; a report written without them shows charts in their plain form.
    public static ReportAssets Assets()
    {
        var plotly = Environment.GetEnvironmentVariable("MIMKIT_PLOTLY") ?? Home.At(".build", "npm", "plotly.js-dist-min", "plotly.min.js");
        var katex = Home.At(".build", "npm", "katex", "dist");
        return new ReportAssets { PlotlyPath = File.Exists(plotly) ? plotly : null, KatexFolder = Directory.Exists(katex) ? katex : null };
    }

    // Asking libtorch for its version would load it: a notebook without tensors goes without that line.
    static IReadOnlyDictionary<string, string> WhereMeasured()
    {
        if (!LibtorchIsLoaded) return new Dictionary<string, string>();
        var here = Provenance.Current;
        return new Dictionary<string, string>
        {
            ["commit"] = here.Source,
            ["MimKit"] = here.Version,
            ["libtorch"] = here.Libtorch,
            ["processor"] = $"{here.Processor}, {here.Threads} threads",
            ["runtime"] = here.Runtime,
        };
    }

    static bool LibtorchIsLoaded => File.Exists("/proc/self/maps") && File.ReadLines("/proc/self/maps").Any(line => line.Contains("libtorch_cpu", StringComparison.Ordinal));
}
