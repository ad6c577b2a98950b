using System.Globalization;
using System.Security.Cryptography;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MimKit.Data;

/// <summary>One mapping of a manifest, read key by key; every complaint names file, line and key.</summary>
internal sealed class ManifestSection
{
    private readonly string _file, _prefix;
    private readonly YamlMappingNode _node;
    private readonly HashSet<string> _asked = [];

    private ManifestSection(string file, string prefix, YamlMappingNode node) => (_file, _prefix, _node) = (file, prefix, node);

    public static ManifestSection Load(string path, out string digest)
    {
        if (!File.Exists(path)) throw new DataException($"The manifest {path} does not exist.");
        var bytes = File.ReadAllBytes(path);
        digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StreamReader(new MemoryStream(bytes)));
        }
        catch (Exception problem) when (problem is YamlException or InvalidOperationException)   // the parser throws the latter for an unclosed list
        {
            var line = problem is YamlException yamlProblem ? yamlProblem.Start.Line : bytes.Count(b => b == '\n') + 1L;
            throw new DataException($"{path}, line {line}: this is not YAML: {problem.Message}\n" +
                                    "  Mend the line, or restore the file with git.", problem);
        }
        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
            throw new DataException($"{path}: expected one mapping of keys to values, found " +
                (yaml.Documents.Count == 0 ? "an empty file" : $"{yaml.Documents.Count} document(s) starting with a {yaml.Documents[0].RootNode.NodeType}") + ".");
        return new ManifestSection(path, "", root);
    }

    public string Text(string key) => Scalar(Find(key), key);

    public string? TextOrNull(string key) => Has(key) ? Text(key) : null;

    /// <summary>Whether the key is there; asking makes it a known one.</summary>
    public bool Has(string key)
    {
        _asked.Add(key);
        return _node.Children.ContainsKey(new YamlScalarNode(key));
    }

    /// <summary>Whether the key holds one whole number, where a list may stand as well.</summary>
    public bool IsNumber(string key) => Find(key) is YamlScalarNode { Value: { } text } && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>The keys of this mapping, in the file's order.</summary>
    public IReadOnlyList<string> Keys => [.. _node.Children.Select(child => Scalar(child.Key, "a key"))];

    public long Integer(string key, long least)
    {
        var text = Text(key);
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            throw Error(key, $"must be a whole number, found '{text}'");
        return value >= least ? value : throw Error(key, $"must be at least {least}, found {value}");
    }

    public IReadOnlyList<string> Texts(string key)
    {
        if (Find(key) is not YamlSequenceNode list) throw Error(key, "must be a list: [a, b, c]");
        return [.. list.Select(item => Scalar(item, key))];
    }

    public IReadOnlyList<double> Numbers(string key, int count)
    {
        var texts = Texts(key);
        if (texts.Count != count) throw Error(key, $"must have {count} number(s), one a channel, found {texts.Count}");
        return [.. texts.Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value : throw Error(key, $"must hold numbers, found '{text}'"))];
    }

    public ManifestSection Section(string key) =>
        Find(key) is YamlMappingNode mapping ? new ManifestSection(_file, _prefix + key + ".", mapping)
        : throw Error(key, "must be a mapping of keys to values");

    public IReadOnlyList<ManifestSection> Sections(string key)
    {
        if (Find(key) is not YamlSequenceNode list) throw Error(key, "must be a list of mappings");
        return [.. list.Select((item, i) => item is YamlMappingNode mapping ? new ManifestSection(_file, $"{_prefix}{key}[{i}].", mapping)
            : throw Error(key, $"must be a list of mappings, its item {i} is none"))];
    }

    /// <summary>To be called after the last read: a key nobody asked for is a spelling mistake.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (var (node, _) in _node.Children)
        {
            var key = Scalar(node, "a key");
            if (!_asked.Contains(key)) throw Error(key, $"is not a key of this section; known: {string.Join(", ", _asked)}");
        }
    }

    public DataException Error(string key, string problem)
    {
        var line = _node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value.Start.Line : _node.Start.Line;
        return new DataException($"{_file}, line {line}: '{_prefix}{key}' {problem}.");
    }

    private YamlNode Find(string key)
    {
        _asked.Add(key);
        return _node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : throw Error(key, "is missing");
    }

    private string Scalar(YamlNode node, string key) =>
        node is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value
        : throw Error(key, $"must be a plain value, found {(node is YamlScalarNode ? "nothing" : "a " + node.NodeType.ToString().ToLowerInvariant())}");
}
