#!/usr/bin/env python3
"""Writes this folder: layers, initialisers, optimisers and schedules as PyTorch itself computes them, in the form of the folder above.

usage: python3 tests/reference/torch/make.py        (made with torch 1.13 on the CPU; no other package)
"""
import json
import struct
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
TOLERANCE = {"relative": 1e-5, "relative_gradients": 5e-5, "absolute": 1e-6,
             "rule": "max|x-ref| <= absolute + relative*max|ref| per tensor; integer and boolean tensors exactly"}
TYPES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}

# name: (constructor's arguments by MimKit's names, shape of the input, module)
LAYERS = {
    "linear": ({"layer": "Linear", "in": 5, "out": 3, "bias": True}, (2, 4, 5), lambda: nn.Linear(5, 3)),
    "linear_plain": ({"layer": "Linear", "in": 5, "out": 3, "bias": False}, (4, 5), lambda: nn.Linear(5, 3, bias=False)),
    "layer_norm_2d": ({"layer": "LayerNorm", "shape": [3, 4], "eps": 1e-5}, (2, 3, 4), lambda: nn.LayerNorm([3, 4])),
    "group_norm": ({"layer": "GroupNorm", "groups": 2, "channels": 6, "eps": 1e-5}, (2, 6, 3, 3), lambda: nn.GroupNorm(2, 6)),
    "batch_norm1d_train": ({"layer": "BatchNorm1d", "features": 4, "train": True}, (6, 4), lambda: nn.BatchNorm1d(4)),
    "batch_norm2d_train": ({"layer": "BatchNorm2d", "features": 3, "train": True}, (2, 3, 4, 4), lambda: nn.BatchNorm2d(3)),
    "batch_norm2d_eval": ({"layer": "BatchNorm2d", "features": 3, "train": False}, (2, 3, 4, 4), lambda: nn.BatchNorm2d(3)),
    "batch_norm2d_momentum": ({"layer": "BatchNorm2d", "features": 3, "train": True, "eps": 1e-3, "momentum": 0.01}, (2, 3, 4, 4), lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.01)),
    "conv2d": ({"layer": "Conv2d", "in": 3, "out": 4, "kernel": [3, 3], "stride": [2, 2], "padding": [1, 1]}, (2, 3, 7, 8), lambda: nn.Conv2d(3, 4, 3, 2, 1)),
    "conv2d_grouped_dilated": ({"layer": "Conv2d", "in": 4, "out": 6, "kernel": [3, 2], "padding": [2, 0], "dilation": [2, 1], "groups": 2, "bias": False}, (2, 4, 6, 5),
                               lambda: nn.Conv2d(4, 6, (3, 2), padding=(2, 0), dilation=(2, 1), groups=2, bias=False)),
    "conv2d_reflect": ({"layer": "Conv2d", "in": 2, "out": 3, "kernel": [3, 3], "padding": [1, 2], "mode": "Reflect"}, (2, 2, 5, 6), lambda: nn.Conv2d(2, 3, 3, padding=(1, 2), padding_mode="reflect")),
    "conv_transpose2d": ({"layer": "ConvTranspose2d", "in": 4, "out": 3, "kernel": [2, 2], "stride": [2, 2]}, (2, 4, 3, 4), lambda: nn.ConvTranspose2d(4, 3, 2, 2)),
    "conv_transpose2d_padded": ({"layer": "ConvTranspose2d", "in": 4, "out": 6, "kernel": [4, 3], "stride": [2, 3], "padding": [1, 1], "output_padding": [1, 2], "groups": 2}, (2, 4, 3, 3),
                                lambda: nn.ConvTranspose2d(4, 6, (4, 3), stride=(2, 3), padding=1, output_padding=(1, 2), groups=2)),
    "max_pool2d": ({"layer": "MaxPool2d", "kernel": [3, 2], "stride": [2, 2], "padding": [1, 0]}, (2, 3, 7, 6), lambda: nn.MaxPool2d((3, 2), 2, (1, 0))),
    "avg_pool2d": ({"layer": "AvgPool2d", "kernel": [3, 3], "stride": [2, 2], "padding": [1, 1], "count_include_pad": False}, (2, 3, 7, 6), lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    "adaptive_avg_pool2d": ({"layer": "AdaptiveAvgPool2d", "size": [3, 2]}, (2, 3, 7, 5), lambda: nn.AdaptiveAvgPool2d((3, 2))),
    "upsample_nearest": ({"layer": "Upsample", "scale": [2.0, 2.0], "mode": "Nearest"}, (2, 3, 4, 5), lambda: nn.Upsample(scale_factor=2.0)),
    "upsample_bilinear": ({"layer": "Upsample", "size": [7, 9], "mode": "Bilinear"}, (2, 3, 4, 5), lambda: nn.Upsample((7, 9), mode="bilinear", align_corners=False)),
    "upsample_bilinear_corners": ({"layer": "Upsample", "size": [7, 9], "mode": "Bilinear", "align_corners": True}, (2, 3, 4, 5), lambda: nn.Upsample((7, 9), mode="bilinear", align_corners=True)),
    "upsample_bicubic": ({"layer": "Upsample", "scale": [1.5, 2.0], "mode": "Bicubic"}, (2, 3, 4, 5), lambda: nn.Upsample(scale_factor=(1.5, 2.0), mode="bicubic")),
    "pixel_shuffle": ({"layer": "PixelShuffle", "factor": 2}, (2, 8, 3, 2), lambda: nn.PixelShuffle(2)),
    "gelu_tanh": ({"layer": "GELU", "approximate": "tanh"}, (3, 7), lambda: nn.GELU("tanh")),
    "relu": ({"layer": "ReLU"}, (3, 7), nn.ReLU),
    "leaky_relu": ({"layer": "LeakyReLU", "slope": 0.1}, (3, 7), lambda: nn.LeakyReLU(0.1)),
    "silu": ({"layer": "SiLU"}, (3, 7), nn.SiLU),
    "sigmoid": ({"layer": "Sigmoid"}, (3, 7), nn.Sigmoid),
    "tanh": ({"layer": "Tanh"}, (3, 7), nn.Tanh),
    "softmax": ({"layer": "Softmax", "dim": 1}, (3, 7), lambda: nn.Softmax(1)),
    "log_softmax": ({"layer": "LogSoftmax", "dim": 0}, (3, 7), lambda: nn.LogSoftmax(0)),
}

INITIALISERS = [
    ("trunc_normal_", [6, 5], {"std": 0.02, "a": -0.02, "b": 0.02}), ("trunc_normal_", [40], {"mean": 0.5, "std": 2.0, "a": -1.0, "b": 3.0}), ("trunc_normal_", [7, 3], {"std": 0.02}),
    ("xavier_uniform_", [6, 5], {}), ("xavier_uniform_", [6, 5, 3, 2], {"gain": 2.0}), ("xavier_normal_", [6, 5], {"gain": 0.5}),
    ("kaiming_uniform_", [6, 5, 3], {"a": 5 ** 0.5}), ("kaiming_uniform_", [6, 5], {"mode": "fan_out", "nonlinearity": "relu"}),
    ("kaiming_normal_", [6, 5, 3, 3], {"mode": "fan_out", "nonlinearity": "relu"}), ("kaiming_normal_", [6, 5], {"nonlinearity": "tanh"}),
    ("orthogonal_", [6, 4], {}), ("orthogonal_", [4, 2, 3], {"gain": 2.0}), ("normal_", [17], {"mean": 1.0, "std": 3.0}), ("uniform_", [17], {"a": -2.0, "b": 3.0}),
    ("constant_", [3, 2], {"val": 0.25}), ("eye_", [3, 5], {}), ("dirac_", [4, 3, 3, 3], {}), ("dirac_", [2, 3, 4], {}), ("zeros_", [3], {}), ("ones_", [3], {}),
]

OPTIMISERS = {
    "sgd_plain": ("SGD", {"weight_decay": 0.1}), "sgd_momentum": ("SGD", {"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}), "sgd_nesterov": ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "sgd_maximize": ("SGD", {"momentum": 0.5, "maximize": True}),
    "adam_decayed": ("Adam", {"betas": [0.8, 0.95], "eps": 1e-6, "weight_decay": 0.1}), "adam_amsgrad": ("Adam", {"amsgrad": True}),
    "adamw_amsgrad": ("AdamW", {"amsgrad": True, "weight_decay": 0.1}), "adamw_maximize": ("AdamW", {"maximize": True, "weight_decay": 0.1}),
}

SCHEDULERS = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}), ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.3}), ("ExponentialLR", {"gamma": 0.9}), ("ConstantLR", {"factor": 0.25, "total_iters": 4}),
    ("LinearLR", {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 6}), ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}), ("PolynomialLR", {"total_iters": 7, "power": 2.0}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 13}), ("LambdaLR", {}),
    ("warm-up then cosine", {}), ("chained", {}),
]


def save(path, tensors):
    header, data, at = {}, b"", 0
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        data, at = data + raw, at + len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def case(name, kind, config, seed, groups):
    """groups: role -> {name: tensor}."""
    tensors = {n: t for group in groups.values() for n, t in group.items()}
    path = HERE / f"{name}.safetensors"
    save(path, tensors)
    return {"name": name, "section": "torch", "method": "PyTorch", "kind": kind, "file": path.name, "bytes": path.stat().st_size,
            "source": {"repo": "pytorch", "commit": None, "licence": "BSD-3-Clause", "file": None, "function": config.get("layer", config.get("optimiser", kind))},
            "config": config, "seed": seed, "tolerance": TOLERANCE,
            "tensors": [{"name": n, "role": role, "dtype": TYPES[t.dtype], "shape": list(t.shape)} for role, group in groups.items() for n, t in group.items()]}


def layer(name, config, shape, make, seed):
    torch.manual_seed(seed)
    module = make()
    with torch.no_grad():
        for p in module.parameters():
            p.add_(0.3 * torch.randn_like(p))
        for n, b in module.named_buffers():
            if b.is_floating_point():
                b.add_(0.5 * torch.rand_like(b))
    module.train(config.get("train", False))
    weights = {"w." + n: t.detach().clone() for n, t in module.state_dict().items()}
    x = torch.randn(shape, requires_grad=True)
    y = module(x)
    coef = torch.randn_like(y)
    (y * coef).sum().backward()
    outputs = {"y": y, **{"final." + n: b for n, b in module.named_buffers()}}
    gradients = {**{"g." + n: p.grad for n, p in module.named_parameters()}, "g.in.x": x.grad}
    return case("layer_" + name, "layer", config, seed, {"input": {"x": x, "coef": coef}, "weight": weights, "output": outputs, "gradient": gradients})


def initialisers():
    config, values = {"calls": []}, {}
    for i, (name, shape, arguments) in enumerate(INITIALISERS):
        torch.manual_seed(i)
        values[f"value_{i}"] = getattr(nn.init, name)(torch.empty(shape), **arguments)
        config["calls"].append({"name": name, "shape": shape, "arguments": arguments, "seed": i})
    return case("initialisers", "initialisers", config, 0, {"output": values})


def optimiser(name, kind, arguments, seed, steps=8):
    torch.manual_seed(seed)
    shapes = [(4, 5), (5,), (2, 3, 3)]
    parameters = [torch.randn(s, requires_grad=True) for s in shapes]
    gradients = [torch.randn(steps, *s) for s in shapes]
    inputs = {f"p_{i}": p.detach().clone() for i, p in enumerate(parameters)} | {f"grad_{i}": g for i, g in enumerate(gradients)}
    optimizer = getattr(torch.optim, kind)(parameters, lr=0.05, foreach=False, **arguments)
    paths = [[] for _ in parameters]
    for step in range(steps):
        for p, g, path in zip(parameters, gradients, paths):
            p.grad = g[step].clone()
        optimizer.step()
        for p, path in zip(parameters, paths):
            path.append(p.detach().clone())
    config = {"optimiser": kind, "lr": 0.05, "steps": steps, "n": len(shapes), "arguments": arguments}
    return case(name, "optimiser", config, seed, {"input": inputs, "output": {f"traj_{i}": torch.stack(path) for i, path in enumerate(paths)}})


def scheduler(kind, arguments, optimizer):
    from torch.optim import lr_scheduler as s
    if kind == "warm-up then cosine":
        return s.SequentialLR(optimizer, [s.LinearLR(optimizer, 0.1, total_iters=4), s.CosineAnnealingLR(optimizer, 8)], [4])
    if kind == "chained":
        return s.ChainedScheduler([s.ConstantLR(optimizer, 0.5, 3), s.ExponentialLR(optimizer, 0.8)])
    if kind == "LambdaLR":
        return s.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    return getattr(s, kind)(optimizer, **arguments)


def schedules(steps=12):
    config, values = {"calls": [], "lr": 0.2, "steps": steps}, {}
    for i, (kind, arguments) in enumerate(SCHEDULERS):
        p = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([p], lr=config["lr"], momentum=0.9)
        schedule, rates = scheduler(kind, arguments, optimizer), []
        for _ in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        values[f"lr_{i}"] = torch.tensor(rates, dtype=torch.float64)
        config["calls"].append({"scheduler": kind, "arguments": arguments})
    return case("lr_schedulers", "lr_schedulers", config, 0, {"output": values})


def main():
    cases = [layer(name, *what, seed=i) for i, (name, what) in enumerate(LAYERS.items())]
    cases += [initialisers(), schedules()] + [optimiser(name, *what, seed=100 + i) for i, (name, what) in enumerate(OPTIMISERS.items())]
    lines = ",\n".join(json.dumps(c) for c in cases)
    (HERE / "index.json").write_text(f'{{"format": "reference-vectors-1", "made_with": {{"torch": "{torch.__version__}"}}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases, {sum(c['bytes'] for c in cases):,} bytes, torch {torch.__version__}")


main()
