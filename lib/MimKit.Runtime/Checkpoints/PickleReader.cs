using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace MimKit.Runtime;

/// <summary>
/// Reads a pickle as inert data. A pickle is a program for a small stack machine that may import and call anything; this machine has the
/// instructions that build numbers, texts, lists and dictionaries, keeps unknown classes as <see cref="PickleObject"/>, and calls nothing
/// but the table in <see cref="PickleCalls"/>. Every length is held against the bytes that are left, so that memory is bounded by the file.
/// </summary>
/// <param name="stream">where the pickle starts</param>
/// <param name="end">first position of the stream that cannot belong to it</param>
/// <param name="calls">the functions it may name for calling</param>
/// <param name="persistent">what its references to the outside (PyTorch's storages) stand for</param>
sealed partial class PickleReader(Stream stream, long end, PickleCalls calls, Func<object?, object?> persistent)
{
    const int NewestProtocol = 5, MostDigits = 1000;
    static readonly object Mark = new();

    readonly List<object?> _stack = [];
    readonly List<object?> _memo = [];
    readonly long _start = stream.Position;

    /// <summary>Runs to the STOP instruction and leaves the stream behind it.</summary>
    public object? Read()
    {
        while (true)
        {
            var op = Byte();
            if (op == '.') return Pop();
            if (!(Constant(op) || Container(op) || Memo(op) || Instance(op))) throw Bad(Refused(op));
        }
    }

    bool Constant(byte op)
    {
        switch ((char)op)
        {
            case '\x80': if (Byte() is > NewestProtocol and var protocol) throw Bad($"it says protocol {protocol}; the newest known is {NewestProtocol}"); break;
            case '\x95': Need(Long()); break;                                      // FRAME: a hint for buffered reading
            case 'N': Push(null); break;
            case '\x88': Push(true); break;
            case '\x89': Push(false); break;
            case 'K': Push((long)Byte()); break;
            case 'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 'J': Push((long)Int()); break;
            case 'I': Push(Line() switch { "00" => false, "01" => true, var digits => Integer(digits) }); break;
            case 'L': Push(Integer(Line().TrimEnd('L'))); break;
            case '\x8a': Push(Integer(Bytes(Byte()))); break;
            case '\x8b': Push(Integer(Bytes(Int()))); break;
            case 'F': Push(double.Parse(Line(), NumberStyles.Float, CultureInfo.InvariantCulture)); break;
            case 'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'X': Push(Text(UInt())); break;
            case '\x8c': Push(Text(Byte())); break;
            case '\x8d': Push(Text(Long())); break;
            case 'V': Push(RawUnicode().Replace(Line(Encoding.Latin1), escape => char.ConvertFromUtf32(int.Parse(escape.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)))); break;
            case 'S': Push(Regex.Unescape(Line().Trim('\'', '"'))); break;
            case 'U': Push(Encoding.Latin1.GetString(Bytes(Byte()))); break;       // Python 2's str: text in every checkpoint that has it
            case 'T': Push(Encoding.Latin1.GetString(Bytes(Int()))); break;
            case 'C': Push(Bytes(Byte())); break;
            case 'B': Push(Bytes(UInt())); break;
            case '\x8e' or '\x96': Push(Bytes(Long())); break;
            default: return false;
        }
        return true;
    }

    bool Container(byte op)
    {
        switch ((char)op)
        {
            case '(': Push(Mark); break;
            case '0': Pop(); break;
            case '1': PopToMark(); break;
            case '2': Push(Top); break;
            case ')': Push(Array.Empty<object?>()); break;
            case '\x85': Push(PopMany(1)); break;
            case '\x86': Push(PopMany(2)); break;
            case '\x87': Push(PopMany(3)); break;
            case 't': Push(PopToMark()); break;
            case ']': Push(new List<object?>()); break;
            case 'l' or '\x91': Push(PopToMark().ToList()); break;
            case '\x8f': Push(new List<object?>()); break;                         // a set reads as a list
            case '}': Push(new PickleDict()); break;
            case 'd': var pairs = PopToMark(); Push(new PickleDict()); SetItems(pairs); break;
            case 'a': Append(PopMany(1)); break;
            case 'e' or '\x90': Append(PopToMark()); break;
            case 's': SetItems(PopMany(2)); break;
            case 'u': SetItems(PopToMark()); break;
            default: return false;
        }
        return true;
    }

    bool Memo(byte op)
    {
        switch ((char)op)
        {
            case 'p': Keep(long.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case 'q': Keep(Byte()); break;
            case 'r': Keep(UInt()); break;
            case '\x94': _memo.Add(Top); break;
            case 'g': Push(Kept(long.Parse(Line(), CultureInfo.InvariantCulture))); break;
            case 'h': Push(Kept(Byte())); break;
            case 'j': Push(Kept(UInt())); break;
            default: return false;
        }
        return true;
    }

    bool Instance(byte op)
    {
        switch ((char)op)
        {
            case 'c': Push(calls.Mention(Line(), Line())); break;
            case '\x93': var name = PopMany(2); Push(calls.Mention(Name(name[0]), Name(name[1]))); break;
            case 'R': var (callee, given) = (Peek(2), Peek(1)); Drop(2); Push(calls.Call(Global(callee), Tuple(given))); break;
            case '\x81': var (type, arguments) = (Peek(2), Peek(1)); Drop(2); Push(calls.Instance(Global(type), Tuple(arguments))); break;
            case '\x92': var (kind, values) = (Peek(3), Peek(2)); Drop(3); Push(calls.Instance(Global(kind), Tuple(values))); break;
            case 'o': var parts = PopToMark(); Push(calls.Instance(Global(parts.ElementAtOrDefault(0)), parts.Skip(1).ToArray())); break;
            case 'i': var named = calls.Mention(Line(), Line()); Push(calls.Instance(named, PopToMark())); break;
            case 'b': var state = Pop(); SetState(Top, state); break;
            case 'Q': Push(persistent(Pop())); break;
            default: return false;
        }
        return true;
    }

    static string Refused(byte op) => (char)op switch
    {
        'P' => "it refers to something outside by a text, which PyTorch never does",
        '\x82' or '\x83' or '\x84' => "it calls on Python's extension registry, which no checkpoint needs",
        '\x97' or '\x98' => "it refers to memory outside the file",
        _ => $"0x{op:x2} is no pickle instruction; the file is damaged or of another format",
    };

    void Append(object?[] items)
    {
        switch (Top)
        {
            case List<object?> list: list.AddRange(items); break;
            case PickleObject instance: (instance.Items ??= []).AddRange(items); break;
            default: throw Bad($"it appends to {Describe(Top)}");
        }
    }

    void SetItems(object?[] pairs)
    {
        var target = Top switch
        {
            PickleDict own => own,
            PickleObject instance => instance.Entries ??= new(),
            _ => throw Bad($"it sets entries of {Describe(Top)}"),
        };
        if (pairs.Length % 2 != 0) throw Bad("it sets a key without a value");
        for (var i = 0; i < pairs.Length; i += 2) target.Add(pairs[i], pairs[i + 1]);
    }

    void SetState(object? target, object? state)
    {
        switch (target)
        {
            case PickleDict dictionary: dictionary.Attributes = state; break;
            case PickleObject instance: instance.State = state; break;
            case TorchTensor: break;                                               // attributes that Python code hung on a tensor
            default: throw Bad($"it sets attributes of {Describe(target)}");
        }
    }

    // ------------------------------------------------------------------------------------------------- stack and memo

    object? Top => Peek(1);
    object? Peek(int below) => _stack.Count >= below && _stack[^below] is var value && value != Mark ? value : throw Bad("it takes more from its stack than it put there");
    void Push(object? value) => _stack.Add(value);
    void Drop(int count) => _stack.RemoveRange(_stack.Count - count, count);
    object? Pop() { var value = Top; Drop(1); return value; }

    object?[] PopMany(int count)
    {
        var values = new object?[count];
        for (var i = 0; i < count; i++) values[i] = Peek(count - i);
        Drop(count);
        return values;
    }

    object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0) throw Bad("it closes a list that it never opened");
        var values = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        Drop(values.Length + 1);
        return values;
    }

    void Keep(long index)
    {
        if (index < 0 || index >= end - _start) throw Bad($"it keeps value number {index}; no pickle of {end - _start} bytes has that many");   // writers number from 0
        while (_memo.Count <= index) _memo.Add(Mark);
        _memo[(int)index] = Top;
    }

    object? Kept(long index) => index >= 0 && index < _memo.Count && _memo[(int)index] is var value && value != Mark ? value : throw Bad($"it recalls value number {index}, which it never kept");

    string Name(object? value) => value as string ?? throw Bad($"it names {Describe(value)} where a text is wanted");
    PickleGlobal Global(object? value) => value as PickleGlobal ?? throw Bad($"it calls {Describe(value)}, which is no name");
    object?[] Tuple(object? value) => value as object?[] ?? throw Bad($"it calls with {Describe(value)} in place of arguments");

    internal static string Describe(object? value) => value switch
    {
        null => "None", PickleDict => "a dictionary", PickleObject instance => $"a {instance.Type}", PickleGlobal name => name.ToString(),
        List<object?> => "a list", object?[] => "a tuple", TorchTensor => "a tensor", string text => $"the text '{(text.Length > 40 ? text[..40] + "…" : text)}'",
        _ => $"the {value.GetType().Name} {value}",
    };

    // ---------------------------------------------------------------------------------------------------------- bytes

    byte Byte()
    {
        Need(1);
        return stream.ReadByte() is >= 0 and var value ? (byte)value : throw Bad("it ends in the middle");
    }

    byte[] Bytes(long count)
    {
        Need(count);
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    void Need(long count)
    {
        if (count < 0 || count > end - stream.Position) throw Bad(count < 0 || count > 16 ? $"it wants {count} more bytes, but {end - stream.Position} are left; it is cut short or damaged" : "it ends in the middle");
    }

    [GeneratedRegex(@"\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}")]
    private static partial Regex RawUnicode();                                     // what protocol 0 escapes in a text

    int Int() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));
    long UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));
    long Long() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));
    string Text(long count) => Encoding.UTF8.GetString(Bytes(count));

    string Line(Encoding? encoding = null)
    {
        var line = new List<byte>();
        for (byte next; (next = Byte()) != '\n';) line.Add(next);
        return (encoding ?? Encoding.UTF8).GetString([.. line]);
    }

    object Integer(string digits) => digits.Length <= MostDigits ? Narrowed(BigInteger.Parse(digits, CultureInfo.InvariantCulture)) : throw Bad($"it has a number of {digits.Length} digits");
    static object Integer(byte[] littleEndian) => Narrowed(new BigInteger(littleEndian));
    static object Narrowed(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    InvalidDataException Bad(string what) => new($"its pickle makes no sense at byte {stream.Position - _start}: {what}");
}
