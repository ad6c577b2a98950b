using MimKit.Runtime;

namespace MimKit.Cli.Check.Sections;

/// <summary>Files of weights: those to be read, and those to be refused.</summary>
static class Checkpoints
{
    public static Dictionary<string, Runner> Runners { get; } = new() { ["checkpoint_refuse"] = Refuse };

    static void Refuse(ReferenceCase stored, Findings found)
    {
        if (Path.GetExtension(stored.Path) != ".safetensors") throw new NotSupportedException($"{Path.GetExtension(stored.Path)} files have no reader yet");
        try
        {
            Safetensors.Load(stored.Path);
            found.Judge("a file to be refused was read", 1, 0);
        }
        catch (InvalidDataException)
        {
            found.Judge("refused", 0, 0);
        }
    }
}
