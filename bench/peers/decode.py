"""JPEG files to normalised 224 x 224 crops with Pillow and torchvision: what MimKit's bench 'decode' stands beside. One thread.

    decode.py --folder FOLDER [--seconds 4]        prints {"images_per_second": ...}
"""
import argparse
import json
import os
import time

import torch
import torchvision.transforms as T
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("--folder", required=True)
parser.add_argument("--seconds", type=float, default=4)
given = parser.parse_args()
torch.set_num_threads(1)

transform = T.Compose([
    T.RandomResizedCrop(224, scale=(0.2, 1.0), interpolation=T.InterpolationMode.BICUBIC),
    T.RandomHorizontalFlip(),
    T.ToTensor(),
    T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
])
files = sorted(os.path.join(folder, name) for folder, _, names in os.walk(given.folder) for name in names)


def one(path):
    with open(path, "rb") as stream:
        return transform(Image.open(stream).convert("RGB"))


for path in files[:20]:
    one(path)
count, start = 0, time.perf_counter()
while time.perf_counter() - start < given.seconds:
    one(files[count % len(files)])
    count += 1
print(json.dumps({"images_per_second": count / (time.perf_counter() - start)}))
