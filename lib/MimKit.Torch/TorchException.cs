using System.Text.RegularExpressions;

namespace MimKit.Torch;

/// <summary>What went wrong in an operator, so that a caller can choose what to do without reading a message.</summary>
public enum TorchErrorKind { Other, OutOfMemory, DeviceMismatch, DtypeMismatch, ShapeMismatch, IndexOutOfRange, NotSupported, BadArgument }

/// <summary>One tensor that an operator was given: its dtype, shape and device.</summary>
public sealed record TorchArgument(ScalarType Dtype, long[] Shape, Device Device)
{
    public override string ToString() => $"{Dtype}[{string.Join(", ", Shape)}]{(Device.type == DeviceType.CPU ? "" : $"@{Device}")}";
}

/// <summary>
/// libtorch refused an operation. The message names the operator, the shapes and dtypes it got, and libtorch's reason, without the C++
/// stack; set <c>TORCH_SHOW_CPP_STACKTRACES=1</c> before libtorch loads to have that in <see cref="NativeStack"/>.
/// </summary>
public sealed class TorchException : InvalidOperationException
{
    /// <summary>The operator, for example <c>aten::mm</c>; empty where the failure was outside one.</summary>
    public string Operator { get; }

    /// <summary>The tensors it was given, in order; those of a list one after the other.</summary>
    public IReadOnlyList<TorchArgument> Tensors { get; }

    public TorchErrorKind Kind { get; }

    /// <summary>The C++ stack, where libtorch was asked for it; otherwise empty.</summary>
    public string NativeStack { get; } = "";

    public TorchException(string message) : this(message, "", []) { }

    internal TorchException(string message, string @operator, IReadOnlyList<TorchArgument> tensors) : base(Split(message).Reason)
    {
        (Operator, Tensors) = (@operator, tensors);
        NativeStack = Split(message).Stack;
        var reason = Message[(Message.IndexOf("): ", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0)..];
        Kind = KindOf(reason);
    }

    private static (string Reason, string Stack) Split(string message)
    {
        var at = message.IndexOf("\nException raised from ", StringComparison.Ordinal);
        return at < 0 ? (message.TrimEnd(), "") : (message[..at].TrimEnd(), message[(at + 1)..].TrimEnd());
    }

    // libtorch has one exception type for all of these; its words are what tells them apart. The first that fits is taken.
    private static readonly (TorchErrorKind Kind, Regex Words)[] Signs =
    [
        (TorchErrorKind.BadArgument, new(@"^(argument \d+ \(|takes \d+ arguments)")),
        (TorchErrorKind.OutOfMemory, new("out of memory|can't allocate memory|not enough memory")),
        (TorchErrorKind.DeviceMismatch, new("same device|different devices?|device type|Expected .*(cuda|cpu).* (but|got)")),
        (TorchErrorKind.NotSupported, new("not implemented|not supported|has no operator|[Uu]nsupported|Could not run")),
        (TorchErrorKind.IndexOutOfRange, new(@"out of range|out of bounds|outside \[")),
        (TorchErrorKind.DtypeMismatch, new("dtype|scalar type|ScalarType|same type|data type|can't be cast|floating point")),
        (TorchErrorKind.ShapeMismatch, new(@"[Ss]hapes?\b|[Ss]izes?\b|[Dd]im|broadcast|elements|channels|must match|\dD\b")),
    ];

    private static TorchErrorKind KindOf(string reason) => Signs.FirstOrDefault(s => s.Words.IsMatch(reason)).Kind;
}
