"""The encoder's weights as its package has them, under names of our own."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from checks._reader.pinned import MODEL

Floats = npt.NDArray[np.float32]
Kept = Mapping[str, npt.NDArray[np.integer[Any]]]
LAYERS = 6
HEAD = 32  # columns of an attention head
MATRICES = ("query", "key", "value", "out", "up", "down")
QUANTIZED = re.compile(r"val_(\d+)_q")
NAMES = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "intermediate.dense": "up",
    "output.dense": "down",
    "attention.output.LayerNorm": "norm1",
    "output.LayerNorm": "norm2",
}


def raw() -> dict[str, npt.NDArray[Any]]:
    """Every tensor of the package's file, by the file's own names."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_from_string(MODEL.read()).graph
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def base() -> dict[str, Floats]:
    """The encoder's weights: `words`, `places`, `types`, `norm.*`, and for layer N `N.query`,
    `N.query.bias` and so on; matrices map rows (in) to columns (out).
    """
    tensors = raw()

    def floats(name: str) -> Floats:
        if f"{name}_q" in tensors:
            whole: Floats = tensors[f"{name}_q"].astype(np.float32) * tensors[f"{name}_scale"]
            return whole
        return tensors[name].astype(np.float32)

    inner = "inner.embeddings."
    found = {
        "words": floats(f"{inner}word_embeddings.weight"),
        "places": floats(f"{inner}position_embeddings.weight"),
        "types": floats(f"{inner}token_type_embeddings.weight"),
        "norm.scale": floats(f"{inner}LayerNorm.weight"),
        "norm.bias": floats(f"{inner}LayerNorm.bias"),
    }
    numbers = sorted(int(m[1]) for m in map(QUANTIZED.fullmatch, tensors) if m)
    for place, number in enumerate(numbers):
        layer, at = divmod(place, len(MATRICES))
        found[f"{layer}.{MATRICES[at]}"] = floats(f"val_{number}")
    for layer in range(LAYERS):
        for theirs, ours in NAMES.items():
            name = f"inner.encoder.layer.{layer}.{theirs}"
            if ours.startswith("norm"):
                found[f"{layer}.{ours}.scale"] = floats(f"{name}.weight")
                found[f"{layer}.{ours}.bias"] = floats(f"{name}.bias")
            else:
                found[f"{layer}.{ours}.bias"] = floats(f"{name}.bias")
    return found


def thinned(tensors: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    """The encoder's weights, or the thin matrices learned beside them, without what was cut: of
    layer N the attention heads `N.heads` and the cells between `up` and `down` `N.cells` are kept.
    """
    made = dict(tensors)
    for at in range(LAYERS):
        cells = kept[f"{at}.cells"].astype(int)
        columns = (kept[f"{at}.heads"].astype(int)[:, None] * HEAD + np.arange(HEAD)).ravel()
        sides = [(name, columns, -1) for name in ("query", "key", "value")]
        sides += [("up", cells, -1), ("out", columns, 0), ("down", cells, 0)]
        for name, way, axis in sides:
            for end in ("", ".bias", ".b") if axis else ("", ".a"):
                if (whole := f"{at}.{name}{end}") in made:
                    made[whole] = made[whole].take(way, axis)
    return made
