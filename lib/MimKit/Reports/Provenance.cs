using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace MimKit.Reports;

/// <summary>Where a number was measured: enough to measure it again.</summary>
/// <param name="Commit">Twelve digits of the git commit of the source, or "unknown" outside a clone.</param>
/// <param name="Dirty">Whether tracked files differed from that commit.</param>
/// <param name="Version">Of the MimKit assembly.</param>
/// <param name="Libtorch">libtorch's version.</param>
/// <param name="Processor">Model name of the processor.</param>
/// <param name="Threads">Threads that libtorch computes with.</param>
/// <param name="Runtime">.NET and operating system.</param>
public sealed record Provenance(string Commit, bool Dirty, string Version, string Libtorch, string Processor, int Threads, string Runtime)
{
    static readonly Lazy<Provenance> Gathered = new(Gather);

    /// <summary>Of this process; gathered at the first use.</summary>
    public static Provenance Current => Gathered.Value;

    /// <summary>The commit as tables show it: "3f2c1a9b0d4e" or "3f2c1a9b0d4e + changes".</summary>
    public string Source => Dirty ? $"{Commit} + changes" : Commit;

    static Provenance Gather()
    {
        var commit = Git("rev-parse", "--short=12", "HEAD");
        return new(
            commit ?? "unknown",
            commit is not null && Git("status", "--porcelain", "--untracked-files=no") is { Length: > 0 },
            typeof(Provenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown",
            __version__,
            ProcessorName(),
            get_num_threads(),
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
    }

    /// <summary>What git says of the folder the assembly lies in; null where there is no git or no clone.</summary>
    static string? Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", AppContext.BaseDirectory, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var git = Process.Start(start)!;
            var said = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? said : null;
        }
        catch (System.ComponentModel.Win32Exception)          // git is not installed
        {
            return null;
        }
    }

    static string ProcessorName()
    {
        const string list = "/proc/cpuinfo";
        var line = File.Exists(list) ? File.ReadLines(list).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
