"""The record of decisions: every way to falsify it is found out, in the database and outside."""

import json
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot import ledger as chain
from bot.cli.proving import CUT, spoken
from bot.commands import Request, Topic
from bot.desk import _only_looks, asking
from bot.ledger import GENESIS, Entry, Noted, Proof, Tag
from bot.store import Store, Tx, ledger
from practice import TUESDAY, Bench, said

SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize(
    "store", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
SCRIPT = Path(__file__).parent.parent / "docs" / "verify_ledger.py"


def run(tx: Tx, *statements: str) -> None:
    for statement in statements:
        tx.session.connection().execute(text(statement))


def prove(store: Store, anchor: Noted | None = None) -> Proof:
    with store.read() as tx:
        return ledger.verify(tx, anchor)


def by_script(file: Path, anchor: Noted | None = None) -> tuple[int, str]:
    """What the standalone script says of a file, with nothing but the standard library."""
    noted = ["--anchor", f"{anchor[0]}:{anchor[1]}"] if anchor else []
    command = [sys.executable, "-I", str(SCRIPT), str(file), *noted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def by_us(file: Path, anchor: Noted | None = None) -> tuple[int, str]:
    with file.open("rb") as lines:
        proof = chain.verify(chain.read(lines), anchor)
    note = f"{CUT}\n" if proof.whole and not proof.exported else ""
    return 0 if proof.whole else 1, f"{spoken(proof)}\n{note}"


@pytest.fixture
def record(bench: Bench) -> Store:
    """Six entries: a draft that was rejected with a reason, and one that was approved with one."""
    first = bench.submit()
    bench.press("ada", bench.review("ada", first), "reject", reason="Because.")
    second = bench.submit("Our doors open at nine. Call 512-555-0142.")
    bench.press("ada", bench.review("ada", second), "approve", reason="Good.")
    return bench.desk.store


# What is done to the rows, and the entry that has to be named.
TAMPERINGS: dict[str, tuple[int, list[str]]] = {
    "another actor": (2, ["UPDATE ledger SET actor = 'bea' WHERE seq = 2"]),
    "another act": (3, ["UPDATE ledger SET tag = 'draft:approved' WHERE seq = 3"]),
    "an unknown act": (3, ["UPDATE ledger SET tag = 'draft:blessed' WHERE seq = 3"]),
    "another time": (4, ["UPDATE ledger SET at = '2020-01-01 00:00:00.000000' WHERE seq = 4"]),
    "another draft": (6, ["""UPDATE ledger SET ids = '{"draft": "1"}' WHERE seq = 6"""]),
    "ids of another kind": (6, ["UPDATE ledger SET ids = '[1, 2]' WHERE seq = 6"]),
    "another hash": (1, [f"UPDATE ledger SET hash = '{GENESIS}' WHERE seq = 1"]),
    "another predecessor": (5, [f"UPDATE ledger SET previous = '{GENESIS}' WHERE seq = 5"]),
    "no first entry": (1, ["DELETE FROM ledger WHERE seq = 1"]),
    "one removed": (4, ["DELETE FROM ledger WHERE seq = 4"]),
    "all removed": (1, ["DELETE FROM ledger"]),
    "two swapped": (
        3,
        [
            "UPDATE ledger SET seq = -3 WHERE seq = 3",
            "UPDATE ledger SET seq = 3 WHERE seq = 4",
            "UPDATE ledger SET seq = 4 WHERE seq = -3",
        ],
    ),
    "one put before the first": (1, ["UPDATE ledger SET seq = -1 WHERE seq = 6"]),
    "one inserted": (
        4,
        [
            "UPDATE ledger SET seq = seq + 100 WHERE seq > 3",
            "INSERT INTO ledger SELECT 4, at, actor, tag, draft_id, ids, details_hash,"
            " details_sealed, previous, hash FROM ledger WHERE seq = 3",
            "UPDATE ledger SET seq = seq - 99 WHERE seq > 100",
        ],
    ),
    "no details any more": (3, ["UPDATE ledger SET details_sealed = NULL WHERE seq = 3"]),
    "the details of another entry": (
        6,
        [
            "UPDATE ledger SET details_sealed ="
            " (SELECT l.details_sealed FROM ledger l WHERE l.seq = 3) WHERE seq = 6"
        ],
    ),
}
# These stand beside the chain, so only the database shows them.
BESIDE: dict[str, tuple[int, list[str]]] = {
    "a cut tail": (6, ["DELETE FROM ledger WHERE seq = 6"]),
    "another draft's history": (2, ["UPDATE ledger SET draft_id = 2 WHERE seq = 2"]),
    "another hash of the details": (3, ["UPDATE ledger SET details_hash = 'x' WHERE seq = 3"]),
    "another head": (6, [f"UPDATE head SET hash = '{GENESIS}'"]),
    "a head that is behind": (6, ["UPDATE head SET seq = 5, hash = (%s)"]),
}
BESIDE["a head that is behind"][1][0] %= "SELECT hash FROM ledger WHERE seq = 5"


@SQLITE
@pytest.mark.parametrize("case", [*TAMPERINGS, *BESIDE])
def test_what_was_falsified_is_found_and_the_first_bad_entry_is_named(
    record: Store, tmp_path: Path, case: str
) -> None:
    first_bad, statements = (TAMPERINGS | BESIDE)[case]
    assert prove(record).whole
    with record.write() as tx:
        run(tx, *statements)
    assert prove(record).first_bad == first_bad
    with record.read() as tx:
        export = saved(tmp_path, map(chain.line, ledger.entries(tx)))
    verdict = by_us(export)
    assert verdict == by_script(export)
    assert (verdict[0] == 1) == (case in TAMPERINGS)
    if case in TAMPERINGS:
        assert verdict[1].startswith(f"Broken at entry {first_bad}:")


@POSTGRES
def test_the_same_is_found_on_postgresql(record: Store) -> None:
    found = {}
    for case, (_, statements) in (TAMPERINGS | BESIDE).items():
        with record.write() as tx:
            run(tx, *statements)
            found[case] = ledger.verify(tx).first_bad
            tx.session.rollback()
    assert found == {case: first_bad for case, (first_bad, _) in (TAMPERINGS | BESIDE).items()}
    assert prove(record).whole


def saved(folder: Path, lines: Iterable[str | bytes]) -> Path:
    file = folder / "ledger.jsonl"
    file.write_bytes(b"".join(w.encode() if isinstance(w, str) else w for w in lines))
    return file


@SQLITE
@pytest.mark.parametrize("at", [5, 25, 75, -1], ids=["key id", "own key", "body", "last byte"])
def test_a_changed_ciphertext_is_found_wherever_it_was_changed(record: Store, at: int) -> None:
    flip(record, at)
    assert prove(record).first_bad == 3


def flip(store: Store, at: int) -> None:
    with store.write() as tx:
        connection = tx.session.connection()
        sealed = connection.execute(text("SELECT details_sealed FROM ledger WHERE seq = 3"))
        words = bytearray(sealed.scalar_one())
        words[at] ^= 1
        change = text("UPDATE ledger SET details_sealed = :words WHERE seq = 3")
        connection.execute(change, {"words": bytes(words)})


@SQLITE
@pytest.mark.parametrize("length", [0, 4, 15, 80])
def test_a_shortened_ciphertext_is_found(record: Store, length: int) -> None:
    with record.write() as tx:
        row = tx.session.get(ledger.LedgerRow, 3)
        assert row
        assert row.details_sealed
        row.details_sealed = row.details_sealed[:length]
        tx.session.add(row)
    assert prove(record).first_bad == 3


@SQLITE
def test_an_entry_added_behind_the_programs_back_is_found(record: Store) -> None:
    with record.write() as tx:
        seq, head = ledger.head(tx)
        forged = chain.seal(seq + 1, TUESDAY, "bea", Tag.APPROVED, {"draft": "1"}, "", head)
        insert(tx, forged)
    proof = prove(record)
    assert (proof.first_bad, proof.entries) == (7, 6)
    assert "after the head" in proof.why


def insert(tx: Tx, entry: Entry) -> None:
    row = ledger.LedgerRow(
        seq=entry.seq,
        at=entry.at,
        actor=entry.actor,
        tag=entry.tag,
        draft_id=int(entry.ids["draft"]) if "draft" in entry.ids else None,
        ids=dict(entry.ids),
        details_hash=entry.details,
        previous=entry.previous,
        hash=entry.hash,
    )
    tx.session.add(row)
    tx.session.flush()


@SQLITE
def test_only_a_note_kept_elsewhere_shows_a_tail_cut_by_somebody_thorough(record: Store) -> None:
    with record.read() as tx:
        noted = ledger.head(tx)
    with record.write() as tx:
        run(
            tx,
            "DELETE FROM ledger WHERE seq > 4",
            "UPDATE head SET seq = 4, hash = (SELECT hash FROM ledger WHERE seq = 4)",
        )
    assert prove(record).whole
    proof = prove(record, noted)
    assert (proof.first_bad, proof.entries) == (5, 4)
    assert "ends before the noted entry 6" in proof.why


@SQLITE
def test_only_a_note_kept_elsewhere_shows_a_ledger_that_was_written_anew(
    record: Store, tmp_path: Path
) -> None:
    with record.read() as tx:
        noted = ledger.head(tx)
        entries = [e for e in ledger.entries(tx) if isinstance(e, Entry)]
    forged = resealed([replace(entries[0], actor="bea"), *entries[1:]])
    with record.write() as tx:
        for entry in forged:
            row = tx.session.get(ledger.LedgerRow, entry.seq)
            assert row
            row.actor, row.previous, row.hash = entry.actor, entry.previous, entry.hash
            tx.session.add(row)
        tx.session.flush()
        run(tx, f"UPDATE head SET hash = '{forged[-1].hash}'")
    assert prove(record).whole
    assert prove(record, noted).first_bad == 6
    export = saved(tmp_path, map(chain.line, forged))
    assert by_us(export) == by_script(export)
    assert by_us(export, noted) == by_script(export, noted)
    assert by_script(export, noted)[1].startswith("Broken at entry 6: it is not the noted entry")


def resealed(entries: Iterable[Entry]) -> list[Entry]:
    """The same acts in a chain of their own."""
    made, previous = list[Entry](), GENESIS
    for e in entries:
        made.append(
            chain.seal(e.seq, e.at, e.actor, Tag(e.tag), e.ids, e.details, previous),
        )
        previous = made[-1].hash
    return made


def story(count: int) -> list[Entry]:
    made, previous = list[Entry](), GENESIS
    for n in range(1, count + 1):
        tag = Tag.EXPORTED if n == count else Tag.APPROVED
        ids = {"format": "ledger"} if n == count else {"draft": str(n), "content": "é"}
        at = TUESDAY + timedelta(minutes=n)
        made.append(chain.seal(n, at, "ada", tag, ids, "", previous))
        previous = made[-1].hash
    return made


LINES = [chain.line(e).encode() for e in story(8)]


def changed(line: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(line), **fields}).encode() + b"\n"


FALSE_LINES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "nothing": lambda _: [],
    "an empty line": lambda ls: [*ls[:3], b"\n", *ls[3:]],
    "half a line at the end": lambda ls: [*ls[:7], ls[7][:50]],
    "no line end at the end": lambda ls: [*ls[:7], ls[7].rstrip()],
    "a cut end": lambda ls: ls[:5],
    "a line twice": lambda ls: [*ls[:3], ls[2], *ls[3:]],
    "a line left out": lambda ls: [*ls[:3], *ls[4:]],
    "two lines swapped": lambda ls: [*ls[:3], ls[4], ls[3], *ls[5:]],
    "a key twice": lambda ls: [b'{"seq": 1, ' + ls[0][1:], *ls[1:]],
    "an id twice": lambda ls: [ls[0].replace(b'"ids": {', b'"ids": {"draft": "9", '), *ls[1:]],
    "a further key": lambda ls: [changed(ls[0], note="x"), *ls[1:]],
    "a number as text": lambda ls: [changed(ls[0], seq="1"), *ls[1:]],
    "a number with a point": lambda ls: [changed(ls[0], seq=1.0), *ls[1:]],
    "true for one": lambda ls: [changed(ls[0], seq=True), *ls[1:]],
    "an id as a number": lambda ls: [changed(ls[0], ids={"draft": 1}), *ls[1:]],
    "ids as a list": lambda ls: [changed(ls[0], ids=["draft", "1"]), *ls[1:]],
    "a time in another form": lambda ls: [
        changed(ls[0], at="2026-11-24T16:01:00+00:00"),
        *ls[1:],
    ],
    "no time": lambda ls: [changed(ls[0], at=None), *ls[1:]],
    "a list": lambda ls: [b"[1]\n", *ls[1:]],
    "the keys alone": lambda ls: [json.dumps(list(json.loads(ls[0]))).encode() + b"\n", *ls[1:]],
    "deep nesting": lambda ls: [b"[" * 90_000 + b"\n", *ls[1:]],
    "a very long line": lambda ls: [changed(ls[0], actor="x" * 1_100_000), *ls[1:]],
    "other bytes": lambda ls: [b"\xff\xfe" + ls[0], *ls[1:]],
    "a mark for Windows": lambda ls: [b"\xef\xbb\xbf" + ls[0], *ls[1:]],
    "two spaces": lambda ls: [ls[0].replace(b": ", b":  "), *ls[1:]],
    "half a letter": lambda ls: [changed(ls[0], actor="\ud800"), *ls[1:]],
    "a zero before": lambda ls: [ls[0].replace(b'"seq": 1', b'"seq": 01'), *ls[1:]],
    "not a number": lambda ls: [ls[0].replace(b'"seq": 1', b'"seq": NaN'), *ls[1:]],
    "a huge number": lambda ls: [
        ls[0].replace(b'"seq": 1', b'"seq": ' + b"9" * 5_000),
        *ls[1:],
    ],
}
WHOLE = ("no line end at the end", "a cut end", "two spaces")


@pytest.mark.parametrize("case", FALSE_LINES)
def test_the_script_and_the_program_say_the_same_of_a_file(tmp_path: Path, case: str) -> None:
    file = saved(tmp_path, FALSE_LINES[case](LINES))
    verdict = by_script(file)
    assert verdict == by_us(file)
    assert (verdict[0] == 0) == (case in WHOLE), verdict


def test_a_good_export_is_whole_and_its_cut_end_is_noted(tmp_path: Path) -> None:
    whole, cut = saved(tmp_path, LINES), tmp_path / "cut"
    assert by_script(whole) == (0, f"Whole: 8 entries, head {story(8)[-1].hash}\n")
    cut.write_bytes(b"".join(LINES[:7]))
    assert by_script(cut)[1].endswith(f"{CUT}\n")
    noted = (8, story(8)[-1].hash)
    assert by_script(cut, noted) == by_us(cut, noted)
    assert by_script(cut, noted)[0] == 1


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 7), st.integers(0, 2**32))
def test_no_change_of_a_byte_goes_unseen(line: int, seed: int) -> None:
    dice = random.Random(seed)
    words = bytearray(LINES[line].rstrip())
    words[dice.randrange(len(words))] ^= 1 << dice.randrange(8)
    changed_lines = [*LINES[:line], bytes(words) + b"\n", *LINES[line + 1 :]]
    proof = chain.verify(chain.read(Chunks(changed_lines)))
    same = json_or_none(bytes(words)) == json_or_none(LINES[line])
    assert proof.whole == same
    if not same:
        assert proof.first_bad == line + 1


def json_or_none(words: bytes) -> object:
    try:
        return json.loads(words.decode())
    except ValueError:
        return None


class Chunks:
    """A file of lines in memory."""

    def __init__(self, lines: list[bytes]) -> None:
        self.lines = iter(b"".join(lines).splitlines(keepends=True))

    def readline(self, _: int) -> bytes:
        return next(self.lines, b"")


def test_the_script_is_short_and_stands_alone() -> None:
    code = SCRIPT.read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 100
    lines = [ln for ln in code.splitlines() if ln.startswith(("import ", "from "))]
    imported = {ln.split()[1].split(".")[0] for ln in lines}
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("wrong", [["nowhere.jsonl"], ["FILE", "--anchor", "7"], []])
def test_wrong_use_of_the_script_does_not_end_like_a_proof(
    tmp_path: Path, wrong: list[str]
) -> None:
    file = saved(tmp_path, LINES)
    given_ = [str(file) if word == "FILE" else word for word in wrong]
    command = [sys.executable, "-I", str(SCRIPT), *given_]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert b"Use: python3 -I verify_ledger.py" in done.stderr


@SQLITE
def test_an_export_in_the_chat_ends_with_its_own_entry(bench: Bench, tmp_path: Path) -> None:
    bench.submit()
    answer = bench.do(Request(bench.origin("sam"), Topic.LEDGER, "export"))
    assert answer.file
    file = saved(tmp_path, [answer.file.content])
    assert by_script(file) == by_us(file)
    assert by_script(file)[1].startswith("Whole: 3 entries")
    assert CUT not in by_script(file)[1]
    last = json.loads(answer.file.content.splitlines()[-1])
    assert (last["tag"], last["actor"]) == ("record:exported", "sam")


@SQLITE
def test_a_ledger_too_long_for_the_chat_is_exported_on_the_server(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_ENTRIES", 2)
    bench.submit()
    answer = bench.do(Request(bench.origin("sam"), Topic.LEDGER, "export"))
    assert "signoff ledger export" in said(answer)
    assert answer.file is None
    assert "record:exported" not in bench.tags()


@SQLITE
def test_the_proof_in_the_chat_holds_up_no_writer(bench: Bench) -> None:
    bench.submit()
    assert "The record is whole" in said(bench.do(Request(bench.origin("sam"), Topic.LEDGER)))
    for words, looks in (("", True), ("verify", True), ("export", False), ("EXPORT", False)):
        assert _only_looks(Request(bench.origin("sam"), Topic.LEDGER, words)) == looks


@SQLITE
def test_a_proof_needs_the_same_memory_for_many_entries(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch at a time: what is read is let go of, and nothing is kept per entry."""
    monkeypatch.setattr(ledger, "BATCH", 200)

    def peak() -> int:
        tracemalloc.start()
        assert prove(store).whole
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    extend(store, 2 * ledger.BATCH)
    few = peak()
    extend(store, 8 * ledger.BATCH)
    assert peak() < few * 1.3


def extend(store: Store, count: int) -> None:
    with store.write() as tx:
        seq, previous = ledger.head(tx)
        rows = []
        for n in range(seq + 1, seq + count + 1):
            entry = chain.seal(n, TUESDAY, "ada", Tag.APPROVED, {"draft": "1"}, "", previous)
            previous = entry.hash
            row = {name: getattr(entry, name) for name in ("seq", "at", "actor", "tag", "ids")}
            row |= {"draft_id": 1, "details_hash": "", "previous": entry.previous, "hash": previous}
            rows.append(row)
        tx.session.connection().execute(ledger.LedgerRow.__table__.insert(), rows)
        run(tx, f"UPDATE head SET seq = {seq + count}, hash = '{previous}'")
