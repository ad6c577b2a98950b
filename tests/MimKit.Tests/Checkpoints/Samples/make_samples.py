"""Writes the PyTorch files beside it, with the levels and names of released ones. Run once with PyTorch 1.13: python3 make_samples.py"""
import argparse

import torch

torch.manual_seed(0)
WIDTH, PATCH, GRID = 8, 4, 2


def vit():
    d = {"cls_token": torch.randn(1, 1, WIDTH), "pos_embed": torch.randn(1, 1 + GRID * GRID, WIDTH),
         "patch_embed.proj.weight": torch.randn(WIDTH, 3, PATCH, PATCH), "patch_embed.proj.bias": torch.randn(WIDTH)}
    for name, shape in (("norm1", None), ("attn.qkv", (3 * WIDTH, WIDTH)), ("attn.proj", (WIDTH, WIDTH)), ("norm2", None), ("mlp.fc1", (4 * WIDTH, WIDTH)), ("mlp.fc2", (WIDTH, 4 * WIDTH))):
        d[f"blocks.0.{name}.weight"] = torch.randn(*(shape or (WIDTH,)))
        d[f"blocks.0.{name}.bias"] = torch.randn((shape or (WIDTH,))[0])
    return {**d, "norm.weight": torch.randn(WIDTH), "norm.bias": torch.randn(WIDTH)}


# DINO's full checkpoint: student and teacher, wrapped for data parallel training and with a head
wrapped = {"module.backbone." + name: value for name, value in vit().items()}
torch.save({"student": {name: value + 1 for name, value in wrapped.items()}, "teacher": {**wrapped, "module.head.mlp.0.weight": torch.randn(4, WIDTH)},
            "epoch": 3, "args": argparse.Namespace(arch="vit_small")}, "dino.pth")


# CLIP's file: a TorchScript archive in half precision
class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = torch.nn.LayerNorm(WIDTH)
        self.attn = torch.nn.MultiheadAttention(WIDTH, 2)
        self.ln_2 = torch.nn.LayerNorm(WIDTH)
        self.mlp = torch.nn.Module()
        self.mlp.c_fc = torch.nn.Linear(WIDTH, 4 * WIDTH)
        self.mlp.c_proj = torch.nn.Linear(4 * WIDTH, WIDTH)


class Clip(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.visual = torch.nn.Module()
        self.visual.conv1 = torch.nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.visual.class_embedding = torch.nn.Parameter(torch.randn(WIDTH))
        self.visual.positional_embedding = torch.nn.Parameter(torch.randn(1 + GRID * GRID, WIDTH))
        self.visual.ln_pre = torch.nn.LayerNorm(WIDTH)
        self.visual.transformer = torch.nn.Module()
        self.visual.transformer.resblocks = torch.nn.ModuleList([Block()])
        self.visual.ln_post = torch.nn.LayerNorm(WIDTH)
        self.visual.proj = torch.nn.Parameter(torch.arange(WIDTH * 3, dtype=torch.float32).reshape(WIDTH, 3))
        self.token_embedding = torch.nn.Embedding(4, WIDTH)
        self.logit_scale = torch.nn.Parameter(torch.ones([]))

    def forward(self, image):
        return self.visual.conv1(image)


torch.jit.trace(Clip().eval(), torch.zeros(1, 3, 8, 8), check_trace=False).half().save("clip.pt")
