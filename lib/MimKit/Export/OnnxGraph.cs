using System.Globalization;
using Google.Protobuf;
using MimKit.Export.Onnx;
using MimKit.Runtime;

namespace MimKit.Export;

/// <summary>Builds an ONNX graph a node at a time; values are named, constants are kept once.</summary>
sealed class OnnxGraph(string name)
{
    private const int FloatType = 1, Int64Type = 7;                                // TensorProto.DataType
    private const long IrVersion = 8, Operators = 17;                              // the set that has LayerNormalization

    private readonly GraphProto _graph = new() { Name = name };
    private int _made;

    /// <summary>An input or output of the model.</summary>
    /// <param name="sizes">numbers, or a word for a size that is left open</param>
    public string Input(string name, params object[] sizes) => Declare(_graph.Input, name, sizes);

    /// <summary>Names a value as the model's output.</summary>
    public void Output(string name, string value, params object[] sizes)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        Declare(_graph.Output, name, sizes);
    }

    /// <summary>A tensor of weights, float32.</summary>
    public string Constant(string name, Tensor values)
    {
        using var plain = values.detach().cpu().to(float32).contiguous();
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = FloatType, Dims = { plain.shape }, RawData = ByteString.CopyFrom(plain.bytes) });
        return name;
    }

    /// <summary>One number.</summary>
    public string Number(double value) => Kept(value.ToString("R", CultureInfo.InvariantCulture), FloatType, [], BitConverter.GetBytes((float)value));

    /// <summary>Whole numbers, as shapes and indices are given.</summary>
    public string Integers(params long[] values) => Kept(string.Join('_', values), Int64Type, [values.Length], [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>A whole number without a dimension.</summary>
    public string Integer(long value) => Kept($"at_{value}", Int64Type, [], BitConverter.GetBytes(value));

    /// <summary>Adds a node with one output and names it.</summary>
    public string Node(string op, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var made = $"{op}_{_made++}";
        var node = new NodeProto { OpType = op, Name = made, Input = { inputs }, Output = { made } };
        foreach (var (key, value) in attributes)
            node.Attribute.Add(value switch
            {
                long number => new AttributeProto { Name = key, I = number, Type = AttributeProto.Types.AttributeType.Int },
                float number => new AttributeProto { Name = key, F = number, Type = AttributeProto.Types.AttributeType.Float },
                long[] numbers => new AttributeProto { Name = key, Ints = { numbers }, Type = AttributeProto.Types.AttributeType.Ints },
                _ => throw new ArgumentException($"No attribute can be a {value.GetType().Name}."),
            });
        _graph.Node.Add(node);
        return made;
    }

    /// <summary>Writes the model; replaces an existing file atomically.</summary>
    public void Save(string path, string description)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "MimKit", DocString = description, Graph = _graph, OpsetImport = { new OperatorSetIdProto { Version = Operators } } };
        if (model.CalculateSize() < 0) throw new NotSupportedException("The model is larger than 2 GiB, the most that a protocol buffer holds.");
        Safetensors.WriteAtomically(path, stream => model.WriteTo(stream));
    }

    private string Kept(string text, int type, long[] dims, byte[] bytes)
    {
        var name = $"{(type == FloatType ? "number" : "integers")}_{text}";
        if (_graph.Initializer.All(tensor => tensor.Name != name)) _graph.Initializer.Add(new TensorProto { Name = name, DataType = type, Dims = { dims }, RawData = ByteString.CopyFrom(bytes) });
        return name;
    }

    private static string Declare(ICollection<ValueInfoProto> among, string name, object[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(sizes.Select(size => size is string open ? new TensorShapeProto.Types.Dimension { DimParam = open } : new() { DimValue = Convert.ToInt64(size, CultureInfo.InvariantCulture) }));
        among.Add(new ValueInfoProto { Name = name, Type = new() { TensorType = new() { ElemType = FloatType, Shape = shape } } });
        return name;
    }
}
