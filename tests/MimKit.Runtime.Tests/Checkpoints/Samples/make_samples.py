"""Writes the PyTorch files beside it. Run once with PyTorch 1.13: python3 make_samples.py"""
import argparse
import collections
import os
import pathlib

import numpy
import torch

torch.manual_seed(0)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 4, 2, bias=False)
        self.blocks = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
        self.proj = torch.nn.Parameter(torch.arange(6, dtype=torch.float32).reshape(2, 3))
        self.register_buffer("position", torch.arange(3))
        self.names = ["a", "b"]

    def forward(self, x):
        return self.blocks(self.conv1(x).flatten(2).transpose(1, 2)) @ self.proj


class Choice:
    """A class of the writer's own, called with arguments when it is read."""

    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return Choice, (self.value,)


def options():
    return argparse.Namespace(lr=1.5e-3, output=pathlib.PurePosixPath("/runs/7"), device=torch.device("cpu"), seed=numpy.int64(7))


# a whole module by pickle: classes, not a state dict
net = Net()
torch.save(net, "module.pth")

# TorchScript, half precision, as OpenAI's CLIP files are
torch.jit.script(net).half().save("script.pt")

torch.save({
    "numpy": [numpy.float64(1.5), numpy.float32(0.25), numpy.int64(-3), numpy.bool_(True)], "array": numpy.arange(3.0), "size": torch.Size([2, 3]), "dtype": torch.float16,
    "set": {5}, "bytes": b"abc", "default": collections.defaultdict(list, a=[1]), "complex": 1 + 2j, "big": 2 ** 100, "negative": -2 ** 40, "args": options(),
}, "values.pth")
torch.save({"text": "caf\u00e9 \u6a21\u578b \U0001f600 \\ '", "list": [1, 2.5, True, None], "t": (1,)}, "protocol0.pth", pickle_protocol=0, _use_new_zipfile_serialization=False)

attributed = torch.arange(3, dtype=torch.float32)
attributed.note = "kept by Python only"
torch.save({"t": attributed}, "attributes.pth")

# what is refused, each in words of its own
torch.save({"t": torch.eye(2).to_sparse()}, "sparse.pth")
torch.save({"t": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, "quantised.pth")
torch.save({"t": torch.ones(2, dtype=torch.complex64)}, "complex.pth")
torch.save({"choice": Choice(3), "t": torch.ones(1)}, "unknown_call.pth")

for name in os.listdir():
    if name.endswith((".pt", ".pth")):
        print(name, os.path.getsize(name))
