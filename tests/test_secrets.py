"""Nothing a person wrote is left in logs, files, ledger, metrics or notification previews."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from prometheus_client import generate_latest

from bot import sweeps
from bot.commands import Chat, Request, Revise, Revoke, Submit, Topic
from bot.config import App
from bot.desk import Desk
from bot.ledger import to_json
from bot.outbox import Later, Outbox, Parcel, Receipt, Undeliverable
from bot.store import Store, ledger
from practice import BLOCK, ESCALATE, Bench, Clock, button

CANARIES = ("Zebulon", "quokka", "heliotrope", "Ximenia", "marzipan", "Reyes", "Ortiz")
DRAFT = "Zebulon Quokkason came in for quokka bites. heliotrope Call 512-555-0142."
REASON = "Ximenia says marzipan"


class Platform:
    """A platform that sometimes is away and sometimes does not know a person."""

    chat = Chat.WEB

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []

    async def deliver(self, parcel: Parcel) -> Receipt:
        self.parcels.append(parcel)
        if len(self.parcels) % 5 == 0:
            raise Later("busy", 0.0)
        if parcel.user == "sam":
            raise Undeliverable("unknown")
        if len(self.parcels) % 7 == 0:
            raise RuntimeError(f"platform says {parcel.card}")
        return Receipt(parcel.user, parcel.key)


@pytest.fixture
def log() -> io.StringIO:
    words = io.StringIO()
    handler = logging.StreamHandler(words)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(words))
    yield words
    logging.getLogger().removeHandler(handler)
    structlog.reset_defaults()


async def test_canaries_are_found_nowhere(
    file_store: Store, app: App, tmp_path: Path, log: io.StringIO
) -> None:
    bench = Bench(Desk(file_store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    platform = Platform()
    outbox = Outbox(file_store, bench.desk.roster, {Chat.WEB: platform})
    first = bench.submit(DRAFT, BLOCK)
    revise = button(bench.card("maria", f"draft/{first}/v1"), "revise")
    assert revise.asks[0].value == DRAFT
    bench.press("maria", bench.card("maria", f"draft/{first}/v1"), "dispute", reason=REASON)
    reported = bench.card("sam", f"exception/{first}/v1")
    bench.press("sam", reported, "add-person", colleague=REASON)
    bench.do(Request(bench.origin("sam"), Topic.EXCEPTIONS))
    bench.do(Revoke(bench.origin("priya"), 1))
    bench.press("priya", bench.review("priya", first), "override", reason=REASON)
    bench.press("ada", bench.review("ada", first), "reject", reason=REASON)
    second = bench.submit(DRAFT + " Again", ESCALATE)
    bench.do(Revise(bench.origin("maria"), second, DRAFT + " Once more"))
    bench.check()
    bench.press("ada", bench.review("ada", second), "approve")
    bench.press(
        "maria",
        bench.card("maria", f"news/{second}/v2"),
        "posted",
        link="https://example.com/heliotrope",
    )
    bench.do(Submit(bench.origin("stranger"), DRAFT))
    for topic in (Topic.REPORT, Topic.EXPORT, Topic.LEDGER, Topic.TRAINING):
        bench.do(Request(bench.origin("sam"), topic))
    sweeps.sweep(bench.desk)
    for _ in range(4):
        await outbox.run_once(100)
    with file_store.read() as tx:
        export = "\n".join(json.dumps(to_json(e)) for e in ledger.entries(tx))
    found = {
        "log": log.getvalue(),
        "ledger": export,
        "metrics": generate_latest().decode(),
        "previews": "\n".join(p.card.preview + p.key for p in platform.parcels),
    }
    found |= _files(tmp_path)
    assert any(name.endswith("db") for name in found)
    assert "parked" in found["log"]
    for place, words in found.items():
        for canary in CANARIES:
            assert canary.casefold() not in words.casefold(), f"{canary} is in the {place}"


def _files(folder: Path) -> dict[str, str]:
    return {f.name: f.read_bytes().decode("latin-1") for f in folder.iterdir()}
