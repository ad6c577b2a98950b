"""Writes hog.safetensors beside this file: scikit-image's HOG of four Fashion-MNIST images, enlarged to 112 pixels.

A sanity check of MaskFeat's HOG, which is another variant: Sobel gradients instead of differences, and the angle counted from
the other axis. So 18 orientations are taken and added in pairs to nine whose edges are MaskFeat's, and the images are enlarged:
at 28 pixels an edge is one pixel wide, and the two gradients differ. Run with Debian's python3-skimage.
"""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import skimage
from skimage.feature import hog
from skimage.transform import resize

FOLDER = Path("/usr/share/datasets/fashion-mnist")          # Debian: dataset-fashion-mnist
SIDE, CELL, BINS, IMAGES = 112, 8, 9, 4


def idx(name):
    path = next(FOLDER.glob(name + "*"))
    data = gzip.open(path).read()
    dims = data[3]
    shape = struct.unpack(">" + "I" * dims, data[4:4 + 4 * dims])
    return np.frombuffer(data[4 + 4 * dims:], np.uint8).reshape(shape)


def main():
    images, labels = idx("t10k-images"), idx("t10k-labels")
    chosen = np.stack([resize(images[np.flatnonzero(labels == label)[0]] / 255, (SIDE, SIDE), order=3) for label in range(IMAGES)])
    chosen = np.round(255 * chosen.clip(0, 1)).astype(np.float32) / 255
    fine = np.stack([hog(image, orientations=2 * BINS, pixels_per_cell=(CELL, CELL), cells_per_block=(1, 1), block_norm="L1", feature_vector=False)[:, :, 0, 0] for image in chosen])
    cells = np.stack([fine[..., (7 - 2 * k) % 18] + fine[..., (8 - 2 * k) % 18] for k in range(BINS)], -1)
    cells /= np.maximum(np.linalg.norm(cells, axis=-1, keepdims=True), 1e-3)
    tensors = {"images": chosen[:, None], "hog": cells.reshape(IMAGES, -1, BINS).astype(np.float32)}
    header, at = {"__metadata__": {"scikit-image": skimage.__version__}}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    text = json.dumps(header).encode()
    with open(Path(__file__).with_name("hog.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(np.ascontiguousarray(values).tobytes())


if __name__ == "__main__":
    main()
