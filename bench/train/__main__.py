"""Trains the model on `checks/examples` and writes `checks/weights`: `make train`.

Seeds are fixed; on one machine the same examples give the same weights. The file holds the hash of
the examples it learned from, and a test compares the two. It takes about an hour on two cores.
`make train ARGS=--go-on` goes on from the weights there are, gently and for a few passes only: for
a corpus that has grown a little, in a quarter of the time (`--passes` and `--rate` say otherwise).
Each time needs a `--seed` of its own, or it would see the same variants again. The mean of the
weights that several times have led to (`--mean FILE FILE`) finds as much as the best of them.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.train import net
from bench.train.data import (
    EXAMPLES,
    Example,
    Row,
    batch,
    examples,
    fingerprint,
    padded,
    rows,
    varied,
)
from checks._reader.heads import CATEGORIES, LABELS
from checks._reader.reading import LEARNED
from checks._reader.words import WordKind

ROOT = Path(__file__).parents[2]
RANK, LAYERS, SEED, PASSES = 24, 6, 1, 6
PIECES = 1_024  # of a batch, padding included
RATE = 2e-3
GENTLE, MORE = RATE / 4, 2  # the rate, and the passes, when it goes on
HEADS, HEAD_RATE = ("labels", "scores", "whole"), 3.0
HEAVY = 3.0  # how much more a piece of an identifier counts than one of ordinary text


def batches(given: Sequence[Example], draw: random.Random) -> Iterator[dict[str, np.ndarray]]:
    """One pass over the examples, each varied anew, those of like length together."""
    made: list[Row] = []
    for example in given:
        other = varied(example, draw, given)
        made += rows(other)
    made.sort(key=lambda row: (padded(row), draw.random()))
    groups: list[list[Row]] = [[]]
    for row in made:
        full = (len(groups[-1]) + 1) * padded(row) > PIECES
        if groups[-1] and (full or padded(groups[-1][0]) != padded(row)):
            groups.append([])
        groups[-1].append(row)
    draw.shuffle(groups)
    for group in groups:
        yield batch(group, max(1, PIECES // padded(group[0])))


def loss(
    learned: net.Params, start: net.Params, given: dict[str, jnp.ndarray], key: object
) -> jnp.ndarray:
    labels, _, logits = net.read(
        start, learned, given["ids"], given["kinds"], layers=LAYERS, key=key
    )
    known = given["labels"] >= 0
    truth = jnp.where(known, given["labels"], 0)
    weight = jnp.where(known, jnp.where(truth > 0, HEAVY, 1.0), 0.0)
    pieces = optax.softmax_cross_entropy_with_integer_labels(labels, truth)
    named = (pieces * weight).sum() / jnp.maximum(weight.sum(), 1.0)
    said = given["targets"] >= 0
    target = jnp.where(said, given["targets"], 0.0) * 0.96 + 0.02
    wrong = optax.sigmoid_binary_cross_entropy(logits, target)
    wrong = wrong * jnp.where(given["targets"] > 0.5, 3.0, 1.0)
    judged = (wrong * said).sum() / jnp.maximum(said.sum(), 1.0)
    return 2.0 * named + 2.0 * judged


def train(
    given: Sequence[Example],
    *,
    passes: int,
    seed: int,
    rate: float = RATE,
    learned: net.Params | None = None,
) -> net.Params:
    """What is learned in so many passes, from nothing or from what was `learned` before."""
    start = net.base()
    learned = learned or net.fresh(RANK, len(WordKind), len(LABELS), len(CATEGORIES), LAYERS, start)
    draw = random.Random(seed)
    steps = passes * sum(1 for _ in batches(given, random.Random(seed)))
    schedule = optax.warmup_cosine_decay_schedule(0.0, rate, steps // 20, steps, rate / 50)
    quick = optax.chain(optax.adamw(schedule, weight_decay=0.01), optax.scale(HEAD_RATE))
    slow = optax.adamw(schedule, weight_decay=0.01)
    parts = {name: "head" if name.split(".")[0] in HEADS else "body" for name in learned}
    optimizer = optax.chain(
        optax.clip_by_global_norm(1.0), optax.multi_transform({"head": quick, "body": slow}, parts)
    )
    state = optimizer.init(learned)

    @jax.jit
    def step(learned, state, given, key):  # type: ignore[no-untyped-def]
        value, slopes = jax.value_and_grad(loss)(learned, start, given, key)
        changes, state = optimizer.update(slopes, state, learned)
        return optax.apply_updates(learned, changes), state, value

    key = jax.random.PRNGKey(seed)
    for number in range(passes):
        began, values = time.time(), []
        for made in batches(given, draw):
            key, one = jax.random.split(key)
            learned, state, value = step(learned, state, made, one)
            values.append(value)
        print(
            f"pass {number + 1} of {passes}: loss {float(jnp.mean(jnp.asarray(values))):.4f}, "
            f"{time.time() - began:.0f} s",
            flush=True,
        )
    return learned


def before(file: Path = LEARNED) -> net.Params:
    """What the weights there are have learned."""
    with np.load(file) as kept:
        return {name: jnp.asarray(kept[name], jnp.float32) for name in kept if name != "examples"}


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the sentence model.")
    parser.add_argument("--go-on", action="store_true", help="from the weights there are")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--passes", type=int, help=f"{PASSES}, or {MORE} to go on")
    parser.add_argument("--rate", type=float, help=f"of learning: {RATE}, or {GENTLE} to go on")
    parser.add_argument("--mean", nargs="+", type=Path, help="write the mean of these weights")
    asked = parser.parse_args()
    usual = (MORE, GENTLE) if asked.go_on else (PASSES, RATE)
    given = examples(EXAMPLES)
    print(f"{len(given)} examples", flush=True)
    if asked.mean:
        learned = jax.tree.map(lambda *one: sum(one) / len(one), *map(before, asked.mean))
    else:
        learned = train(
            given,
            passes=asked.passes or usual[0],
            seed=asked.seed,
            rate=asked.rate or usual[1],
            learned=before() if asked.go_on else None,
        )
    kept = {name: np.asarray(values, np.float16) for name, values in learned.items()}
    np.savez_compressed(LEARNED, examples=np.array(fingerprint(EXAMPLES)), **kept)
    print(f"wrote {LEARNED.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
