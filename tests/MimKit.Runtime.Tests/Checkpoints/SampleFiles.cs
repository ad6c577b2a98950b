using System.Text;

namespace MimKit.Runtime.Tests.Checkpoints;

/// <summary>Files to read: stored ones, and small pickles written by hand.</summary>
static class SampleFiles
{
    /// <summary>A file of tests/reference, or of the samples beside these tests (make_samples.py wrote them).</summary>
    public static string At(string name)
    {
        string[] places = [Path.Combine("tests", "reference", name), Path.Combine("tests", "MimKit.Runtime.Tests", "Checkpoints", "Samples", name)];
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (places.Select(place => Path.Combine(folder, place)).FirstOrDefault(File.Exists) is { } path) return path;
        throw new FileNotFoundException($"{name} lies in no tests/reference or Samples above {AppContext.BaseDirectory}.");
    }

    public static string Folder(string file) => Path.GetDirectoryName(At(file))!;

    /// <summary>The bytes of a pickle: characters are bytes.</summary>
    public static byte[] Pickle(string instructions) => Encoding.Latin1.GetBytes("\u0080\u0002" + instructions + ".");

    /// <summary>PyTorch's older form around a value, and what follows it.</summary>
    public static byte[] Legacy(string value, string keys = "]", params byte[][] storages) =>
    [
        .. Pickle("\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019"), .. Pickle("M\u00e9\u0003"), .. Pickle("}X\u000d\0\0\0little_endian\u0088s"),
        .. Pickle(value), .. Pickle(keys), .. storages.SelectMany(bytes => bytes),
    ];

    /// <summary>Instructions for a tensor over a whole float storage.</summary>
    public static string Tensor(string key, int count) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n(({Text("storage")}ctorch\nFloatStorage\n{Text(key)}{Text("cpu")}{Number(count)}tQK\0{Number(count)}\u0085K\u0001\u0085\u0089ccollections\nOrderedDict\n)RtR";

    public static string Text(string text) => $"X{Number(text.Length)[1..]}{text}";
    public static string Number(int value) => "J" + Encoding.Latin1.GetString(BitConverter.GetBytes(value));
}
