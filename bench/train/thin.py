"""Thins the model: heads and cells that hardly matter go, and what is left learns to say the same.

How much one matters is the mean square of the slope of the loss by a gate on it (Molchanov et al.,
"Importance Estimation for Neural Network Pruning", 2019), set against the time that it costs.
"""

from collections.abc import Iterable, Mapping

import jax
import jax.numpy as jnp
import numpy as np

from bench.train import net
from bench.train.loss import labelled
from checks._reader.weights import LAYERS, Kept, thinned

COSTS = {"heads": 24.3, "cells": 0.276}  # microseconds for a draft of 49 pieces, one thread
EVEN = 32  # cells are kept in multiples of what the processor multiplies at once
ALL: Kept = {
    f"{at}.{part}": np.arange(count, dtype=np.uint16)
    for at in range(LAYERS)
    for part, count in (("heads", 12), ("cells", 1536))
}


def importance(
    learned: net.Params, given: Iterable[Mapping[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """How much each head and cell matters to what was learned beside the whole encoder."""
    start = net.base(ALL)

    def loss(gates: net.Params, one: net.Params) -> jnp.ndarray:
        return labelled(net.read(start, learned, one["ids"], one["kinds"], gates=gates), one)

    slopes = jax.jit(jax.grad(loss))
    gates = {name: jnp.ones(len(parts)) for name, parts in ALL.items()}
    total = {name: np.zeros(len(parts)) for name, parts in ALL.items()}
    for one in given:
        for name, slope in slopes(gates, one).items():
            total[name] += np.asarray(slope) ** 2
    return total


def chosen(matters: Mapping[str, np.ndarray], share: float) -> Kept:
    """The heads and cells worth their time, within this share of the time of all."""
    listed = [
        (value / COSTS[name.split(".")[1]], COSTS[name.split(".")[1]], name)
        for name, values in matters.items()
        for value in values
    ]
    left = share * sum(cost for _, cost, _ in listed)
    counts = dict.fromkeys(matters, 0)
    for _, cost, name in sorted(listed, reverse=True):
        left -= cost
        if left < 0:
            break
        counts[name] += 1
    kept = {}
    for name, values in matters.items():
        even = EVEN if name.endswith("cells") else 1
        count = min(len(values), max(even, round(counts[name] / even) * even))
        kept[name] = np.sort(np.argsort(-values)[:count]).astype(np.uint16)
    return kept


def cut(learned: net.Params, kept: Kept, rank: int) -> net.Params:
    """What was learned without what goes, its thin matrices widened to this rank."""
    rng = np.random.default_rng(7)
    made = {name: jnp.asarray(w) for name, w in thinned(learned, kept).items()}
    for name in [name for name in made if name.endswith(".a")]:
        rows, old = made[name].shape
        more = jnp.asarray(rng.normal(0, rows**-0.5, (rows, rank - old)), jnp.float32)
        made[name] = jnp.concatenate([made[name], more], axis=1)
        under = f"{name.removesuffix('.a')}.b"
        none = jnp.zeros((rank - old, made[under].shape[1]))
        made[under] = jnp.concatenate([made[under], none])
    return made
