using System.Reflection;
using static MimKit.Torch.torch;

namespace MimKit.Torch.Tests;

public class OperatorTableTests
{
    [Fact]
    public void Every_operator_of_the_table_is_known_to_libtorch()
    {
        var missing = new List<string>();
        foreach (var table in new[] { "MimKit.Torch.Aten", "MimKit.Torch.Ops" })
            foreach (var field in typeof(Tensor).Assembly.GetType(table)!.GetFields(BindingFlags.Static | BindingFlags.NonPublic))
                try { _ = ((Op)field.GetValue(null)!).Schema; }
                catch (TorchException e) { missing.Add($"{field.Name}: {e.Message}"); }
        Assert.Empty(missing);
    }
}
