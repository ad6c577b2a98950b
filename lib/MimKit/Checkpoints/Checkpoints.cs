using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace MimKit;

/// <summary>Opens files of released weights by name (METHODS 2.11): <c>Checkpoints.Load("beitv2_base_patch16_224_pt1k.pth")</c>.</summary>
public static partial class Checkpoints
{
    private const int HashDigits = 8;

    /// <summary>Where files are looked for: the folder in MIMKIT_CHECKPOINTS, or ~/.cache/mimkit/checkpoints; then PyTorch's own download cache.</summary>
    public static IReadOnlyList<string> Folders
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            var own = Environment.GetEnvironmentVariable("MIMKIT_CHECKPOINTS") is { Length: > 0 } chosen ? chosen : Path.Combine(cache, "mimkit", "checkpoints");
            return [own, Path.Combine(cache, "torch", "hub", "checkpoints"), Path.Combine(cache, "clip")];
        }
    }

    /// <summary>Opens a file of weights: a path, or a name in one of <see cref="Folders"/>. Whose weights they are is told from their names; no tensor is read yet.</summary>
    /// <exception cref="FileNotFoundException">It is in none of the folders; the message lists them, and where the file can be had.</exception>
    /// <exception cref="InvalidDataException">It is damaged, its name's checksum is not its own, or nobody's names are in it.</exception>
    public static OfficialWeights Load(string nameOrPath)
    {
        var path = new[] { nameOrPath }.Concat(Folders.Select(folder => Path.Combine(folder, nameOrPath))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{nameOrPath} was not found.\n  looked in: {Environment.CurrentDirectory}, {string.Join(", ", Folders)}\n  fix: {Source(Path.GetFileName(nameOrPath))}", nameOrPath);
        CheckHash(path);
        return new OfficialWeights(path);
    }

    private static string Source(string name) => Released().Match(name).Success
        ? $"download it from https://github.com/addf400/files/releases/download/BEiT-v2/{name} into {Folders[0]}, or set MIMKIT_CHECKPOINTS to the folder that holds it."
        : $"put it into {Folders[0]}, set MIMKIT_CHECKPOINTS to the folder that holds it, or give its path.";

    // torch.hub's rule: NAME-d93179da.pth has a SHA-256 that starts with these digits.
    private static void CheckHash(string path)
    {
        if (HashedName().Match(path) is not { Success: true } named) return;
        using var stream = File.OpenRead(path);
        var own = Convert.ToHexStringLower(SHA256.HashData(stream))[..HashDigits];
        if (own != named.Groups["hash"].Value) throw new InvalidDataException($"{path} is not the file that its name tells: its SHA-256 starts with {own}. It was cut short or changed; fetch it again.");
    }

    [GeneratedRegex(@"-(?<hash>[0-9a-f]{8})\.(pth|pt)$")]
    private static partial Regex HashedName();

    [GeneratedRegex(@"^(beitv2_(base|large)_patch16_224_|vqkd_encoder_base_decoder_)")]
    private static partial Regex Released();
}
