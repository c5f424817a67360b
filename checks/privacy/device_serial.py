"""The serial number of an implant or device.

Why
    Makers and hospitals keep a list of who wears which device.

Source
    45 CFR 164.514(b)(2)(i)(M)

Bad
    We checked a 2011 pacemaker, serial PJN418822H, and it still has four years of battery.
    Pump SN MMT-1780-66201 is up and running. Welcome to the pump life!

Good
    Is your CPAP on the recall list? Look for models made before 2021. Call 512-555-0142.
    Recall: return sunscreen SPF 50, lot 24B0917. Call 512-555-0142.

Limits
    Lot numbers of products for sale are left alone.

As of
    2026-11
"""

import re
from collections.abc import Iterator

from checks._needle import needle
from checks.privacy._said import besides, tied
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.DEVICE

VALUE = r"((?=[A-Z()-]{0,8}\d)[A-Z0-9()][A-Z0-9()/-]{4,40})(?![\w%])"
SERIAL = needle(
    rf"\b(?:serial(?: (?:number|no|num|#))?|s/n|sn|udi|device id|imei|mac address"
    rf"|n[uú]mero de serie)\b\.?(?: (?:is|was))?[:# ]{{0,3}}{VALUE}",
    re.IGNORECASE,
)
LOT = needle(
    rf"\b(?:lot|ref|model no|batch)\b\.?(?: (?:number|no|num))?[:# ]{{1,3}}{VALUE}", re.IGNORECASE
)
WORN = re.compile(
    r"\b(?:implant\w{0,4}|pacemaker|hip|knee|stent|valve|breast|joint|screw|plate|lens"
    r"|pump|his|her|icd|filler|syringe|device)\b",
    re.IGNORECASE,
)
RECALL = re.compile(r"\brecall|\breturn(?:s|ed)?\b|\brefund", re.IGNORECASE)


def find(post: Post) -> Marks:
    yield from besides(
        post, tied(post, _found(post)), "Take out the serial number.", Identifier.DEVICE
    )


def _found(post: Post) -> Iterator[tuple[int, int]]:
    for match in SERIAL.within(post):
        yield match.span(1)
    for match in LOT.within(post):
        near = post.text[max(0, match.start() - 80) : match.end() + 40]
        worn = WORN.search(near)
        if worn and not RECALL.search(post.text):
            yield match.span(1)
