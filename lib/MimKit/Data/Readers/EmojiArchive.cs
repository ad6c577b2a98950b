using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace MimKit.Data;

/// <summary>One glyph of emoji.json: what it shows, and the files that draw it (itself, then its skin tones).</summary>
internal sealed record EmojiGlyph(string Name, string Category, string SubCategory, IReadOnlyList<string> Files);

/// <summary>An archive of npm's emoji-datasource packages: emoji.json, and one PNG of 64 pixels a glyph and skin tone in <c>img/STYLE/64</c>.</summary>
internal sealed class EmojiArchive
{
    private const long MostBytes = 1 << 24;            // of one entry: emoji.json has 1.5 MB
    private readonly Dictionary<string, byte[]> _images = [];

    public EmojiArchive(string path, string style)
    {
        byte[]? table = null;
        try
        {
            using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Length > MostBytes) continue;
                if (entry.Name == "package/emoji.json") table = Content(entry);
                else if (entry.Name.StartsWith($"package/img/{style}/64/", StringComparison.Ordinal)) _images[Path.GetFileName(entry.Name)] = Content(entry);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DataException($"{path} does not unpack: {problem.Message}", problem);
        }
        Source = path;
        Glyphs = table is null ? throw new DataException($"{path} has no package/emoji.json; it is not an archive of emoji-datasource.") : Parse(table, path);
    }

    public string Source { get; }

    /// <summary>In Unicode's own order; <c>Component</c> (the bare skin tones) left out.</summary>
    public IReadOnlyList<EmojiGlyph> Glyphs { get; }

    public byte[] Image(string file) => _images.TryGetValue(file, out var bytes) ? bytes : throw new DataException($"{Source} has no image {file}, which its emoji.json names.");

    private static byte[] Content(TarEntry entry)
    {
        var bytes = new byte[entry.Length];
        entry.DataStream?.ReadExactly(bytes);
        return bytes;
    }

    private static IReadOnlyList<EmojiGlyph> Parse(byte[] table, string path)
    {
        try
        {
            return [.. JsonDocument.Parse(table).RootElement.EnumerateArray().Where(glyph => Text(glyph, "category") != "Component")
                .OrderBy(glyph => glyph.GetProperty("sort_order").GetInt32())
                .Select(glyph => new EmojiGlyph(Text(glyph, "short_name"), Text(glyph, "category"), Text(glyph, "subcategory"), [Text(glyph, "image"), .. SkinTones(glyph)]))];
        }
        catch (Exception problem) when (problem is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new DataException($"{path}: emoji.json is not the list of glyphs that is expected: {problem.Message}", problem);
        }
    }

    private static IEnumerable<string> SkinTones(JsonElement glyph) =>
        glyph.TryGetProperty("skin_variations", out var tones) ? tones.EnumerateObject().Select(tone => Text(tone.Value, "image")) : [];

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString() ?? throw new InvalidOperationException($"'{key}' is null");
}
