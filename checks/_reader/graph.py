"""Builds the network that onnxruntime runs: the encoder with what was learned, in whole numbers.

The matrices are stored as bytes with a scale for every column and multiplied as bytes, which is
twice as fast as floats on one thread and costs nothing that could be measured in what is found.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from checks._reader.weights import HEAD, LAYERS, Floats

OURS = "com.microsoft"  # onnxruntime's own operators


class _Graph:
    """Nodes and tensors as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def keep(self, name: str, values: npt.NDArray[np.generic]) -> str:
        self.tensors.append(numpy_helper.from_array(values, name))
        return name

    def add(self, op: str, inputs: Sequence[str], out: str, **options: Any) -> str:
        domain = OURS if op in ("MultiHeadAttention", "DynamicQuantizeMatMul", "BiasGelu") else ""
        self.nodes.append(helper.make_node(op, inputs, [out], name=out, domain=domain, **options))
        return out

    def dense(self, x: str, name: str, w: Floats, b: Floats | None) -> str:
        """x @ w + b, multiplied as bytes."""
        scale = np.maximum(np.abs(w).max(0), 1e-8).astype(np.float32) / 127
        whole = np.clip(np.rint(w / scale), -127, 127).astype(np.int8)
        given = [
            x,
            self.keep(f"{name}.w", whole),
            self.keep(f"{name}.scale", scale),
            self.keep(f"{name}.zero", np.zeros(len(scale), np.int8)),
        ]
        if b is not None:
            given.append(self.keep(f"{name}.b", b))
        return self.add("DynamicQuantizeMatMul", given, name)

    def norm(self, x: str, name: str, scale: Floats, bias: Floats) -> str:
        given = [x, self.keep(f"{name}.s", scale), self.keep(f"{name}.b", bias)]
        return self.add("LayerNormalization", given, name, axis=-1, epsilon=1e-12)


def build(base: Mapping[str, Floats], learned: Mapping[str, Floats]) -> bytes:
    """The model file: (ids, kinds), each of shape (1, pieces), to (labels, scores, logits).

    `base` is what is kept of the encoder; a layer has as many heads as its matrices have room for.
    """
    graph = _Graph()
    x = _embedded(graph, base, learned)
    for at in range(LAYERS):
        x = _layer(graph, x, at, base, learned)
    _heads(graph, x, learned)
    ints, floats = TensorProto.INT64, TensorProto.FLOAT
    whole = helper.make_graph(
        graph.nodes,
        "reader",
        [helper.make_tensor_value_info(n, ints, [1, "pieces"]) for n in ("ids", "kinds")],
        [helper.make_tensor_value_info(n, floats, None) for n in ("labels", "scores", "logits")],
        graph.tensors,
    )
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(OURS, 1)]
    made: bytes = helper.make_model(whole, opset_imports=versions, ir_version=8).SerializeToString()
    return made


def _embedded(graph: _Graph, base: Mapping[str, Floats], learned: Mapping[str, Floats]) -> str:
    words = base["words"]
    scale = np.maximum(np.abs(words).max(1, keepdims=True), 1e-8).astype(np.float32) / 127
    graph.keep("words", np.rint(words / scale).astype(np.int8))
    graph.keep("words.scale", scale)
    graph.keep("kinds.w", learned["kinds"] + base["types"][:1])
    graph.keep("places", base["places"][None])
    graph.keep("zero", np.array([0], np.int64))
    graph.keep("one", np.array([1], np.int64))
    rows = graph.add("Gather", ["words", "ids"], "words.rows")
    rows = graph.add("Cast", [rows], "words.floats", to=TensorProto.FLOAT)
    scales = graph.add("Gather", ["words.scale", "ids"], "words.scales")
    rows = graph.add("Mul", [rows, scales], "words.values")
    kinds = graph.add("Gather", ["kinds.w", "kinds"], "kinds.values")
    shape = graph.add("Shape", ["ids"], "shape")
    count = graph.add("Gather", [shape, "one"], "count")
    places = graph.add("Slice", ["places", "zero", count, "one"], "places.values")
    x = graph.add("Add", [rows, kinds], "embedded.1")
    x = graph.add("Add", [x, places], "embedded.2")
    return graph.norm(x, "embedded", base["norm.scale"], base["norm.bias"])


def _layer(
    graph: _Graph, x: str, at: int, base: Mapping[str, Floats], learned: Mapping[str, Floats]
) -> str:
    def weight(name: str) -> Floats:
        changed: Floats = base[f"{at}.{name}"] + (
            learned[f"{at}.{name}.a"] @ learned[f"{at}.{name}.b"]
        )
        return changed

    def dense(name: str, x: str) -> str:
        return graph.dense(x, f"{at}.{name}", weight(name), base[f"{at}.{name}.bias"])

    def norm(name: str, x: str) -> str:
        scale, bias = learned[f"{at}.{name}.scale"], learned[f"{at}.{name}.bias"]
        return graph.norm(x, f"{at}.{name}", scale, bias)

    parts = ("query", "key", "value")
    w = np.concatenate([weight(name) for name in parts], axis=1)
    b = np.concatenate([base[f"{at}.{name}.bias"] for name in parts])
    all_three = graph.dense(x, f"{at}.qkv", w, b)
    names = [f"{at}.{name}" for name in parts]
    graph.nodes.append(helper.make_node("Split", [all_three], names, axis=-1))
    heads = base[f"{at}.query.bias"].size // HEAD
    mixed = graph.add("MultiHeadAttention", names, f"{at}.mixed", num_heads=heads)
    x = norm("norm1", graph.add("Add", [x, dense("out", mixed)], f"{at}.sum1"))
    up = graph.dense(x, f"{at}.up", weight("up"), None)
    up = graph.add(
        "BiasGelu", [up, graph.keep(f"{at}.up.bias", base[f"{at}.up.bias"])], f"{at}.gelu"
    )
    return norm("norm2", graph.add("Add", [x, dense("down", up)], f"{at}.sum2"))


def _heads(graph: _Graph, x: str, learned: Mapping[str, Floats]) -> None:
    def product(name: str, x: str, out: str) -> str:
        return graph.add("MatMul", [x, graph.keep(f"{name}.w", learned[f"{name}.w"])], out)

    named = product("labels", x, "labels.raw")
    named = graph.add("Add", [named, graph.keep("labels.b", learned["labels.b"])], "labels.sum")
    graph.add("Softmax", [named], "labels", axis=-1)
    product("scores", x, "scores")
    loudest = graph.add("ReduceLogSumExp", ["scores"], "loudest", axes=[1], keepdims=0)
    mean = graph.add("ReduceMean", [x], "mean", axes=[1], keepdims=0)
    whole = product("whole", mean, "whole.raw")
    whole = graph.add("Add", [whole, graph.keep("whole.b", learned["whole.b"])], "whole.sum")
    total = graph.add("Add", [whole, loudest], "whole.both")
    size = graph.add("Cast", ["count"], "count.float", to=TensorProto.FLOAT)
    graph.add("Sub", [total, graph.add("Log", [size], "count.log")], "logits")
