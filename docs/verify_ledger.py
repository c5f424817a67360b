"""Verifies an exported ledger with Python's standard library alone:

    python3 -I verify_ledger.py signoff-ledger.jsonl [--anchor SEQ:HASH]

An export is one JSON object a line. Each entry carries the hash of the one before it and its own:
SHA-256 over the JSON array of its number, time, actor, tag, ids (sorted by name), hash of its
encrypted details, and previous hash, in ASCII without spaces. The first follows 64 zeros. An
anchor is the number and hash of an entry that was noted elsewhere, such as in the daily note to
the admins: it shows whether the end was cut or all of it written anew.

Ends with 0 when the ledger is whole, with 1 when it is not, and with 2 for wrong use.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable
from datetime import datetime

LONGEST_LINE = 1_000_000  # bytes
FIELDS = {"seq", "at", "actor", "tag", "ids", "details", "previous", "hash"}
CUT = "Note: the last entry is not that of an export, so the end may be cut; compare an anchor."


def once(pairs: list) -> dict:
    """A JSON object in which no key is said twice."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key is said twice")
    return dict(pairs)


parse = json.JSONDecoder(object_pairs_hook=once).decode
write = json.JSONEncoder(separators=(",", ":")).encode


def entry_in(line: bytes) -> dict | None:
    """The entry in a line, or None when it is not one that an export would write."""
    try:
        entry = parse(line.decode())
        texts = [entry[name] for name in FIELDS - {"seq", "ids"}]
        texts += [word for pair in entry["ids"].items() for word in pair]
        at = datetime.fromisoformat(entry["at"]).isoformat(timespec="microseconds")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    fits = set(entry) == FIELDS and type(entry["seq"]) is int and at == entry["at"]
    return entry if fits and all(isinstance(text, str) for text in texts) else None


def hash_of(entry: dict) -> str:
    row = [entry["seq"], entry["at"], entry["actor"], entry["tag"]]
    row += [dict(sorted(entry["ids"].items())), entry["details"], entry["previous"]]
    return hashlib.sha256(write(row).encode()).hexdigest()


def fault(entry: dict | None, seq: int, previous: str, anchor: tuple[int, str]) -> str:
    """What is wrong with the entry that should be number `seq`, or nothing."""
    if entry is None:
        return "what stands there is not a ledger entry"
    if entry["seq"] != seq:
        return f"entry {entry['seq']} stands there, so one is missing, added or out of order"
    if entry["previous"] != previous:
        return "it does not follow the entry before it"
    if entry["hash"] != hash_of(entry):
        return "its content does not match its hash"
    return "it is not the noted entry" if seq == anchor[0] and entry["hash"] != anchor[1] else ""


def verify(lines: Iterable[bytes], anchor: tuple[int, str]) -> tuple[int, str]:
    """(exit code, what to say of an export)"""
    seq, head, why, last = 0, "0" * 64, "the file holds no entry", {}
    for line in lines:
        if why := fault(entry := entry_in(line), seq + 1, head, anchor):
            break
        seq, head, last = seq + 1, entry["hash"], entry
    if not why and seq < anchor[0]:
        why = f"the ledger ends before the noted entry {anchor[0]}"
    if why:
        return 1, f"Broken at entry {seq + 1}: {why} ({seq:,} entries before hold)"
    closed = last["tag"] == "record:exported" and last["ids"].get("format") == "ledger"
    return 0, f"Whole: {seq:,} entries, head {head}" + ("" if closed else f"\n{CUT}")


def main() -> int:
    given = re.fullmatch(r"(.+?)(?: --anchor ([0-9]{1,18}):(\S{64}))?", " ".join(sys.argv[1:]))
    try:
        with open(given[1] if given else "", "rb") as file:
            lines = iter(lambda: file.readline(LONGEST_LINE), b"")
            code, said = verify(lines, (int(given[2] or 0), given[3] or ""))
    except OSError as error:
        code, said = 2, f"{error}\nUse: {__doc__.splitlines()[2].strip()}"
    print(said, file=sys.stderr if code == 2 else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
