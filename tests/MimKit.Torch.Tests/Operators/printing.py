"""What PyTorch prints: writes printing.json beside this file. Each case is an expression that both Python and C# read."""
import json
import os

import torch
from torch import arange, bool, float16, int32, int64, ones, tensor, zeros  # noqa: F401

expressions = {
    "tensor(1.5)": "torch.tensor(1.5f)",
    "tensor(7)": "torch.tensor(7L)",
    "zeros(2, 3)": "torch.zeros(2, 3)",
    "arange(12.).reshape(3, 4)": "torch.arange(12.0).reshape(3, 4)",
    "arange(12).reshape(3, 4) - 6": "torch.arange(12).reshape(3, 4) - 6",
    "arange(6.).reshape(2, 3) / 3": "torch.arange(6.0).reshape(2, 3) / 3",
    "arange(6.).reshape(2, 3) * 1e-6": "torch.arange(6.0).reshape(2, 3) * 1e-6",
    "tensor([1e-5, 1., 1e5])": "torch.tensor(new[] { 1e-5f, 1f, 1e5f })",
    "tensor([1., 2e9])": "torch.tensor(new[] { 1f, 2e9f })",
    "tensor([-1.5, float('nan'), float('inf'), -float('inf')])": "torch.tensor(new[] { -1.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity })",
    "tensor([1., float('nan')])": "torch.tensor(new[] { 1f, float.NaN })",
    "tensor([[True, False], [False, True]])": "torch.tensor(new[] { true, false, false, true }, [2, 2])",
    "arange(24).reshape(2, 3, 4)": "torch.arange(24).reshape(2, 3, 4)",
    "arange(2000.)": "torch.arange(2000.0)",
    "arange(40000.).reshape(200, 200) / 7": "torch.arange(40000.0).reshape(200, 200) / 7",
    "arange(8000).reshape(20, 20, 20)": "torch.arange(8000).reshape(20, 20, 20)",
    "arange(3000).reshape(3, 1000)": "torch.arange(3000).reshape(3, 1000)",
    "arange(40.) / 3": "torch.arange(40.0) / 3",
    "ones(2, dtype=int32)": "torch.ones([2], ScalarType.Int32)",
    "ones(2, 2, dtype=float16)": "torch.ones([2, 2], ScalarType.Float16)",
    "zeros(0)": "torch.zeros(0)",
    "zeros(0, 3)": "torch.zeros(0, 3)",
    "zeros(0, dtype=int64)": "torch.zeros([0], ScalarType.Int64)",
    "ones(2, requires_grad=True)": "torch.ones([2], requires_grad: true)",
    "ones(15, dtype=torch.float64) / 3": "torch.ones([15], ScalarType.Float64) / 3",
    "-ones(3)": "-torch.ones(3)",
    "ones(2, requires_grad=True) + ones(2)": "torch.ones([2], requires_grad: true) + torch.ones(2)",
    "(ones(2, requires_grad=True) * 2).sum()": "(torch.ones([2], requires_grad: true) * 2).sum()",
    "ones(1, 2, requires_grad=True).t()": "torch.ones([1, 2], requires_grad: true).t()",
    "ones(2, requires_grad=True).double()": "torch.ones([2], requires_grad: true).@double()",
    "ones(2, requires_grad=True).detach()": "torch.ones([2], requires_grad: true).detach()",
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "PrintingTests.cs"), "w") as out:
    out.write("// Made by printing.py: what PyTorch prints for the same expression.\nusing static MimKit.Torch.torch;\n\nnamespace MimKit.Torch.Tests.Operators;\n\npublic class PrintingTests\n{\n")
    out.write("    public static TheoryData<string, Func<Tensor>> Printed => new()\n    {\n")
    for python, csharp in expressions.items():
        out.write("        { " + json.dumps(str(eval(python))) + f", () => {csharp} }},\n")
    out.write("    };\n\n    [Theory, MemberData(nameof(Printed))]\n    public void Prints_as_PyTorch(string expected, Func<Tensor> make) => Assert.Equal(expected, make().ToString());\n}\n")
