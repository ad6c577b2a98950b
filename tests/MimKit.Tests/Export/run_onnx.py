"""Runs an ONNX file with numpy alone, operator by operator as the public specification has them: run_onnx.py MODEL INPUT.npy OUTPUT.npy"""
import math
import sys

import numpy as np
import onnx
from onnx import numpy_helper

model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
values[model.graph.input[0].name] = np.load(sys.argv[2])


def conv(x, w, b=None, strides=None, kernel_shape=None):
    p, (n, c, height, width) = strides[0], x.shape
    assert w.shape[2:] == (p, p)
    cut = x.reshape(n, c, height // p, p, width // p, p).transpose(0, 2, 4, 1, 3, 5).reshape(n, height // p, width // p, -1)
    y = (cut @ w.reshape(w.shape[0], -1).T).transpose(0, 3, 1, 2)
    return y if b is None else y + b[:, None, None]


def layer_norm(x, w, b, axis=-1, epsilon=1e-5):
    mean = x.mean(axis, keepdims=True)
    return (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis, keepdims=True) + epsilon) * w + b


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


operators = {
    "Conv": conv, "LayerNormalization": layer_norm, "Softmax": softmax, "MatMul": np.matmul, "Add": np.add, "Mul": np.multiply, "Identity": lambda x: x,
    "Transpose": lambda x, perm: x.transpose(perm), "Concat": lambda *x, axis: np.concatenate(x, axis), "Gather": lambda x, i, axis: np.take(x, i, axis),
    "Reshape": lambda x, s: x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(s)]), "Expand": lambda x, s: np.broadcast_to(x, s),
    "Shape": lambda x, start, end: np.array(x.shape[start:end], np.int64), "Erf": np.vectorize(math.erf, otypes=[np.float32]), "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}
for node in model.graph.node:
    given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    values[node.output[0]] = operators[node.op_type](*(values[i] for i in node.input), **given)
np.save(sys.argv[3], values[model.graph.output[0].name].astype(np.float32))
