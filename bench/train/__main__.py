"""Trains the model on `checks/examples` and writes `checks/weights`: `make train`.

Seeds are fixed; on one machine the same examples give the same weights. The file holds the hash of
the examples it learned from, and a test compares the two. It takes about an hour on two cores.
`make train ARGS=--go-on` goes on from the weights there are, gently and for a few passes only: for
a corpus that has grown a little, in a quarter of the time (`--passes` and `--rate` say otherwise).
Each time needs a `--seed` of its own, or it would see the same variants again. The mean of the
weights that several times have led to (`--mean FILE FILE`) finds as much as the best of them.
`make train ARGS="--thin 0.45"` leaves out the heads and cells of the encoder that are not worth
their time, and lets what is left learn from the labels and from the model as it was. To thin it
anew or to go on after that, name the file of the model as it was (`--teacher FILE`).
"""

import argparse
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.train import net, thin
from bench.train.data import (
    EXAMPLES,
    Example,
    Row,
    batch,
    examples,
    fingerprint,
    padded,
    rows,
)
from bench.train.loss import labelled, taught
from bench.train.variety import varied
from checks._reader.heads import CATEGORIES, LABELS
from checks._reader.reading import LEARNED
from checks._reader.weights import Kept
from checks._reader.words import WordKind

ROOT = Path(__file__).parents[2]
RANK, SEED, PASSES = 24, 1, 6
PIECES = 1_024  # of a batch, padding included
RATE = 2e-3
GENTLE, MORE = RATE / 4, 2  # the rate, and the passes, when it goes on
HEADS, HEAD_RATE = ("labels", "scores", "whole"), 3.0
THIN_RANK, RELEARN, TAUGHT_RATE = 40, 4, 0.05  # with fewer cells it needs thicker matrices
ASKED = 500  # batches over which it is asked which heads and cells matter


class Model(NamedTuple):
    """What was learned, and which heads and cells of the encoder are left."""

    learned: net.Params
    kept: Kept


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


def train(
    given: Sequence[Example],
    model: Model,
    *,
    passes: int,
    seed: int,
    rate: float,
    teacher: Model | None = None,
) -> Model:
    """The model after so many passes more, taught by the labels and, if there is one, a teacher."""
    start = net.base(model.kept)
    teaching = teacher and (net.base(teacher.kept), teacher.learned)
    draw = random.Random(seed)
    steps = passes * sum(1 for _ in batches(given, random.Random(seed)))
    schedule = optax.warmup_cosine_decay_schedule(0.0, rate, steps // 20, steps, rate / 50)
    quick = optax.chain(optax.adamw(schedule, weight_decay=0.01), optax.scale(HEAD_RATE))
    slow = optax.adamw(schedule, weight_decay=0.01)
    learned = model.learned
    parts = {name: "head" if name.split(".")[0] in HEADS else "body" for name in learned}
    optimizer = optax.chain(
        optax.clip_by_global_norm(1.0), optax.multi_transform({"head": quick, "body": slow}, parts)
    )
    state = optimizer.init(learned)

    def loss(learned: net.Params, given: net.Params, key: Any) -> jnp.ndarray:
        ids, kinds = given["ids"], given["kinds"]
        if not teaching:
            return labelled(net.read(start, learned, ids, kinds, key=key), given)
        said = net.read(start, learned, ids, kinds, key=key, rate=TAUGHT_RATE)
        theirs = jax.lax.stop_gradient(net.read(*teaching, ids, kinds))
        return 0.5 * labelled(said, given) + taught(said, theirs, given)

    @jax.jit
    def step(learned, state, given, key):  # type: ignore[no-untyped-def]
        value, slopes = jax.value_and_grad(loss)(learned, given, key)
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
    return Model(learned, model.kept)


def fresh() -> Model:
    """What training begins with: the whole encoder as it is."""
    learned = net.fresh(RANK, len(WordKind), len(LABELS), len(CATEGORIES), net.base(thin.ALL))
    return Model(learned, thin.ALL)


def before(file: Path = LEARNED) -> Model:
    """The model that the weights there are make; a file that names no parts has them all."""
    with np.load(file) as stored:
        whole = {name: values for name, values in stored.items() if values.dtype == np.uint16}
        floats = {name: values for name, values in stored.items() if values.dtype == np.float16}
    return Model(
        {name: jnp.asarray(w, jnp.float32) for name, w in floats.items()}, whole or thin.ALL
    )


def thinner(given: Sequence[Example], model: Model, share: float) -> Model:
    """The model without the heads and cells that are not worth their time, and not yet taught."""
    some = itertools.islice(batches(given, random.Random(SEED)), ASKED)
    kept = thin.chosen(thin.importance(model.learned, some), share)
    return Model(thin.cut(model.learned, kept, THIN_RANK), kept)


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the sentence model.")
    parser.add_argument("--go-on", action="store_true", help="from the weights there are")
    parser.add_argument("--thin", type=float, help="to this share of the encoder's time")
    parser.add_argument("--teacher", type=Path, help="weights to learn from beside the labels")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--passes", type=int, help=f"{PASSES}, {MORE} to go on, {RELEARN} to thin")
    parser.add_argument("--rate", type=float, help=f"of learning: {RATE}, or {GENTLE} for the rest")
    parser.add_argument("--mean", nargs="+", type=Path, help="write the mean of these weights")
    asked = parser.parse_args()
    given = examples(EXAMPLES)
    print(f"{len(given)} examples", flush=True)
    usual: dict[str, Any] = {"passes": asked.passes or MORE, "rate": asked.rate or GENTLE}
    if asked.mean:
        models = list(map(before, asked.mean))
        mean = jax.tree.map(lambda *one: sum(one) / len(one), *(m.learned for m in models))
        model = Model(mean, models[0].kept)
    elif asked.thin:
        thick = before(asked.teacher or LEARNED)
        usual["passes"] = asked.passes or RELEARN
        thinned = thinner(given, thick, asked.thin)
        model = train(given, thinned, seed=asked.seed, teacher=thick, **usual)
    elif asked.go_on:
        teacher = before(asked.teacher) if asked.teacher else None
        model = train(given, before(), seed=asked.seed, teacher=teacher, **usual)
    else:
        usual = {"passes": asked.passes or PASSES, "rate": asked.rate or RATE}
        model = train(given, fresh(), seed=asked.seed, **usual)
    floats = {name: np.asarray(values, np.float16) for name, values in model.learned.items()}
    np.savez_compressed(LEARNED, examples=np.array(fingerprint(EXAMPLES)), **floats, **model.kept)
    print(f"wrote {LEARNED.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
