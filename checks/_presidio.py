"""Presidio's recognizers for numbers whose shape and check digits it knows well, one at a time.

Whose number it is, Presidio cannot tell; that is what `checks._reader` is for. Every way to the
network is closed, and its language engine, which this needs not, is never built.
"""

import logging
from collections.abc import Iterator
from functools import cache
from typing import Any


@cache
def _recognizer(name: str) -> Any:
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    import tldextract.tldextract as tld
    from presidio_analyzer import predefined_recognizers

    tld.TLD_EXTRACTOR.suffix_list_urls = ()
    return getattr(predefined_recognizers, name)()


def recognized(name: str, entity: str, text: str, floor: float = 0.0) -> Iterator[tuple[int, int]]:
    """What one of Presidio's recognizers finds in the text, with at least this score."""
    for result in _recognizer(name).analyze(text, [entity], None) or ():
        if result.score >= floor:
            yield result.start, result.end
