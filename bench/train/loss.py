"""What the network should have said: as the examples are labelled, or as another network says."""

import jax
import jax.numpy as jnp
import optax

from bench.train.net import Params, Read

HEAVY = 3.0  # how much more a piece of an identifier counts than one of ordinary text


def labelled(said: Read, given: Params) -> jnp.ndarray:
    """How far it is from the labels of a batch."""
    known = given["labels"] >= 0
    truth = jnp.where(known, given["labels"], 0)
    weight = jnp.where(known, jnp.where(truth > 0, HEAVY, 1.0), 0.0)
    pieces = optax.softmax_cross_entropy_with_integer_labels(said.labels, truth)
    named = (pieces * weight).sum() / jnp.maximum(weight.sum(), 1.0)
    judged = given["targets"] >= 0
    target = jnp.where(judged, given["targets"], 0.0) * 0.96 + 0.02
    wrong = optax.sigmoid_binary_cross_entropy(said.logits, target)
    wrong = wrong * jnp.where(given["targets"] > 0.5, 3.0, 1.0)
    return 2.0 * named + 2.0 * (wrong * judged).sum() / jnp.maximum(judged.sum(), 1.0)


def taught(said: Read, teacher: Read, given: Params) -> jnp.ndarray:
    """How far it is from what the teacher says of a batch, and hands on from layer to layer."""
    real = (given["ids"] != 0).astype(jnp.float32)
    labels = jax.nn.softmax(teacher.labels)
    weight = real * (1.0 + (HEAVY - 1.0) * (1.0 - labels[..., 0]))
    pieces = -(labels * jax.nn.log_softmax(said.labels)).sum(-1)
    named = (pieces * weight).sum() / weight.sum()
    chance = jax.nn.sigmoid(teacher.logits)
    wrong = optax.sigmoid_binary_cross_entropy(said.logits, chance)
    judged = (wrong * (1.0 + (HEAVY - 1.0) * chance)).mean()
    apart = [
        (jnp.square(ours - theirs).mean(-1) * real).sum() / (theirs.var(-1) * real).sum()
        for ours, theirs in zip(said.states, teacher.states, strict=True)
    ]
    return named + judged + sum(apart) / len(apart)
