using System.Globalization;
using MimKit.Torch;
using static MimKit.Torch.torch;

namespace MimKit.Cli.Check;

/// <summary>Collects how far results are from the stored ones. A case passes when nothing is too far and nothing stored was left uncompared without a reason.</summary>
sealed class Findings(ReferenceCase stored)
{
    readonly record struct Distance(string Of, double Error, double Allowed)
    {
        public bool Passed => Error <= Allowed;                                    // false for NaN
        public double Share => Error == 0 ? 0 : double.IsNaN(Error) ? double.PositiveInfinity : Error / Allowed;
    }

    readonly List<Distance> _distances = [];
    readonly HashSet<string> _open = [.. stored.Expected];
    readonly List<(string Name, string Why)> _left = [];

    /// <summary>Compares a result with the stored tensor of that name, shape and values.</summary>
    public void Compare(string name, Tensor? result)
    {
        if (result is null) throw new InvalidDataException($"{name} was not computed");
        var expected = stored[name];
        if (!result.shape.SequenceEqual(expected.shape))
            throw new InvalidDataException($"{name} is [{string.Join(", ", result.shape)}], the reference [{string.Join(", ", expected.shape)}]");
        Compare(name, result.detach().to(float64).ToArray<double>());
    }

    /// <summary>Compares numbers, in the order of the stored tensor.</summary>
    public void Compare(string name, IReadOnlyList<double> result)
    {
        var expected = stored[name].to(float64).ToArray<double>();
        if (result.Count != expected.Length) throw new InvalidDataException($"{name} has {result.Count} numbers, the reference {expected.Length}");
        var (error, largest) = (0.0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            if (result[i] == expected[i]) continue;                                // also two equal infinities
            var distance = Math.Abs(result[i] - expected[i]);
            error = double.IsNaN(distance) || double.IsNaN(error) ? double.NaN : Math.Max(error, distance);
        }
        foreach (var value in expected) largest = Math.Max(largest, Math.Abs(value));
        Judge(name, error, stored.Allowed(name, largest));
    }

    /// <summary>Compares every stored parameter gradient with the module's.</summary>
    public void CompareGradients(nn.Module module)
    {
        var own = module.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var name in stored.Expected.Where(name => name.StartsWith("g.", StringComparison.Ordinal) && !name.StartsWith("g.in.", StringComparison.Ordinal)))
            Compare(name, own.TryGetValue(name[2..], out var parameter) ? parameter.grad : throw new InvalidDataException($"there is no parameter '{name[2..]}'"));
    }

    /// <summary>A comparison by a rule of the runner's own, for random or statistical cases.</summary>
    public void Judge(string name, double error, double allowed)
    {
        _open.Remove(name);
        _distances.Add(new(name, error, allowed));
    }

    /// <summary>Says why a stored tensor has nothing to be compared with.</summary>
    public void Leave(string name, string why)
    {
        if (_open.Remove(name)) _left.Add((name, why));
    }

    /// <summary>The case's result: its worst tensor.</summary>
    public CaseResult Result()
    {
        var worst = _distances.OrderByDescending(distance => distance.Share).FirstOrDefault();
        var notes = _left.GroupBy(one => one.Why, one => one.Name).Select(left => $"{string.Join(", ", left)} not compared: {left.Key}").Concat(_open.Count == 0 ? [] : [$"nothing was computed for {string.Join(", ", _open)}"]);
        var outcome = _open.Count == 0 && _distances.Count > 0 && _distances.All(distance => distance.Passed) ? Outcome.Pass : Outcome.Fail;
        return new(stored, outcome, worst.Error, worst.Allowed, string.Join("; ", notes.Prepend(worst.Of is null ? "nothing was compared" : $"worst of {_distances.Count}: {worst.Of}")));
    }
}

/// <summary>How a case ended.</summary>
enum Outcome { Pass, Fail, NoRunner }

/// <param name="Case">which</param>
/// <param name="Outcome">how it ended</param>
/// <param name="Error">of the tensor that is worst against its tolerance; null where nothing was compared</param>
/// <param name="Allowed">that tensor's tolerance</param>
/// <param name="Note">which tensor it is, or what went wrong</param>
sealed record CaseResult(ReferenceCase Case, Outcome Outcome, double? Error, double? Allowed, string Note)
{
    public override string ToString()
    {
        var said = Outcome switch { Outcome.Pass => "pass", Outcome.Fail => "FAIL", _ => "no runner" };
        return $"{Case.Name,-32} error {Figure(Error),8}   tolerance {Figure(Allowed),8}   {said,-9}  {Note}";

        static string Figure(double? number) => number?.ToString("0.0e+00", CultureInfo.InvariantCulture) ?? "-";
    }
}
