using System.Reflection;
using System.Runtime.InteropServices;

namespace MimKit.Data;

/// <summary>The C ABI of <c>libmimkit_images.so</c> (lib/native/images/images.h). Loaded at the first image, without libtorch.</summary>
internal static unsafe class NativeImages
{
    private const string Library = "mimkit_images";

    static NativeImages() => NativeLibrary.SetDllImportResolver(typeof(NativeImages).Assembly, (name, _, _) => name == Library ? Handle.Value : 0);

    private static readonly Lazy<nint> Handle = new(Load);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Header { public int Width, Height, Channels, Orientation; }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Wish
    {
        public long MostPixels;
        public int Channels, Background, BoxX, BoxY, BoxWidth, BoxHeight, LeastWidth, LeastHeight;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Decoded
    {
        public byte* Data;
        public int Width, Height, Channels, Shrunk;
        public double Left, Top, Right, Bottom;
    }

    [DllImport(Library)] internal static extern byte* mi_error();
    [DllImport(Library)] internal static extern void mi_free(byte* data);
    [DllImport(Library)] internal static extern int mi_read_header(byte* bytes, long count, Header* header);
    [DllImport(Library)] internal static extern int mi_decode(byte* bytes, long count, Wish* wish, Decoded* decoded);
    [DllImport(Library)] internal static extern int mi_resize(byte* source, int width, int height, long stride, int channels, double* box, byte* target, int targetWidth, int targetHeight, int filter);
    [DllImport(Library)] internal static extern int mi_encode_jpeg(byte* pixels, int width, int height, int channels, int quality, byte** bytes, long* count);
    [DllImport(Library)] internal static extern void mi_to_planes(byte* source, int width, int height, int channels, float* scale, float* shift, int mirror, float* target);

    internal static string Error => Marshal.PtrToStringUTF8((nint)mi_error()) ?? "";

    private static nint Load()
    {
        var looked = Candidates().ToArray();
        var path = looked.FirstOrDefault(File.Exists) ?? throw new DataException(
            $"libmimkit_images.so was not found, so no image file can be read.\n  looked in:\n    {string.Join("\n    ", looked)}\n" +
            "  fix: apt-get install libvips42 libjpeg-dev (conda: libvips libjpeg-turbo), then ./mimkit setup, which builds it.");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException problem)
        {
            throw new DataException($"{path} could not be loaded: {problem.Message.Split('\n')[0]}\n  fix: ./mimkit doctor shows whether libvips is found.", problem);
        }
    }

    // Beside the other native library, which MIMKIT_NATIVE names.
    private static IEnumerable<string> Candidates()
    {
        const string file = "libmimkit_images.so";
        if (Environment.GetEnvironmentVariable("MIMKIT_NATIVE") is { Length: > 0 } native) yield return Path.Combine(Path.GetDirectoryName(native)!, file);
        for (var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location); folder is { Length: > 0 }; folder = Path.GetDirectoryName(folder))
            yield return Path.Combine(folder, ".build", "native", "current", file);
    }
}
