"""The sentence model: what it is shown of a text, and that it is the one that was trained."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import checks
from bench.train.data import EXAMPLES, examples, fingerprint
from checks._meaning import heard
from checks._reader import pinned, reading, weights
from checks._reader.words import WINDOW, WordKind, windows
from checks._rule import EXAMPLE_PRACTICE
from checks.values import Category, Identifier, Post, Severity


def kinds(text: str) -> dict[str, WordKind]:
    """The kind of each piece, by the words it stands for."""
    post = Post(text, practice=EXAMPLE_PRACTICE)
    return {
        text[start:end]: WordKind(kind)
        for window in windows(post)
        for kind, (start, end) in zip(window.kinds, window.places, strict=True)
        if start < end
    }


def test_the_weights_were_trained_on_these_examples() -> None:
    assert str(np.load(reading.LEARNED)["examples"]) == fingerprint(EXAMPLES), "run `make train`"


def test_without_a_head_and_a_cell_a_layer_says_what_it_says_when_they_are_silent() -> None:
    draw = np.random.default_rng(3)
    whole, x = weights.base(), draw.normal(size=(5, 384))
    kept = {f"{at}.heads": np.array([0, 2, 11]) for at in range(weights.LAYERS)}
    kept |= {f"{at}.cells": np.array([1, 500, 1535]) for at in range(weights.LAYERS)}
    thin = weights.thinned(whole, kept)
    of_heads = np.isin(np.arange(384) // weights.HEAD, kept["3.heads"])
    of_cells = np.isin(np.arange(1536), kept["3.cells"])
    for into, out, loud in (("value", "out", of_heads), ("up", "down", of_cells)):
        full = (x @ whole[f"3.{into}"] + whole[f"3.{into}.bias"]) * loud @ whole[f"3.{out}"]
        less = (x @ thin[f"3.{into}"] + thin[f"3.{into}.bias"]) @ thin[f"3.{out}"]
        assert np.allclose(full, less, atol=1e-4)
        assert thin[f"3.{into}"].shape[1] == thin[f"3.{out}"].shape[0] == loud.sum()


def test_a_piece_says_of_what_kind_its_word_is() -> None:
    seen = kinds("So Anna thanks Dr. Chen. #PrayForWendy tom and Parkinson's, 42 Selena Gomez")
    assert seen["Anna"] is seen["Wendy"] is WordKind.FIRST_NAME
    assert seen["Chen"] is WordKind.OWN_PERSON
    assert seen["tom"] is WordKind.FIRST_NAME_SMALL
    assert seen["Parkinson"] is WordKind.EPONYM
    assert seen["42"] is WordKind.NUMBER
    assert seen["Selena"] is WordKind.OF_NOTE
    assert seen["thanks"] is WordKind.PLAIN


def test_the_practices_own_details_are_marked_and_a_namesake_is_not() -> None:
    seen = kinds("Call 512-555-0142, see 412 Harbor Street. Tom Nguyen came.")
    assert seen["512"] is seen["Harbor"] is WordKind.OWN_DETAIL
    assert seen["Tom"] is WordKind.FIRST_NAME


@pytest.mark.parametrize("text", ["", " ", "a", "P a t r i c i a", "Ｍaria ﬁne 🎉" * 300])
def test_every_place_lies_inside_the_text(text: str) -> None:
    for window in windows(Post(text)):
        assert len(window.ids) == len(window.kinds) == len(window.places) <= WINDOW + 3
        assert all(0 <= start <= end <= len(text) for start, end in window.places)


def test_a_long_text_is_read_to_its_end() -> None:
    text = "We open at eight. " * 400 + "So proud of Rosa Delgado after her knee surgery."
    last = [one for one in heard(Post(text)).said if one.start > 7_000]
    assert "Rosa Delgado" in {text[one.start : one.end] for one in last}


def test_without_its_model_a_draft_is_held_and_never_passed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading, "LEARNED", tmp_path / "reader.npz")
    reading.load.cache_clear()
    try:
        found = checks.run(Post("Flu shots are in. Call 512-555-0142."), EXAMPLE_PRACTICE)
        with pytest.raises(checks.CannotCheck, match="install"):
            checks.warm()
    finally:
        reading.load.cache_clear()
    assert Severity.ESCALATE in {f.severity for f in found if f.category is Category.UNCHECKED}


def test_another_file_than_the_one_trained_with_is_refused() -> None:
    other = replace(pinned.TOKENIZER, sha256="0" * 64)
    with pytest.raises(pinned.ModelMissing, match="another"):
        other.read()


def test_a_package_that_is_missing_is_named() -> None:
    with pytest.raises(pinned.ModelMissing, match="no_such_package"):
        pinned.Pinned("no_such_package", "x", "").read()


def test_the_model_has_learned_its_examples() -> None:
    """Most of what it was taught about patients, read as the product reads it."""
    taught = [e for e in examples(EXAMPLES) if e.spans is not None][::12]
    right = 0
    for example in taught:
        post = Post(example.text, "", example.kind, practice=example.practice)
        about = heard(post).chance(Category.PHI) >= 0.5
        right += about == bool(example.spans)
    assert right >= 0.95 * len(taught)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Your seat at Friday's class is guaranteed. Call 512-555-0142.", Severity.ESCALATE),
        ("Guaranteed pain relief after your first visit. Call 512-555-0142.", Severity.BLOCK),
    ],
    ids=["a seat", "a result"],
)
def test_a_word_that_the_model_does_not_share_stops_no_short_draft(
    text: str, severity: Severity
) -> None:
    found = checks.run(Post(text), EXAMPLE_PRACTICE)
    assert [f.severity for f in found if f.rule == "claims.guarantee"] == [severity]


def test_a_name_goes_on_behind_an_article() -> None:
    post = Post("Anna the Bear had her surgery today.")
    (name,) = [one for one in heard(post).said if one.identifier is Identifier.NAME]
    assert post.text[name.start : name.end] == "Anna the Bear"
    assert not [one for one in heard(post).said if one.identifier is Identifier.CONTEXT]
