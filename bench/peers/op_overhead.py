"""PyTorch's side of `mimkit bench --only op-overhead`: what a call costs when the tensors are tiny.

The best of repeats, in microseconds a call. Prints one JSON line.
"""

import argparse
import json
import timeit

import torch
import torch.nn.functional as F


def microseconds(statement, values, calls, repeats):
    timer = timeit.Timer(statement, globals=values)
    timer.timeit(calls)
    return min(timer.repeat(repeats, calls)) / calls * 1e6


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--calls", type=int, default=20000)
    p.add_argument("--repeats", type=int, default=5)
    arguments = p.parse_args()
    calls, repeats = arguments.calls, arguments.repeats

    values = {
        "a": torch.randn(4, 4), "b": torch.randn(4, 4), "linear": F.linear,
        "x": torch.randn(1, 8), "weight": torch.randn(8, 8), "bias": torch.randn(8),
        "c": torch.randn(4, 4, requires_grad=True), "d": torch.randn(4, 4, requires_grad=True),
    }
    with torch.no_grad():
        add = microseconds("a.add(b)", values, calls, repeats)
        linear = microseconds("linear(x, weight, bias)", values, calls, repeats)
    print(json.dumps({
        "add_us": add,
        "linear_us": linear,
        "matmul_sum_backward_us": microseconds("(c @ d).sum().backward()", values, calls // 10, repeats),
        "torch": torch.__version__,
    }))


if __name__ == "__main__":
    main()
