using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MimKit.Reports;
using MimKit.Runtime;
using MimKit.Training;

namespace MimKit.Ablations;

/// <summary>
/// The finished cells of a grid in a folder, one file each, named by digests of everything that decides the numbers: record, seed and what is measured; and the
/// libraries as built. Several processes may share the folder (a Slurm array, a second terminal): a cell that one computes is locked for the others.
/// </summary>
/// <param name="folder">Made if need be.</param>
/// <param name="about">What the cells measure, with the data: part of the digest.</param>
public sealed class CellStore(string folder, string about)
{
    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    internal static readonly string Code = string.Join(' ', new[] { typeof(CellStore), typeof(Fused), typeof(torch) }.Select(type => type.Module.ModuleVersionId));

    /// <summary>Where the cells lie.</summary>
    public string Folder => folder;

    /// <summary>Whether a cell that another build of the libraries finished is taken as finished; it carries that build's commit.</summary>
    public bool AnyBuild { get; init; }

    /// <summary>A finished cell; null where it is not finished.</summary>
    public Cell? Find(object config, ulong seed) => PathOfFinished(config, seed) is { } path ? JsonSerializer.Deserialize<Cell>(File.ReadAllText(path), Options) : null;

    /// <summary>
    /// Finishes all cells: those found are read, the others computed, each by the process that locks it first. Returns when all are there, those of other
    /// processes included; one that died leaves its lock open, and its cell is computed here.
    /// </summary>
    /// <param name="wanted">Record and seed of every cell.</param>
    /// <param name="compute">Computes one; may take hours, may be cancelled.</param>
    /// <param name="progress">Told of every cell that is there.</param>
    /// <exception cref="OperationCanceledException">Interrupted: finished cells stay.</exception>
    public IReadOnlyList<Cell> Complete(IReadOnlyList<(object Config, ulong Seed)> wanted, Func<object, ulong, Outcome> compute, Action<Cell>? progress = null)
    {
        var cells = new Cell?[wanted.Count];
        while (true)
        {
            var advanced = Pass(cells, wanted, compute, progress);
            if (cells.All(cell => cell is not null)) return cells!;
            if (!advanced) FileLock.Wait();                                        // the rest is in other processes' hands
        }
    }

    /// <summary>The same without waiting: null where another process still has some of the cells; the others are computed here all the same.</summary>
    public IReadOnlyList<Cell>? TryComplete(IReadOnlyList<(object Config, ulong Seed)> wanted, Func<object, ulong, Outcome> compute)
    {
        var cells = new Cell?[wanted.Count];
        Pass(cells, wanted, compute, null);
        return cells.Contains(null) ? null : [.. cells.OfType<Cell>()];
    }

    // goes over what is missing once; whether anything came to be there
    bool Pass(Cell?[] cells, IReadOnlyList<(object Config, ulong Seed)> wanted, Func<object, ulong, Outcome> compute, Action<Cell>? progress)
    {
        var advanced = false;
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i] is not null || (cells[i] = Find(wanted[i].Config, wanted[i].Seed) ?? Computed(wanted[i].Config, wanted[i].Seed, compute)) is not { } cell) continue;
            advanced = true;
            progress?.Invoke(cell);
        }
        return advanced;
    }

    // null: another process has it
    Cell? Computed(object config, ulong seed, Func<object, ulong, Outcome> compute)
    {
        Ambient.Cancellation.ThrowIfCancellationRequested();
        using var held = FileLock.TryTake(PathOf(config, seed) + ".lock");
        if (held is null) return null;
        if (Find(config, seed) is { } finished) return finished;                   // by another, between the look and the lock
        var cell = new Cell($"{config}", seed, compute(config, seed), Provenance.Current.Source);
        Safetensors.WriteAtomically(PathOf(config, seed), stream => JsonSerializer.Serialize(stream, cell, Options));
        return cell;
    }

    string? PathOfFinished(object config, ulong seed)
    {
        var own = PathOf(config, seed);
        return File.Exists(own) ? own
            : AnyBuild && Directory.Exists(folder) ? Directory.GetFiles(folder, $"{NameOf(config, seed)}-*.json").MaxBy(File.GetLastWriteTimeUtc) : null;
    }

    string PathOf(object config, ulong seed) => Path.Combine(folder, $"{NameOf(config, seed)}-{Digest(Code)[..6]}.json");

    string NameOf(object config, ulong seed) => $"{config.GetType().Name.Replace("Config", "")}-seed{seed}-{Digest($"{config}\n{seed}\n{about}")[..12]}";

    static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
