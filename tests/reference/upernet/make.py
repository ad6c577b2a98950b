#!/usr/bin/env python3
"""Writes upernet.safetensors beside this file: UPerNet on four maps of a transformer, as PyTorch's functions compute it.

The network is written down here once more, from its papers (Xiao et al., ECCV 2018, arXiv 1807.10221, over PSPNet's pyramid pooling;
the four scales as BEiT v2 makes them), with plain functions and weights by name, so that nothing but the names is shared with the kit.
Stored: maps, masks, weights; main logits with running statistics (eval.main); with the batch's own (train.main, train.auxiliary), the
loss (cross-entropy over all pixels, 255 counting 0, plus 0.4 of the auxiliary's), its gradients (g.NAME, g.in.map2), statistics after.

usage: /usr/bin/python3 tests/reference/upernet/make.py        (made with torch 1.13 on the CPU; no other package)
"""
import json
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

D, C, A, K, B, SIDE, MASK = 8, 6, 5, 4, 3, 6, 20
SCALES, AUXILIARY_WEIGHT, IGNORED = (1, 2, 3, 6), 0.4, 255


def shapes():
    """Name to shape, transposed convolutions [in, out, 2, 2]; a unit is conv.weight and bn.*."""
    found = {}

    def norm(name, width):
        for part in ("weight", "bias", "running_mean", "running_var"):
            found[f"{name}.{part}"] = (width,)

    def unit(name, inputs, outputs, kernel):
        found[f"{name}.conv.weight"] = (outputs, inputs, kernel, kernel)
        norm(f"{name}.bn", outputs)

    def layer(name, *shape, bias):
        found[f"{name}.weight"], found[f"{name}.bias"] = shape, (bias,)

    layer("pyramid.fpn1.0", D, D, 2, 2, bias=D)
    norm("pyramid.fpn1.1", D)
    layer("pyramid.fpn1.3", D, D, 2, 2, bias=D)
    layer("pyramid.fpn2.0", D, D, 2, 2, bias=D)
    for i in range(len(SCALES)):
        unit(f"decode_head.psp_modules.{i}.1", D, C, 1)
    unit("decode_head.bottleneck", D + len(SCALES) * C, C, 3)
    for i in range(3):
        unit(f"decode_head.lateral_convs.{i}", D, C, 1)
        unit(f"decode_head.fpn_convs.{i}", C, C, 3)
    unit("decode_head.fpn_bottleneck", 4 * C, C, 3)
    layer("decode_head.conv_seg", K, C, 1, 1, bias=K)
    unit("auxiliary_head.convs.0", D, A, 3)
    layer("auxiliary_head.conv_seg", K, A, 1, 1, bias=K)
    return found


def forward(w, maps, train):
    """Main and auxiliary logits; with train, running statistics in w move."""
    def norm(name, x):
        return F.batch_norm(x, w[f"{name}.running_mean"], w[f"{name}.running_var"], w[f"{name}.weight"], w[f"{name}.bias"], train, 0.1, 1e-5)

    def unit(name, x):
        kernel = w[f"{name}.conv.weight"]
        return F.relu(norm(f"{name}.bn", F.conv2d(x, kernel, padding=kernel.shape[-1] // 2)))

    def up(name, x):
        return F.conv_transpose2d(x, w[f"{name}.weight"], w[f"{name}.bias"], stride=2)

    def like(x, other):
        return F.interpolate(x, size=other.shape[2:], mode="bilinear", align_corners=False)

    four = up("pyramid.fpn1.3", F.gelu(norm("pyramid.fpn1.1", up("pyramid.fpn1.0", maps[0]))))
    scales = [four, up("pyramid.fpn2.0", maps[1]), maps[2], F.max_pool2d(maps[3], 2, 2)]

    coarse = scales[3]
    pooled = [like(unit(f"decode_head.psp_modules.{i}.1", F.adaptive_avg_pool2d(coarse, side)), coarse) for i, side in enumerate(SCALES)]
    top = unit("decode_head.bottleneck", torch.cat([coarse] + pooled, 1))
    levels = [unit(f"decode_head.lateral_convs.{i}", scales[i]) for i in range(3)] + [top]
    for i in (2, 1, 0):
        levels[i] = levels[i] + like(levels[i + 1], levels[i])
    smooth = [unit(f"decode_head.fpn_convs.{i}", levels[i]) for i in range(3)] + [levels[3]]
    fused = unit("decode_head.fpn_bottleneck", torch.cat([like(level, smooth[0]) for level in smooth], 1))
    main = F.conv2d(fused, w["decode_head.conv_seg.weight"], w["decode_head.conv_seg.bias"])
    side = F.conv2d(unit("auxiliary_head.convs.0", maps[2]), w["auxiliary_head.conv_seg.weight"], w["auxiliary_head.conv_seg.bias"])
    return main, side


def loss(logits, masks):
    each = F.cross_entropy(F.interpolate(logits, size=masks.shape[1:], mode="bilinear", align_corners=False), masks, ignore_index=IGNORED, reduction="none")
    return each.mean()


def main():
    torch.manual_seed(7)
    torch.set_num_threads(1)
    w = {}
    for name, shape in shapes().items():
        if name.endswith("running_var"):
            w[name] = torch.rand(shape) + 0.5
        elif "bn.weight" in name or name == "pyramid.fpn1.1.weight":
            w[name] = torch.rand(shape) + 0.5
        else:
            w[name] = torch.randn(shape) * (0.3 if len(shape) == 1 else 1.5 / (shape[1] * shape[2] * shape[3]) ** 0.5)
    maps = [torch.randn(B, D, SIDE, SIDE) for _ in range(4)]
    masks = torch.randint(0, K, (B, MASK, MASK))
    masks[:, :3] = IGNORED
    tensors = {f"map{i}": m for i, m in enumerate(maps)} | {"masks": masks} | {f"w.{name}": value.clone() for name, value in w.items()}
    with torch.no_grad():
        tensors["eval.main"] = forward(w, maps, False)[0]

    trained = [value.requires_grad_() for name, value in w.items() if "running" not in name]
    maps[2].requires_grad_()
    said, side = forward(w, maps, True)
    total = loss(said, masks) + AUXILIARY_WEIGHT * loss(side, masks)
    total.backward()
    assert all(value.grad is not None for value in trained)
    tensors |= {"train.main": said, "train.auxiliary": side, "loss": total, "g.in.map2": maps[2].grad}
    tensors |= {f"g.{name}": value.grad for name, value in w.items() if value.grad is not None}
    tensors |= {f"after.{name}": value for name, value in w.items() if "running" in name}

    types, header, data = {torch.float32: "F32", torch.int64: "I64"}, {"__metadata__": {"torch": torch.__version__}}, b""
    for name, tensor in tensors.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": types[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (Path(__file__).parent / "upernet.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(f"{len(tensors)} tensors, {len(data):,} bytes, loss {total.item():.6f}")


if __name__ == "__main__":
    main()
