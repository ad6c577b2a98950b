"""faiss's side of `mimkit bench --only kmeans`: full k-means from given centres, no sub-sampling.

Points are a hash of their place, so that both sides have the same without a file. Prints one JSON line.
"""

import argparse
import json
import time

import faiss
import numpy as np


def points(n, d):
    x = np.empty((n, d), np.float32)
    for first in range(0, n, 65536):
        rows = min(65536, n - first)
        h = np.arange(first * d, (first + rows) * d, dtype=np.uint64).astype(np.uint32)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h ^= h >> np.uint32(shift)
            h *= np.uint32(factor)
        h ^= h >> np.uint32(16)
        x[first:first + rows] = ((h >> np.uint32(8)).astype(np.float32) * np.float32(2.0 ** -24)).reshape(rows, d)
    return x


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--points", type=int, default=1_000_000)
    p.add_argument("--width", type=int, default=384)
    p.add_argument("--clusters", type=int, default=1000)
    p.add_argument("--iterations", type=int, default=2)
    p.add_argument("--rounds", type=int, default=1)
    arguments = p.parse_args()
    n, d, k = arguments.points, arguments.width, arguments.clusters

    x = points(n, d)
    settings = faiss.ClusteringParameters()
    settings.niter, settings.nredo = arguments.iterations, 1
    settings.max_points_per_centroid = n                       # never sub-samples
    seconds = []
    for _ in range(arguments.rounds):
        clustering = faiss.Clustering(d, k, settings)
        faiss.copy_array_to_vector(x[:k].ravel(), clustering.centroids)
        started = time.perf_counter()
        clustering.train(x, faiss.IndexFlatL2(d))
        seconds.append(time.perf_counter() - started)
    stats = clustering.iteration_stats
    print(json.dumps({
        "seconds": sorted(seconds)[len(seconds) // 2],
        "inertia": [stats.at(i).obj for i in range(stats.size())],
        "threads": faiss.omp_get_max_threads(),
        "faiss": faiss.__version__,
        "index": "IndexFlatL2",
    }))


if __name__ == "__main__":
    main()
