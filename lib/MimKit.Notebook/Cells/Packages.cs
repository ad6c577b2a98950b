using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MimKit.Notebook;

/// <summary>A package that could not be had; the message says why.</summary>
sealed class PackageException(string message) : Exception(message);

/// <summary>A package with all it depends on, as files.</summary>
/// <param name="Id">As the package spells it.</param>
/// <param name="Version">The version that was chosen.</param>
/// <param name="Libraries">Assemblies to reference and load.</param>
/// <param name="NativeFolders">Where native libraries lie.</param>
sealed record RestoredPackage(string Id, string Version, IReadOnlyList<string> Libraries, IReadOnlyList<string> NativeFolders);

/// <summary>
/// Fetches NuGet packages by the SDK's own restore, so that sources, credentials and caches are those of any project: a NuGet.config beside
/// the notebook or above it counts. All packages of a session are restored together, so that their versions agree.
/// </summary>
sealed partial class Packages
{
    readonly Dictionary<string, string> _wanted = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>More sources, folders or addresses.</summary>
    public List<string> Sources { get; } = [];

    /// <exception cref="PackageException">No source has the package, or the name is none.</exception>
    public async Task<RestoredPackage> Restore(string id, string? version, string folder, CancellationToken cancellation)
    {
        if (!Id().IsMatch(id)) throw new PackageException($"'{id}' is not a package's name: letters, digits, '.', '-' and '_' only, as in #r \"nuget: Newtonsoft.Json, 13.0.3\".");
        _wanted.TryGetValue(id, out var before);
        _wanted[id] = version is null or "*" or "*-*" ? version ?? "*" : $"[{version.Trim('[', ']')}]";
        var project = Directory.CreateTempSubdirectory("packages-").FullName;
        try
        {
            WriteProject(project, folder);
            var (code, output) = await DotnetRestore(project, cancellation).ConfigureAwait(false);
            return code == 0 ? Read(Path.Combine(project, "obj", "project.assets.json"), id) : throw new PackageException(Explain(id, version, output));
        }
        catch
        {
            if (before is null) _wanted.Remove(id);
            else _wanted[id] = before;
            throw;
        }
        finally { Directory.Delete(project, recursive: true); }
    }

    void WriteProject(string project, string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            if (at.GetFiles().FirstOrDefault(file => file.Name.Equals("nuget.config", StringComparison.OrdinalIgnoreCase)) is { } config)
            {
                config.CopyTo(Path.Combine(project, "nuget.config"));
                break;
            }
        new XElement("Project", new XAttribute("Sdk", "Microsoft.NET.Sdk"),
            new XElement("PropertyGroup",
                new XElement("TargetFramework", $"net{Environment.Version.Major}.0"), new XElement("RuntimeIdentifier", RuntimeInformation.RuntimeIdentifier),
                new XElement("SelfContained", "false"), new XElement("EnableDefaultItems", "false"), new XElement("ImportDirectoryBuildProps", "false"),
                new XElement("ManagePackageVersionsCentrally", "false"), new XElement("UseAppHost", "false"),
                new XElement("RestoreAdditionalProjectSources", string.Join(';', Sources.Select(source => source.Contains("://") ? source : Path.GetFullPath(source, folder))))),
            new XElement("ItemGroup", _wanted.Select(one => new XElement("PackageReference", new XAttribute("Include", one.Key), new XAttribute("Version", one.Value)))))
            .Save(Path.Combine(project, "packages.csproj"));
    }

    static async Task<(int Code, string Output)> DotnetRestore(string project, CancellationToken cancellation)
    {
        var dotnet = Path.GetFullPath("../../../dotnet", Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        using var process = Process.Start(new ProcessStartInfo(File.Exists(dotnet) ? dotnet : "dotnet", ["restore", "--nologo", "-v", "q", "-nodeReuse:false", "packages.csproj"])
        {
            WorkingDirectory = project, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1" },
        })!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return (process.ExitCode, output + await error.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    static RestoredPackage Read(string assets, string id)
    {
        var root = JsonNode.Parse(File.ReadAllText(assets))!;
        var folders = root["packageFolders"]!.AsObject().Select(folder => folder.Key).ToList();
        var target = root["targets"]!.AsObject().Last().Value!.AsObject();          // the one with the runtime's identifier comes last
        var key = target.Select(library => library.Key).First(name => name.StartsWith(id + "/", StringComparison.OrdinalIgnoreCase));
        return new RestoredPackage(key.Split('/')[0], key.Split('/')[1], [.. Files("runtime").Where(file => file.EndsWith(".dll", StringComparison.Ordinal))],
            [.. Files("native").Select(file => Path.GetDirectoryName(file)!).Distinct()]);

        IEnumerable<string> Files(string kind) =>
            from library in target
            from file in library.Value![kind]?.AsObject().Select(entry => entry.Key) ?? []
            where !file.EndsWith("/_._", StringComparison.Ordinal)
            let path = (string)root["libraries"]![library.Key]!["path"]!
            select folders.Select(folder => Path.Combine(folder, path, file)).First(File.Exists);
    }

    static string Explain(string id, string? version, string output)
    {
        var errors = ErrorLine().Matches(output).Select(match => (Code: match.Groups[1].Value, Text: match.Groups[2].Value.Split(" [")[0].Trim())).Distinct().ToList();
        var head = errors.FirstOrDefault().Code switch
        {
            "NU1101" => $"No source of packages has '{id}'.",
            "NU1102" or "NU1103" => $"No source of packages has '{id}' in version {version ?? "any"}.",
            "NU1301" => "A source of packages does not answer.",
            "NU1202" => $"'{id}' does not fit .NET {Environment.Version.Major}.",
            _ => $"'{id}' could not be restored.",
        };
        var details = errors.Count > 0 ? errors.Select(error => $"{error.Code}: {error.Text}") : output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(5);
        return $"{head}\n  {string.Join("\n  ", details.Take(5))}\n  Sources are those of 'dotnet nuget list source', of a NuGet.config beside the notebook, and of #i \"nuget: …\".";
    }

    [GeneratedRegex(@"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$")]
    private static partial Regex Id();

    [GeneratedRegex(@"error (NU\d+): (.*)")]
    private static partial Regex ErrorLine();
}
