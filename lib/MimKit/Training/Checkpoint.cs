using System.Globalization;
using MimKit.Runtime;

namespace MimKit.Training;

/// <summary>
/// The state of a run between two steps: weights in <c>checkpoint-STEP.safetensors</c>; moments, averages, targets and position in
/// <c>trainer.safetensors</c>, which names its weights. The second is renamed into place last and the one before it is kept as
/// <c>trainer-before.safetensors</c>, so that a crash at any moment, or a file damaged later, leaves a matching pair. Each file
/// carries a digest of its contents. Randomness has no state: it is a function of the position.
/// </summary>
/// <param name="folder">Where.</param>
/// <param name="subject">Whose weights and targets.</param>
/// <param name="state">The trainer's own tensors by name; they are loaded back in place.</param>
/// <param name="keep">How many weight files stay; null: all.</param>
/// <param name="output">For the word that a damaged file was passed over.</param>
sealed class Checkpoint(RunFolder folder, ITrainable subject, Func<IReadOnlyDictionary<string, Tensor>> state, int? keep, TextWriter output)
{
    const string Trainer = "trainer.safetensors", Before = "trainer-before.safetensors", Coming = "trainer-coming.safetensors";
    const string Targets = "target.", Digest = "sha256";

    /// <summary>Where a run stands.</summary>
    /// <param name="Step">Steps done.</param>
    /// <param name="OptimizerSteps">Of them updates.</param>
    /// <param name="Seconds">Training time.</param>
    public sealed record Position(long Step, long OptimizerSteps, double Seconds);

    public string Folder => folder.Path;

    /// <summary>Whether there is a state to go on from.</summary>
    public bool Exists => Candidates.Any();

    // the newest first; 'coming' and 'before' without 'trainer' is a crash between two renames
    IEnumerable<string> Candidates => new[] { Coming, Trainer, Before }.Select(folder.In).Where(File.Exists);

    /// <summary>Writes both files, then lets go of weights that no kept state names.</summary>
    public void Save(Position position)
    {
        var weights = Name(position.Step);
        var network = subject.Network.state_dict();
        Safetensors.Save(folder.In(weights), network, new Dictionary<string, string> { ["method"] = subject.Config.ToString() ?? "", [Digest] = StateDigest.Of(network) });

        var all = All();
        Safetensors.Save(folder.In(Coming), all, new Dictionary<string, string>
        {
            ["step"] = Text(position.Step), ["optimizer_steps"] = Text(position.OptimizerSteps), ["seconds"] = position.Seconds.ToString("R", CultureInfo.InvariantCulture),
            ["weights"] = weights, [Digest] = StateDigest.Of(all),
        });
        if (File.Exists(folder.In(Trainer))) File.Move(folder.In(Trainer), folder.In(Before), overwrite: true);
        File.Move(folder.In(Coming), folder.In(Trainer), overwrite: true);
        Rotate();
    }

    /// <summary>Copies the newest whole state into subject and trainer, in place; a damaged one is passed over, with a word.</summary>
    /// <exception cref="InvalidDataException">No state is whole, or it is of another version of the method.</exception>
    public Position Load()
    {
        var damaged = new List<string>();
        foreach (var path in Candidates)
        {
            try
            {
                var position = LoadFrom(path);
                if (damaged.Count > 0) output.WriteLine($"{string.Join('\n', damaged)}\ngoing on from the checkpoint before it, step {position.Step:N0}");
                return position;
            }
            catch (Exception e) when (e is DamagedException or InvalidDataException or IOException or FormatException)
            {
                damaged.Add($"{path} cannot be used: {e.Message}");
            }
        }
        throw new InvalidDataException($"{folder.Path} has no checkpoint that can be gone on from.\n  {string.Join("\n  ", damaged)}\n  to do: start a new run in another folder");
    }

    Position LoadFrom(string path)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var (found, about) = Verified(path);
        var (weights, _) = Verified(folder.In(about["weights"]));
        var wanted = All();
        foreach (var (name, target) in wanted) CheckFits(path, name, target, found.GetValueOrDefault(name));     // before anything is changed
        subject.Network.load_state_dict(weights);
        foreach (var (name, target) in wanted) target.copy_(found[name]);
        return new(long.Parse(about["step"], CultureInfo.InvariantCulture), long.Parse(about["optimizer_steps"], CultureInfo.InvariantCulture), double.Parse(about["seconds"], CultureInfo.InvariantCulture));
    }

    Dictionary<string, Tensor> All() => state().Concat(subject.TargetState.Select(named => KeyValuePair.Create(Targets + named.Key, named.Value))).ToDictionary();

    static (Dictionary<string, Tensor> State, IReadOnlyDictionary<string, string> About) Verified(string path)
    {
        using var file = new SafetensorsFile(path);
        var state = Safetensors.Load(path);
        if (!file.Metadata.TryGetValue(Digest, out var stored) || StateDigest.Of(state) != stored)
            throw new DamagedException($"its contents are not what was written (SHA-256 wanted {stored ?? "none"})");
        return (state, file.Metadata);
    }

    static void CheckFits(string path, string name, Tensor target, Tensor? value)
    {
        if (value is null || !value.shape.SequenceEqual(target.shape))
            throw new InvalidDataException($"{path} does not fit this method: '{name}' is {(value is null ? "missing" : value.ToString())}, wanted {target}. It was written by another version; start a new run.");
    }

    void Rotate()
    {
        if (keep is not { } count) return;
        foreach (var old in Directory.GetFiles(folder.Path, "checkpoint-*.safetensors").Order(StringComparer.Ordinal).SkipLast(Math.Max(2, count))) File.Delete(old);
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    static string Name(long step) => FormattableString.Invariant($"checkpoint-{step:00000000}.safetensors");

    sealed class DamagedException(string message) : Exception(message);
}
