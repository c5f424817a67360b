"""Measures the proof of a large ledger: `make bench-ledger`, or `python -m bench.ledger 100000`.

Builds a ledger in a temporary SQLite file, then verifies and exports it by the commands that
people use, each in a process of its own, and prints seconds and peak memory. Times are of this
machine. A short ledger stands beside the long one: memory is flat when both need the same.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, update

from bot import ledger
from bot.ledger import GENESIS, Tag
from bot.store import KeyRing, Store, schema
from bot.store.crypto import body_hash
from bot.store.tables import HeadRow, LedgerRow

SHORT, LONG = 1_000, 1_000_000
BATCH = 10_000
START = datetime(2026, 1, 5, 15, tzinfo=UTC)
REASON = b'{"reason": "Please name the opening hours, and say who may call for an appointment."}'
SCRIPT = Path(__file__).parent.parent / "docs" / "verify_ledger.py"


@dataclass(frozen=True)
class Measured:
    what: str
    entries: int
    seconds: float
    processor: float
    megabytes: float


def rows(count: int, keys: KeyRing) -> Iterator[dict[str, object]]:
    """The way of one draft after the other: submitted, routed, approved with a reason."""
    previous = GENESIS
    acts = ((Tag.SUBMITTED, "maria"), (Tag.ROUTED, "signoff"), (Tag.APPROVED, "ada"))
    for seq in range(1, count + 1):
        tag, actor = acts[seq % 3]
        sealed = keys.seal(f"ledger.details/{seq}", REASON) if tag is Tag.APPROVED else None
        details = body_hash(sealed) if sealed else ""
        ids = {"draft": str(seq // 3 + 1), "version": "1", "content": GENESIS}
        at = START + timedelta(minutes=seq)
        entry = ledger.seal(seq, at, actor, tag, ids, details, previous)
        previous = entry.hash
        yield {
            **{name: getattr(entry, name) for name in ("seq", "at", "actor", "tag", "ids")},
            "draft_id": seq // 3 + 1,
            "details_hash": details,
            "details_sealed": sealed,
            "previous": entry.previous,
            "hash": entry.hash,
        }


def build(folder: Path, count: int, keys: KeyRing) -> None:
    store = Store(f"sqlite:///{folder / 'signoff.db'}", keys)
    schema.upgrade(store)
    made = rows(count, keys)
    while batch := list(islice(made, BATCH)):
        with store.write() as tx:
            tx.session.connection().execute(insert(LedgerRow), batch)
            head = update(HeadRow).values(seq=batch[-1]["seq"], hash=batch[-1]["hash"])
            tx.session.connection().execute(head)
    store.close()
    settings = f"database: sqlite:///{folder / 'signoff.db'}\nretention: {{texts: 90 days}}\n"
    (folder / "app.yaml").write_text(settings)


def measured(what: str, entries: int, command: list[str], out: str = os.devnull) -> Measured:
    """How long a command takes by the clock and on the processor, and the most memory it held,
    looked at every few milliseconds.
    """
    began, peak, ended = time.perf_counter(), 0.0, 0
    with Path(out).open("wb") as file:
        process = subprocess.Popen(command, stdout=file)
        while not ended:
            peak = max(peak, memory(process.pid))
            time.sleep(0.005)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{what} ended with {process.returncode}")
    seconds = time.perf_counter() - began
    return Measured(what, entries, seconds, usage.ru_utime + usage.ru_stime, peak)


def memory(pid: int) -> float:
    """Peak resident megabytes of a process; nothing where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def measure(count: int) -> Iterator[Measured]:
    signoff = [sys.executable, "-m", "bot"]
    with tempfile.TemporaryDirectory() as name:
        folder, key = Path(name), KeyRing.new()
        os.environ["SIGNOFF_KEYS"] = key
        began = time.perf_counter()
        build(folder, count, KeyRing.parse(key))
        print(f"built {count:,} entries in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        config, export = ["--config", str(folder / "app.yaml")], folder / "ledger.jsonl"
        verify = [*signoff, "ledger", "verify"]
        yield measured("signoff ledger verify", count, [*verify, *config])
        command = [*signoff, "ledger", "export", *config]
        yield measured("signoff ledger export", count, command, str(export))
        yield measured("signoff ledger verify FILE", count, [*verify, str(export)])
        script = [sys.executable, "-I", str(SCRIPT), str(export)]
        yield measured("docs/verify_ledger.py FILE", count, script)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LONG
    print(f"{'command':<28} {'entries':>10} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}")
    for row in [*measure(SHORT), *measure(count)]:
        times = f"{row.seconds:>8.1f} {row.processor:>8.1f}"
        print(f"{row.what:<28} {row.entries:>10,} {times} {row.megabytes:>8.0f}")


if __name__ == "__main__":
    main()
