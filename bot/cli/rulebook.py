"""`signoff rules`: every rule with its source and its examples, as a list, a page or a folder."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import clock
from checks.values import Kind

if TYPE_CHECKING:
    from checks import Rule
    from checks._rule import Example

STALE_MONTHS = 18


def rules(
    rule: Annotated[str | None, typer.Argument(help="Print this rule's page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    pages: Annotated[Path | None, typer.Option(help="Write a page a rule here.")] = None,
) -> None:
    """List the rules, or print one with its source and examples."""
    import checks

    found = [r for r in checks.catalogue() if rule in (None, r.id)]
    if not found:
        raise typer.BadParameter(f"{rule} is not a rule; `signoff rules` lists them")
    if pages:
        write(pages, found)
    elif as_json:
        typer.echo(json.dumps([_record(r) for r in found], ensure_ascii=False, indent=1))
    elif rule:
        typer.echo(page(found[0]))
    else:
        for r in found:
            old = "  (look its source up again)" if is_stale(r.as_of, clock.now().date()) else ""
            typer.echo(f"{r.id:<36} {r.severity:<9} {r.category:<20} {r.as_of}  {r.summary}{old}")


def is_stale(as_of: str, today: date) -> bool:
    """Whether a source was last looked at more than 18 months ago. `as_of` is YYYY-MM."""
    year, month = map(int, as_of.split("-"))
    return (today.year - year) * 12 + today.month - month > STALE_MONTHS


def write(folder: Path, found: list["Rule"]) -> None:
    """Writes a page a rule and a table of contents, and removes pages of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {f"{r.id}.md": page(r) + "\n" for r in found} | {"README.md": contents(found)}
    for old in folder.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def contents(found: list["Rule"]) -> str:
    """The list of all rules as a Markdown table."""
    lines = [
        "# The rules",
        "",
        "| Rule | Severity | Category | What it finds |",
        "|---|---|---|---|",
    ]
    lines += [f"| [{r.id}]({r.id}.md) | {r.severity} | {r.category} | {r.summary} |" for r in found]
    return "\n".join(lines) + "\n"


def page(rule: "Rule") -> str:
    """The rule as a person reads it, in Markdown."""
    kinds = " and ".join({"post": "posts", "reply": "replies"}[kind] for kind in rule.kinds)
    names = f", identifier {rule.identifier}" if rule.identifier else ""
    parts = [
        f"# {rule.id}",
        rule.summary,
        f"Severity **{rule.severity}**, category `{rule.category}`{names}. Reads {kinds}.",
        f"## Why\n\n{rule.why}",
        f"## Source\n\n{rule.source} (looked up {rule.as_of})",
        "## Flagged\n\n" + "\n".join(map(_example, rule.bad)),
        "## Passed\n\n" + "\n".join(map(_example, rule.good)),
    ]
    if rule.instead:
        swaps = "\n".join(f"- {claim}: {form}" for claim, form in rule.instead.items())
        parts.append(f"## Offered instead\n\n{swaps}")
    if rule.limits:
        parts.append(f"## Limits\n\n{rule.limits}")
    return "\n\n".join(parts)


def _example(example: "Example") -> str:
    words = example.text if len(example.text) <= 300 else example.text[:300] + "..."
    shown = json.dumps(words, ensure_ascii=False)[1:-1].replace("`", "'")
    settings = ["reply"] if example.kind is Kind.REPLY else []
    settings += [f"on {example.platform}"] if example.platform else []
    settings += [f"in {example.state}"] if example.state else []
    settings += ["with a picture"] if example.has_media and not example.alt_texts else []
    settings += [f"with the image description `{alt}`" for alt in example.alt_texts]
    return f"- `{shown}`" + (f" ({', '.join(settings)})" if settings else "")


def _record(rule: "Rule") -> dict[str, object]:
    """The rule as other programs read it."""
    return {
        "id": rule.id,
        "category": rule.category,
        "severity": rule.severity,
        "identifier": rule.identifier,
        "kinds": list(rule.kinds),
        "summary": rule.summary,
        "why": rule.why,
        "source": rule.source,
        "as_of": rule.as_of,
        "stale": is_stale(rule.as_of, clock.now().date()),
        "bad": [e.text for e in rule.bad],
        "good": [e.text for e in rule.good],
        "limits": rule.limits,
    }
