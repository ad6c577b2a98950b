"""Writes views.safetensors beside this file: scikit-learn's and SciPy's numbers for small feature sets. Run with Debian's python3-sklearn.

PCA (full SVD; signs are free), trustworthiness, t-SNE's final divergence with its defaults, and an effective rank from SciPy's singular values.
"""

import json
import struct
from pathlib import Path

import numpy as np
import scipy.linalg
import sklearn
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

rng = np.random.default_rng(0)
centres = rng.normal(size=(6, 12)) * 3
x = (centres[np.arange(300) % 6] + rng.normal(size=(300, 12)) * np.linspace(2, 0.2, 12)).astype(np.float32)
y = (x @ rng.normal(size=(12, 7)) + rng.normal(size=(300, 7))).astype(np.float32)
wide = rng.normal(size=(9, 40)).astype(np.float32)

pca, wide_pca = PCA(5, svd_solver="full").fit(x), PCA(4, svd_solver="full").fit(wide)
random_map = rng.normal(size=(300, 2)).astype(np.float32)
tsne = TSNE(n_components=2, perplexity=20, init="pca", learning_rate="auto", method="exact", random_state=0)
tsne_map = tsne.fit_transform(x)


def hsic_1(k, l):
    """Unbiased HSIC by its definition over distinct quadruples is O(n^4); here Song et al.'s closed form, written as they do."""
    n = len(k)
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    one = np.ones(n)
    return (np.trace(k @ l) + one @ k @ one * (one @ l @ one) / (n - 1) / (n - 2) - 2 / (n - 2) * (one @ k @ l @ one)) / n / (n - 3)


def cka(a, b):
    """Through centring matrices, as Kornblith et al. define it for any kernel."""
    n = len(a)
    h = np.eye(n) - 1 / n
    k, l = h @ (a @ a.T) @ h, h @ (b @ b.T) @ h
    return np.sum(k * l) / np.sqrt(np.sum(k * k) * np.sum(l * l))


a, b = x[:64].astype(np.float64), y[:64].astype(np.float64)
s = scipy.linalg.svdvals(x.astype(np.float64))
p = s / s.sum() + 1e-7
tensors = {
    "x": x, "y": y, "wide": wide, "random_map": random_map, "tsne_map": tsne_map.astype(np.float32),
    "components": pca.components_, "variance": pca.explained_variance_, "ratio": pca.explained_variance_ratio_,
    "wide_components": wide_pca.components_, "wide_variance": wide_pca.explained_variance_,
    "trustworthiness": [trustworthiness(x, random_map, n_neighbors=5), trustworthiness(x, tsne_map, n_neighbors=5), trustworthiness(x, tsne_map, n_neighbors=12)],
    "tsne_divergence": [tsne.kl_divergence_],
    "cka": [cka(a, b), cka(x.astype(np.float64), y.astype(np.float64))],
    "unbiased_cka": [hsic_1(a @ a.T, b @ b.T) / np.sqrt(hsic_1(a @ a.T, a @ a.T) * hsic_1(b @ b.T, b @ b.T))],
    "effective_rank": [np.exp(-(p * np.log(p)).sum())],
}
header, at, blocks = {"__metadata__": {"scikit-learn": sklearn.__version__, "numpy": np.__version__}}, 0, []
for name, values in tensors.items():
    values = np.ascontiguousarray(values)
    header[name] = {"dtype": {"f4": "F32", "f8": "F64"}[values.dtype.str[1:]], "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
    at += values.nbytes
    blocks.append(values.tobytes())
text = json.dumps(header).encode()
with open(Path(__file__).with_name("views.safetensors"), "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))
print({name: values for name, values in tensors.items() if np.size(values) < 6})
