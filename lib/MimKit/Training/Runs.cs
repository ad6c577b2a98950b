using System.Security.Cryptography;
using System.Text;
using MimKit.Data;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>Where the runs of a notebook or a grid live.</summary>
public static class Runs
{
    /// <summary>The runs of a folder or a pattern, in the order of names.</summary>
    /// <param name="pattern">"runs/*", "runs/mae-*", or one run's folder; an asterisk may stand in the last part only.</param>
    /// <exception cref="DirectoryNotFoundException">No folder there holds a run.</exception>
    public static RunComparison Load(string pattern)
    {
        var full = Path.GetFullPath(pattern);
        var (parent, last) = (Path.GetDirectoryName(full) ?? full, Path.GetFileName(full));
        var folders = (Directory.Exists(parent) ? Directory.GetDirectories(parent, last) : []).Where(folder => File.Exists(Path.Combine(folder, "run.json"))).Order(StringComparer.Ordinal).ToList();
        if (folders.Count == 0) throw new DirectoryNotFoundException($"No run matches {pattern} (looked for folders with a run.json in {parent}). Give a run's folder, or a pattern such as runs/*.");
        return new([.. folders.Select(RunFolder.Read)]);
    }

    /// <summary>
    /// A folder for one run, named after everything that decides its numbers: configuration, plan, images and the libraries as built. The same
    /// call finds an interrupted run again, after a crash too; anything changed gets a folder of its own.
    /// </summary>
    /// <param name="root">"runs/04-cluster-mim".</param>
    /// <param name="config">The method's record.</param>
    /// <param name="plan">How it is trained.</param>
    /// <param name="train">On which images.</param>
    public static string Folder(string root, object config, TrainingPlan plan, IImages train)
    {
        var code = string.Join(' ', new[] { typeof(Runs), typeof(Fused), typeof(torch) }.Select(type => type.Module.ModuleVersionId));
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{config}\n{plan with { RunFolder = null }}\n{train.Digest}\n{code}"));
        return Path.Combine(root, $"{config.GetType().Name.Replace("Config", "")}-seed{plan.Seed}-{Convert.ToHexStringLower(digest)[..10]}");
    }
}
