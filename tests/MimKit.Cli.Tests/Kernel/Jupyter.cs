using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MimKit.Cli.Tests;

/// <summary>A test that needs modules of the distribution's Python; skipped, with its reason, where they are missing.</summary>
sealed class JupyterFactAttribute : FactAttribute
{
    public JupyterFactAttribute(params string[] modules)
    {
        foreach (var module in modules)
            if (!Directory.Exists($"/usr/lib/python3/dist-packages/{module}")) Skip = $"{Jupyter.Python} has no {module} (apt: python3-{module.Replace('_', '-')})";
    }
}

/// <summary>The distribution's Jupyter, with this build's kernel under a name of its own.</summary>
sealed class Jupyter : IDisposable
{
    public const string Python = "/usr/bin/python3";
    public const string KernelName = "mimkit-test";

    readonly TemporaryFolder _folder = new();

    public Jupyter(params (string Name, string Value)[] environment)
    {
        var kernel = Directory.CreateDirectory(_folder.At($"data/kernels/{KernelName}"));
        var description = new JsonObject
        {
            ["argv"] = new JsonArray("dotnet", typeof(CommandLine).Assembly.Location, "kernel", "run", "{connection_file}"), ["display_name"] = "C# (MimKit)", ["language"] = "C#",
            ["interrupt_mode"] = "message", ["env"] = new JsonObject([.. environment.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)pair.Value))]),
        };
        File.WriteAllText(Path.Combine(kernel.FullName, "kernel.json"), description.ToJsonString());
    }

    public TemporaryFolder Folder => _folder;

    /// <summary>Runs a script of this folder, or a module of the distribution after "-m".</summary>
    public Said Run(params string[] arguments) => Start(arguments).End();

    public Process Start(params string[] arguments) => Cli.StartProgram(Python, arguments, _folder.Path, ("JUPYTER_PATH", _folder.At("data")), ("JUPYTER_RUNTIME_DIR", _folder.At("runtime")),
        ("JUPYTER_CONFIG_DIR", _folder.At("config")), ("KERNEL_NAME", KernelName), ("PYTHONWARNINGS", "ignore"));

    /// <summary>A notebook server in the folder.</summary>
    public async Task<JupyterServer> Serve()
    {
        var port = FreePort();
        var process = Start("-m", "notebook", "--no-browser", "--allow-root", $"--port={port}", $"--NotebookApp.token={JupyterServer.Token}", $"--notebook-dir={_folder.Path}");
        await Listening(process.StandardError).WaitAsync(TimeSpan.FromMinutes(2));
        return new JupyterServer(process, $"http://127.0.0.1:{port}");
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    static async Task Listening(StreamReader log)
    {
        while (await log.ReadLineAsync() is { } line && !line.Contains("is running at")) { }
        _ = log.ReadToEndAsync();                                                // so that the server never waits for a reader
    }

    public static string Script(string name) => Home.At("tests", "MimKit.Cli.Tests", "Kernel", name);

    public void Dispose() => _folder.Dispose();
}

/// <summary>A running notebook server; it and its kernels end with this.</summary>
sealed class JupyterServer(Process process, string address) : IDisposable
{
    public const string Token = "token";

    public string Address => address;

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
