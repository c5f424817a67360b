"""The network in JAX: the encoder of all-MiniLM-L6-v2 with low-rank changes, and three heads.

The encoder's own weights stay as its package has them. What is learned is small: a pair of thin
matrices beside each of its weights, the layer norms, one vector a kind of word, and the heads -
which identifier each piece belongs to, whether the draft is about an identifiable patient, and
which categories of rules it breaks. `scores` of a piece say where a category speaks from.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from checks._reader.weights import HEAD, LAYERS, MATRICES, Kept, thinned
from checks._reader.weights import base as packaged

HIDDEN = 384
Params = dict[str, Any]


class Read(NamedTuple):
    """What the network makes of a batch: labels and scores of every piece, logits of every draft,
    and what each layer hands on.
    """

    labels: jnp.ndarray
    scores: jnp.ndarray
    logits: jnp.ndarray
    states: list[jnp.ndarray]


def base(kept: Kept) -> Params:
    """What is kept of the encoder's weights from its package, as float32."""
    return {name: jnp.asarray(w) for name, w in thinned(packaged(), kept).items()}


def fresh(rank: int, kinds: int, labels: int, categories: int, start: Params) -> Params:
    """What training begins with: no change to the encoder."""
    rng = np.random.default_rng(7)

    def thin(*shape: int) -> jnp.ndarray:
        return jnp.asarray(rng.normal(0, 0.02, shape), jnp.float32)

    learned: Params = {"kinds": thin(kinds, HIDDEN)}
    for at in range(LAYERS):
        for name in MATRICES:
            rows, columns = start[f"{at}.{name}"].shape
            learned[f"{at}.{name}.a"] = jnp.asarray(
                rng.normal(0, 1 / np.sqrt(rows), (rows, rank)), jnp.float32
            )
            learned[f"{at}.{name}.b"] = jnp.zeros((rank, columns))
        for norm in ("norm1", "norm2"):
            for part in ("scale", "bias"):
                learned[f"{at}.{norm}.{part}"] = start[f"{at}.{norm}.{part}"]
    learned |= {
        "labels.w": thin(HIDDEN, labels),
        "labels.b": jnp.zeros(labels).at[0].set(2.0),
        "scores.w": thin(HIDDEN, categories),
        "whole.w": thin(HIDDEN, categories),
        "whole.b": jnp.full(categories, -2.0),
    }
    return learned


def _norm(x: jnp.ndarray, scale: jnp.ndarray, bias: jnp.ndarray) -> jnp.ndarray:
    mean = x.mean(-1, keepdims=True)
    spread = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) * jax.lax.rsqrt(spread + 1e-12) * scale + bias


def _drop(x: jnp.ndarray, key: Any, rate: float) -> jnp.ndarray:
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def read(
    start: Params,
    learned: Params,
    ids: jnp.ndarray,
    kinds: jnp.ndarray,
    *,
    key: Any = None,
    rate: float = 0.1,
    gates: Params | None = None,
) -> Read:
    """Reads ids padded by 0. A `key` drops that share of what is handed on, for training; `gates`
    are factors to heads and cells, to ask how much each matters.
    """
    keys = iter(jax.random.split(key, 2 * LAYERS + 1)) if key is not None else iter([None] * 99)
    mask = ids != 0
    batch, length = ids.shape
    x = start["words"][ids] + start["places"][:length] + start["types"][0] + learned["kinds"][kinds]
    x = _drop(_norm(x, start["norm.scale"], start["norm.bias"]), next(keys), rate)
    bias = jnp.where(mask, 0.0, -1e9)[:, None, None, :]

    def dense(at: int, name: str, x: jnp.ndarray) -> jnp.ndarray:
        w, b = start[f"{at}.{name}"], start[f"{at}.{name}.bias"]
        return x @ w + (x @ learned[f"{at}.{name}.a"]) @ learned[f"{at}.{name}.b"] + b

    def heads(x: jnp.ndarray) -> jnp.ndarray:
        return x.reshape(batch, length, -1, HEAD).transpose(0, 2, 1, 3)

    states = []

    for at in range(LAYERS):
        q, k, v = (heads(dense(at, name, x)) for name in MATRICES[:3])
        weights = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(HEAD) + bias)
        mixed = weights @ v
        if gates:
            mixed = mixed * gates[f"{at}.heads"][:, None, None]
        mixed = mixed.transpose(0, 2, 1, 3).reshape(batch, length, -1)
        x = x + _drop(dense(at, "out", mixed), next(keys), rate)
        x = _norm(x, learned[f"{at}.norm1.scale"], learned[f"{at}.norm1.bias"])
        up = jax.nn.gelu(dense(at, "up", x), approximate=False)
        if gates:
            up = up * gates[f"{at}.cells"]
        x = x + _drop(dense(at, "down", up), next(keys), rate)
        x = _norm(x, learned[f"{at}.norm2.scale"], learned[f"{at}.norm2.bias"])
        states.append(x)

    labels = x @ learned["labels.w"] + learned["labels.b"]
    scores = x @ learned["scores.w"]
    real = mask[..., None]
    mean = jnp.where(real, x, 0).sum(1) / mask.sum(1, keepdims=True)
    loudest = jax.nn.logsumexp(jnp.where(real, scores, -1e9), axis=1)
    logits = (
        mean @ learned["whole.w"]
        + learned["whole.b"]
        + loudest
        - jnp.log(mask.sum(1, keepdims=True))
    )
    return Read(labels, scores, logits, states)
