"""PyTorch's side of `mimkit bench --only train-mae-28`: MAE pre-training on 28x28 images (METHODS.md 3.3, 5 and 5.3).

Written the way a PyTorch user writes it: nn modules, gather-based masking, autocast, AdamW. Images are random and already in memory,
so nothing but the training step is measured. Prints one JSON line.
"""

import argparse
import json
import time

import torch
from torch import nn

PATCH, SIDE = 4, 28
PATCHES = (SIDE // PATCH) ** 2


def sin_cos_position(width, side):
    """Fixed 2-d positions, [1, 1 + side * side, width]; the row of the class token is zero."""
    omega = 1.0 / 10000 ** (torch.arange(width // 4, dtype=torch.float64) / (width // 4))
    line = torch.arange(side, dtype=torch.float64)
    row, column = torch.meshgrid(line, line, indexing="ij")
    halves = [torch.cat([torch.sin(p), torch.cos(p)], dim=1) for p in (column.reshape(-1, 1) * omega, row.reshape(-1, 1) * omega)]
    table = torch.cat(halves, dim=1)
    return torch.cat([torch.zeros(1, width), table.float()], dim=0).unsqueeze(0)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.scale = heads, (width // heads) ** -0.5
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        attention = ((q * self.scale) @ k.transpose(-2, -1)).softmax(dim=-1)
        return self.proj((attention @ v).transpose(1, 2).reshape(b, n, d))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Mae(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.keep = a.keep
        self.embed = nn.Conv2d(1, a.width, PATCH, PATCH)
        self.class_token = nn.Parameter(torch.zeros(1, 1, a.width))
        self.register_buffer("position", sin_cos_position(a.width, SIDE // PATCH))
        self.blocks = nn.Sequential(*[Block(a.width, a.heads) for _ in range(a.blocks)])
        self.norm = nn.LayerNorm(a.width, eps=1e-6)

        self.to_decoder = nn.Linear(a.width, a.decoder_width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, a.decoder_width))
        self.register_buffer("decoder_position", sin_cos_position(a.decoder_width, SIDE // PATCH))
        self.decoder = nn.Sequential(*[Block(a.decoder_width, a.decoder_heads) for _ in range(a.decoder_blocks)])
        self.decoder_norm = nn.LayerNorm(a.decoder_width, eps=1e-6)
        self.head = nn.Linear(a.decoder_width, PATCH * PATCH)
        self.apply(self.initialise)
        nn.init.xavier_uniform_(self.embed.weight.view(a.width, -1))
        nn.init.normal_(self.class_token, std=0.02)
        nn.init.normal_(self.mask_token, std=0.02)

    @staticmethod
    def initialise(module):
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)

    def forward(self, images):
        b = images.shape[0]
        x = self.embed(images).flatten(2).transpose(1, 2) + self.position[:, 1:]

        order = torch.rand(b, PATCHES).argsort(dim=1)
        restore = order.argsort(dim=1)
        x = x.gather(1, order[:, : self.keep].unsqueeze(-1).expand(-1, -1, x.shape[2]))
        hidden = torch.ones(b, PATCHES)
        hidden[:, : self.keep] = 0
        hidden = hidden.gather(1, restore)

        x = torch.cat([(self.class_token + self.position[:, :1]).expand(b, -1, -1), x], dim=1)
        x = self.to_decoder(self.norm(self.blocks(x)))

        masked = self.mask_token.to(x.dtype).expand(b, PATCHES - self.keep, -1)
        patches = torch.cat([x[:, 1:], masked], dim=1)
        patches = patches.gather(1, restore.unsqueeze(-1).expand(-1, -1, x.shape[2]))
        x = torch.cat([x[:, :1], patches], dim=1) + self.decoder_position
        prediction = self.head(self.decoder_norm(self.decoder(x)))[:, 1:]
        return prediction, hidden


def loss_of(prediction, hidden, images):
    """Mean squared error on the hidden patches, each patch's pixels standardised (unbiased variance + 1e-6)."""
    b, side = images.shape[0], SIDE // PATCH
    target = images.reshape(b, side, PATCH, side, PATCH).permute(0, 1, 3, 2, 4).reshape(b, PATCHES, PATCH * PATCH)
    target = (target - target.mean(dim=-1, keepdim=True)) / (target.var(dim=-1, keepdim=True) + 1e-6).sqrt()
    error = (prediction.float() - target).pow(2).mean(dim=-1)
    return (error * hidden).sum() / hidden.sum()


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--width", type=int, default=128)
    p.add_argument("--blocks", type=int, default=6)
    p.add_argument("--heads", type=int, default=4)
    p.add_argument("--decoder-width", type=int, default=64)
    p.add_argument("--decoder-blocks", type=int, default=2)
    p.add_argument("--decoder-heads", type=int, default=4)
    p.add_argument("--keep", type=int, default=12)
    p.add_argument("--batch", type=int, default=256)
    p.add_argument("--steps", type=int, default=40)
    p.add_argument("--warm-up", type=int, default=8)
    p.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    p.add_argument("--threads", type=int, default=0, help="0: as OMP_NUM_THREADS says")
    return p.parse_args()


def main():
    a = parse()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    model = Mae(a)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    rest = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=1e-3, betas=(0.9, 0.95))
    images = torch.rand(16 * a.batch, 1, SIDE, SIDE)

    def step(i):
        batch = images[(i % 16) * a.batch : (i % 16 + 1) * a.batch]
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.precision == "bf16"):
            prediction, hidden = model(batch)
        loss = loss_of(prediction, hidden, batch)
        loss.backward()
        optimizer.step()
        return loss

    for i in range(a.warm_up):
        step(i)
    times = []
    for i in range(a.steps):
        start = time.perf_counter()
        loss = step(i)
        times.append(time.perf_counter() - start)
    median = sorted(times)[len(times) // 2]
    print(json.dumps({
        "images_per_second": a.batch * len(times) / sum(times),
        "median_images_per_second": a.batch / median,
        "loss": loss.item(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }))


if __name__ == "__main__":
    main()
