"""scikit-learn's side of `mimkit bench --only tsne`: t-SNE of given vectors with its defaults. Prints one JSON line.

    tsne.py --vectors FILE.npy [--points N]
"""

import argparse
import json
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE, trustworthiness

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--vectors", required=True)
parser.add_argument("--points", type=int)
parser.add_argument("--jobs", type=int, default=1)
parser.add_argument("--judged", type=int, default=2000)
given = parser.parse_args()

x = np.load(given.vectors)[: given.points]
tsne = TSNE(n_components=2, perplexity=30, init="pca", learning_rate="auto", random_state=0, n_jobs=given.jobs)
started = time.perf_counter()
y = tsne.fit_transform(x)
seconds = time.perf_counter() - started
print(json.dumps({
    "seconds": seconds,
    "divergence": float(tsne.kl_divergence_),
    "iterations": int(tsne.n_iter_),
    "trustworthiness": float(trustworthiness(x[: given.judged], y[: given.judged], n_neighbors=5)),
    "sklearn": sklearn.__version__,
}))
