"""Dynamic token morphing in straightforward PyTorch, beside a ViT-B/16 forward pass. Prints one JSON object.

Token matching follows its description (Bolya et al., ToMe, ICLR 2023): even tokens are matched with their most similar odd one, the best r merge.
"""
import argparse
import json
import time

import torch
import torch.nn.functional as F


def merge_round(x, size, members, r):
    """One round on tokens x [B, t, D] of sizes [B, t, 1]; members [B, t, N] says who is in each."""
    unit = x / x.norm(dim=-1, keepdim=True)
    a, b = unit[:, ::2], unit[:, 1::2]
    best, partner = (a @ b.transpose(1, 2)).max(dim=-1)
    order = best.argsort(dim=-1, descending=True)[..., None]
    kept, sources = order[:, r:], order[:, :r]
    into = partner[..., None].gather(1, sources)

    def merged(y):
        first, second = y[:, ::2], y[:, 1::2]
        width = y.shape[-1]
        stay = first.gather(1, kept.expand(-1, -1, width))
        move = first.gather(1, sources.expand(-1, -1, width))
        return torch.cat([stay, second.scatter_add(1, into.expand(-1, -1, width), move)], dim=1)

    total = merged(size)
    return merged(x * size) / total, total, merged(members)


def morph(u, v, merges):
    """Means of both by the groups of v, copied back to every token, and their cosine distance."""
    x, size = v, torch.ones(v.shape[0], v.shape[1], 1)
    members = torch.eye(v.shape[1]).expand(v.shape[0], -1, -1)
    for r in merges:
        x, size, members = merge_round(x, size, members, r)
    back = members.transpose(1, 2)
    weight = members.sum(-1, keepdim=True)
    return 1 - F.cosine_similarity(back @ (members @ u / weight), back @ (members @ v / weight), dim=-1).mean()


class Block(torch.nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = torch.nn.LayerNorm(width, eps=1e-6), torch.nn.LayerNorm(width, eps=1e-6)
        self.qkv, self.proj = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.mlp = torch.nn.Sequential(torch.nn.Linear(width, 4 * width), torch.nn.GELU(), torch.nn.Linear(4 * width, width))

    def forward(self, x, bias):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5 + bias).softmax(dim=-1)
        x = x + self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norm2(x))


def milliseconds(run, repeats):
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * sorted(times)[len(times) // 2]


def in_parts(run, images, part):
    """All images once, so many at a time, after a part that warms up: what one pass over them takes."""
    run(images[:part])
    start = time.perf_counter()
    for first in range(0, len(images), part):
        run(images[first:first + part])
    return 1000 * (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=196)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--merges", default="14,14,14,14,14,14,14;25,25,25,25")
    parser.add_argument("--part", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    options = parser.parse_args()
    torch.manual_seed(0)
    u, v = torch.randn(2, options.images, options.tokens, options.width)
    schedules = [[int(r) for r in draw.split(",")] for draw in options.merges.split(";")]
    embed = torch.nn.Conv2d(3, 768, 16, 16)
    blocks = torch.nn.ModuleList(Block(768, 12) for _ in range(12))
    bias = torch.zeros(12, options.tokens + 1, options.tokens + 1)
    images = torch.randn(options.images, 3, 224, 224)

    def forward(images):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bf16"):
            x = embed(images).flatten(2).transpose(1, 2)
            x = torch.cat([torch.zeros(len(x), 1, 768), x], dim=1)
            for block in blocks:
                x = block(x, bias)
        return x

    with torch.no_grad():
        morphing = milliseconds(lambda: sum(morph(u, v, merges) for merges in schedules), options.repeats)
        network = in_parts(forward, images, options.part)
    print(json.dumps({"morph_ms": morphing, "forward_ms": network, "share": 100 * morphing / network}))


main()
