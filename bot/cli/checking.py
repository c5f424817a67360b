"""`signoff check`: the checks without any chat."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import clock
from bot.cli import settings
from bot.verdicts import UNCHECKED, Verdict, judge

EXIT = {Verdict.CLEAR: 0, Verdict.REVIEW: 1, Verdict.BLOCKED: 2}
HEADLINE = {
    Verdict.CLEAR: "Clear: nothing stands in the way.",
    Verdict.REVIEW: "Review: an approver has to look at this.",
    Verdict.BLOCKED: "Blocked: this has to change before it can go out.",
}


def check(
    text: Annotated[
        str | None, typer.Argument(help="The draft; left out, it is read from stdin.")
    ] = None,
    platform: Annotated[str, typer.Option(help="Where the post is meant to go.")] = "",
    kind: Annotated[str, typer.Option(help="post or reply")] = "post",
    source: Annotated[Path | None, typer.Option(help="Text or HTML that it draws on.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read and write JSON Lines.")] = False,
    workers: Annotated[int, typer.Option(help="Processes for --jsonl; 0: one per core.")] = 0,
    config: Annotated[Path | None, typer.Option("--config", help="The practice.")] = None,
) -> None:
    """Check one draft, or many as JSON Lines. Exit 0: clear, 1: review, 2: blocked.

    With --jsonl 0 means that all lines were checked and 1 that some could not be.
    """
    import checks
    from checks.values import Kind, Post, Practice

    practice = settings(config).checked_as() if config else Practice(today=_today())
    fault = _what_does_not_work()
    if jsonl:
        from bot.jsonl import UNCHECKED as NOT_CHECKED
        from bot.jsonl import Pipe, check_lines

        lines, sink = Pipe(sys.stdin.fileno()), sys.stdout.buffer
        tally = check_lines(lines, sink, practice, workers=workers or _cores(), fault=fault)
        raise typer.Exit(1 if NOT_CHECKED in tally.verdicts else 0)
    if kind not in tuple(Kind):
        raise typer.BadParameter("must be post or reply", param_hint="--kind")
    words = text if text is not None else sys.stdin.read(100_000)
    drawn_on = _text_of(source) if source else ""
    post = Post(words, platform=platform, kind=Kind(kind), source=drawn_on, practice=practice)
    seen = checks.examine(post, practice)
    findings = (*seen.findings, UNCHECKED) if fault else seen.findings
    verdict = judge(findings)
    typer.echo(HEADLINE[verdict])
    for f in findings:
        place = f" at {f.start}-{f.end}" if f.end > f.start else ""
        typer.echo(f"  {f.severity:<8} {f.rule}{place}: {f.message}")
    if seen.mended and not fault:
        typer.echo(f"A version that would pass:\n  {seen.mended.text}")
    raise typer.Exit(EXIT[verdict])


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        message = f"{path} cannot be read as text"
        raise typer.BadParameter(message, param_hint="--source") from None


def _what_does_not_work() -> str:
    """What keeps a rule from working on this machine, a missing model say; empty when all work."""
    import checks

    try:
        checks.warm()
    except checks.CannotCheck as problem:
        typer.echo(f"signoff: {problem}. Until then a person has to read every draft.", err=True)
        return str(problem)
    return ""


def _cores() -> int:
    """The cores this process may use."""
    on_linux = getattr(os, "sched_getaffinity", None)
    return len(on_linux(0)) if on_linux else os.cpu_count() or 1


def _today() -> str:
    return clock.now().date().isoformat()
