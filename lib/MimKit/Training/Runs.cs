using System.Security.Cryptography;
using System.Text;
using MimKit.Data;
using MimKit.Reports;

namespace MimKit.Training;

/// <summary>Where the runs of a notebook or a grid live.</summary>
public static class Runs
{
    /// <summary>
    /// A folder for one run, named after everything that decides its numbers: configuration, plan, images and commit. The same call finds an
    /// interrupted run again; anything changed gets a folder of its own. Uncommitted changes cannot be told apart, so they get one for each process.
    /// </summary>
    /// <param name="root">"runs/04-cluster-mim".</param>
    /// <param name="config">The method's record.</param>
    /// <param name="plan">How it is trained.</param>
    /// <param name="train">On which images.</param>
    public static string Folder(string root, object config, TrainingPlan plan, ImageSet train)
    {
        var here = Provenance.Current;
        var code = here.Dirty ? $"{here.Commit} {Environment.ProcessId} {Environment.TickCount64 - Environment.TickCount64 % 1000}" : here.Commit;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{config}\n{plan with { RunFolder = null }}\n{train.Digest}\n{code}"));
        return Path.Combine(root, $"{config.GetType().Name.Replace("Config", "")}-seed{plan.Seed}-{Convert.ToHexStringLower(digest)[..10]}");
    }
}
