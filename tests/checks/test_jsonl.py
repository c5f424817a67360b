"""The stream check answers every line, in order, whatever the line is."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot import jsonl
from bot.jsonl import check_lines
from checks.values import Practice

PHI = "So proud of Maria Lopez, six weeks after her knee surgery! Call us at 512-555-0142."


def answers(data: bytes, workers: int = 1) -> list[dict[str, object]]:
    sink = io.BytesIO()
    check_lines(io.BytesIO(data), sink, Practice(), workers)
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_a_finding_says_where_it_is_in_code_points() -> None:
    text = "🎉🎉 " + PHI
    (answer,) = answers(line(id="a", text=text))
    found = [f for f in answer["findings"] if f.get("identifier") == "NAME"]  # type: ignore[attr-defined]
    assert answer["verdict"] == "blocked"
    assert text[found[0]["start"] : found[0]["end"]] == "Maria Lopez"


def test_answers_keep_the_order_of_the_lines() -> None:
    data = b"".join(line(id=n, text=f"Flu shots on day {n}. Call 512-555-0142.") for n in range(40))
    assert [a["id"] for a in answers(data)] == list(range(40))


HOSTILE = {
    "not json": b"{nonsense\n",
    "not an object": b"[1, 2]\n",
    "not utf-8": b'{"id": 1, "text": "\xff\xfe"}\n',
    "no id": b'{"text": "Hello"}\n',
    "id is a list": b'{"id": [1], "text": "Hello"}\n',
    "id is true": b'{"id": true, "text": "Hello"}\n',
    "no text": b'{"id": 1}\n',
    "text is a number": b'{"id": 1, "text": 5}\n',
    "text is too long": line(id=1, text="a" * 20_001),
    "unknown kind": b'{"id": 1, "text": "Hello", "kind": "poem"}\n',
    "kind is a list": b'{"id": 1, "text": "Hello", "kind": ["post"]}\n',
    "platform is a number": b'{"id": 1, "text": "Hello", "platform": 7}\n',
    "nan": b'{"id": NaN, "text": "Hello"}\n',
    "deep nesting": b'{"id": 1, "text": ' + b"[" * 50_000 + b"\n",
    "a number of ten thousand digits": b'{"id": ' + b"9" * 10_000 + b', "text": "Hello"}\n',
    "a huge line": b'{"id": 1, "text": "' + b"a" * (2 * jsonl.LONGEST_LINE) + b'"}\n',
}


@pytest.mark.parametrize("bad", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_line_that_cannot_be_checked_is_answered_and_the_next_is_checked(bad: bytes) -> None:
    first, second = answers(bad + line(id="next", text="Flu shots today. Call 512-555-0142."))
    assert first["verdict"] == "unchecked"
    assert first["error"]
    assert second["id"] == "next"
    assert second["verdict"] != "unchecked"


def test_an_error_repeats_nothing_of_the_line() -> None:
    (answer,) = answers(b'{"id": 1, "text": "Canary", "kind": "canarykind"}\n')
    assert "canary" not in json.dumps(answer).lower()


def test_a_line_without_an_id_is_told_that_it_has_none() -> None:
    (answer,) = answers(b'{"text": "Hello"}\n')
    assert "no 'id'" in str(answer["error"])


def test_half_characters_do_no_harm() -> None:
    (answer,) = answers(b'{"id": "\\ud800", "text": "\\ud83d and Maria Lopez after her surgery"}\n')
    assert answer["verdict"] == "blocked"


def test_blank_lines_are_passed_over() -> None:
    assert len(answers(b"\n  \n" + line(id=1, text="Hello there") + b"\n")) == 1


def test_a_last_line_without_an_end_is_answered() -> None:
    assert len(answers(line(id=1, text="Hello there").rstrip(b"\n"))) == 1


def test_several_processes_give_the_same_answers_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jsonl, "BATCH", 5)
    texts = [PHI, "Flu shots today. Call 512-555-0142.", "MRN 0045512"]
    data = b"".join(line(id=n, text=texts[n % 3]) for n in range(30)) + b"{broken\n"
    assert answers(data, workers=2) == answers(data, workers=1)


def test_whoever_waits_for_an_answer_gets_it_before_the_next_line_and_many_are_shared_out() -> None:
    command = [sys.executable, "-m", "bot", "check", "--jsonl", "--workers", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout

        def sent(*numbers: int) -> list[int]:
            many = b"".join(line(id=n, text=f"Flu shots on day {n}.") for n in numbers)
            process.stdin.write(many + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return [json.loads(process.stdout.readline())["id"] for _ in numbers]  # type: ignore[union-attr]

        assert sent(1) == [1]
        assert sent(2) == [2]
        assert jsonl.START != "fork" or children(process.pid) == 0
        many = range(3, 3 + 3 * jsonl.BATCH)
        assert sent(*many) == list(many)
        assert jsonl.START != "fork" or children(process.pid) == 2
        assert sent(200) == [200]
        process.stdin.write(line(id=201, text="Hello there").rstrip(b"\n"))
        rest, _ = process.communicate()
    assert [json.loads(answer)["id"] for answer in rest.splitlines()] == [201]


def children(parent: int) -> int:
    return len(Path(f"/proc/{parent}/task/{parent}/children").read_text().split())


def test_a_check_waits_for_no_database_library() -> None:
    code = """
import sys, typer, bot.__main__
typer.main.get_command(bot.__main__.app).commands["check"]
print(*{"sqlalchemy", "alembic", "aiohttp", "bot.cli.checking"} & sys.modules.keys())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["bot.cli.checking"]
