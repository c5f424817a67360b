"""Cards become Adaptive Cards that Teams accepts, and nobody's words become markup."""

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.teams import render
from adapters.teams.answers import brief
from adapters.teams.manifest import COMMANDS, manifest, package
from adapters.teams.pictures import BYTES, shrink
from bot.cards import (
    Action,
    Ask,
    Block,
    Card,
    Change,
    Edit,
    Facts,
    Findings,
    Para,
    Picture,
    Quote,
    Shown,
    Tone,
    Verb,
)

HOSTILE = (
    "<at>everyone</at> @everyone <!channel> **bold** [link](https://evil.example.com) "
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} ![x](https://evil.example.com/x.png) &lt;b&gt; `code`"
)
DRAFT = "Flu shots are here.\n\nCall 512-555-0142 to book.\nSee you soon!"


def png(side: int, noise: bool = False) -> bytes:
    """A square picture: one colour, or noise that no compression helps."""
    seed = 1
    lines = []
    for _ in range(side):
        line = bytearray(b"\0")
        for _ in range(side * 3):
            seed = (seed * 1_103_515_245 + 12_345) % 2**31
            line.append(seed >> 16 & 255 if noise else 128)
        lines.append(bytes(line))

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"".join(lines)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def reason(label: str) -> tuple[Ask, ...]:
    return (Ask("reason", label, hint="One sentence is enough", limit=500),)


DATA = {"draft": "7", "version": "2", "hash": "abc"}
REVIEW = Card(
    "Please review draft 7",
    "Signoff: a draft is waiting for you",
    (
        Para("Maria Ortiz sent this for Facebook. It is due today at 4 pm."),
        Facts((("Draft", "7, version 2"), ("Platform", "Facebook"), ("Kind", "post"))),
        Quote(DRAFT, "The draft"),
        Change(
            (
                (Edit.SAME, "Flu shots are "),
                (Edit.REMOVED, "coming"),
                (Edit.ADDED, "here"),
                (Edit.SAME, ".\nCall us."),
            ),
            "What changed since version 1",
        ),
        Findings(
            (
                Shown("block", "A record number", "4••••••", "Take it out.", "privacy.mrn"),
                Shown("escalate", "A patient's story", "", "Show it to privacy.", "rights.story"),
                Shown("warn", "No way to act", "", "Add the phone number.", "brand.call"),
                Shown("tip", "Long sentences", "", "Shorten one or two.", "brand.reading"),
            )
        ),
    ),
    (
        Action(Verb.APPROVE, "Approve", DATA, Tone.GOOD),
        Action(Verb.REQUEST_CHANGES, "Request changes", DATA, asks=reason("What should change?")),
        Action(Verb.REJECT, "Reject", DATA, Tone.BAD, reason("Why not?")),
    ),
    Tone.WARN,
)
APPROVED = Card(
    "Draft 7 is approved",
    "Signoff: your draft was decided",
    (
        Para("Ada Reyes approved version 2. Post it as it stands here.", Tone.GOOD),
        Quote(DRAFT, "Copy this text", copy=True),
        Para("Type `queue` to see what else is open."),
    ),
    (Action(Verb.POSTED, "I posted it", {"draft": "7"}, asks=(Ask("link", "Link", lines=1),)),),
    Tone.GOOD,
)
REPORT = Card(
    "The last 30 days",
    "Signoff: a report",
    (
        Facts((("Drafts", "41"), ("Median time to decision", "38 min"), ("*Flag* rate", "12 %"))),
        Picture(png(64), "A chart: 30 approved, 6 returned, 5 waiting."),
    ),
)
SAMPLES = {"review": REVIEW, "approved": APPROVED, "report": REPORT}


def walk(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def of_type(card: object, kind: str) -> list[dict[str, Any]]:
    return [x for x in walk(card) if x.get("type") == kind]


def runs(card: object) -> str:
    """All text runs, a line for each block."""
    blocks = of_type(card, "RichTextBlock")
    return "\n".join("".join(run["text"] for run in b["inlines"]) for b in blocks)


def card(*body: Block, **changes: Any) -> dict[str, object]:
    return render.adaptive(Card("Title", "Signoff: preview", body, **changes))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_card_is_of_a_version_and_size_that_teams_shows(sample: Card) -> None:
    made = render.adaptive(sample)
    assert (made["type"], made["version"]) == ("AdaptiveCard", "1.5")
    assert made["fallbackText"] == sample.preview
    assert render.size(made) <= 28_000
    names = [x["id"] for x in walk(made) if str(x.get("type", "")).startswith("Input.")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_notification_shows_the_preview_and_no_more(sample: Card) -> None:
    message = render.message(sample)
    assert message["summary"] == sample.preview
    assert "text" not in message


def test_a_draft_is_shown_line_by_line_as_it_was_written() -> None:
    made = card(Quote(DRAFT))
    assert runs(made) == DRAFT.replace("\n\n", "\n")
    spacings = [b["spacing"] for b in of_type(made, "RichTextBlock")]
    assert spacings == ["None", "Medium", "None"]


@pytest.mark.parametrize(
    "block",
    [Quote(HOSTILE), Quote(HOSTILE, copy=True), Change(((Edit.SAME, HOSTILE),))],
    ids=["a quote", "a text to copy", "a change"],
)
def test_a_persons_words_are_never_markup(block: Block) -> None:
    made = card(block)
    assert runs(made) == HOSTILE
    assert all("everyone" not in b["text"] for b in of_type(made, "TextBlock"))
    assert not [x for x in walk(made) if x.get("type") == "Image" or "entities" in x]


def test_no_text_run_can_be_taken_for_a_date() -> None:
    made = card(Quote(HOSTILE), Para(HOSTILE), Change(((Edit.ADDED, HOSTILE),)))
    assert all("{{" not in run["text"] for run in of_type(made, "TextRun"))


def test_text_to_copy_is_in_fixed_width() -> None:
    assert {r["fontType"] for r in of_type(card(Quote(DRAFT, copy=True)), "TextRun")} == {
        "Monospace"
    }


def test_what_was_added_and_removed_can_be_told_without_colour() -> None:
    made = card(Change(((Edit.REMOVED, "old"), (Edit.ADDED, "new"), (Edit.SAME, "both"))))
    old, new, both = of_type(made, "TextRun")
    assert old["strikethrough"]
    assert new["underline"]
    assert "strikethrough" not in both
    assert "underline" not in both


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tom Brennan PA", "Tom Brennan PA"),
        ("Dr. Anne-Marie O'Hara (day)", "Dr. Anne-Marie O'Hara (day)"),
        ("**Eve**", r"\*\*Eve\*\*"),
        ("[Eve](https://evil.example.com)", r"\[Eve\](https://evil.example.com)"),
        ("_Eve_ `x` # > <at>", r"\_Eve\_ \`x\` # \> \<at\>"),
        ("1. Eve", r"1\. Eve"),
        ("- Eve", r"\- Eve"),
        ("{{DATE(2026)}}", r"\{\{DATE(2026)\}\}"),
        ("a &lt; b", r"a \&lt; b"),
        ("fish & chips", "fish & chips"),
    ],
)
def test_a_name_in_our_own_words_is_no_markdown(text: str, shown: str) -> None:
    made = card(Facts(((text, text),)))
    assert of_type(made, "FactSet")[0]["facts"] == [{"title": shown, "value": shown}]
    titled = render.adaptive(Card(text, "preview"))
    assert of_type(titled, "TextBlock")[0]["text"] == shown
    if "`" not in text:
        assert runs(card(Para(text))) == text


def test_typed_words_in_a_paragraph_are_in_fixed_width() -> None:
    made = card(Para("Type `queue` now."))
    assert [(r["text"], r.get("fontType")) for r in of_type(made, "TextRun")] == [
        ("Type ", None),
        ("queue", "Monospace"),
        (" now.", None),
    ]


def test_a_finding_says_its_severity_in_a_word() -> None:
    made = render.adaptive(REVIEW)
    for word in ("Block · A record number", "Warn · No way to act", "Tip · Long sentences"):
        assert word in runs(made)
    assert "4••••••" in runs(made)


def test_every_button_has_an_older_kind_to_fall_back_to() -> None:
    made = render.adaptive(REVIEW)
    executes = of_type(made, "Action.Execute")
    assert [e["title"] for e in executes] == ["Approve", "Request changes", "Reject"]
    for action in executes:
        assert action["fallback"]["type"] == "Action.Submit"
        assert action["fallback"]["data"] == {**action["data"], "verb": action["verb"]}


def test_a_button_that_asks_unfolds_its_own_inputs() -> None:
    made = render.adaptive(REVIEW)
    change, reject = of_type(made, "Action.ShowCard")
    (field,) = of_type(reject, "Input.Text")
    assert field == {
        "type": "Input.Text",
        "id": "a2.reason",
        "label": "Why not?",
        "isRequired": True,
        "errorMessage": "Please fill in: Why not?",
        "placeholder": "One sentence is enough",
        "isMultiline": True,
        "maxLength": 500,
    }
    assert of_type(reject, "Action.Execute")[0]["data"] == {**DATA, "form": "a2"}
    assert (change.get("style"), reject["style"]) == (None, "destructive")


def test_a_choice_is_a_list_to_choose_from() -> None:
    ask = Ask("kind", "Kind", value="post", options=(("post", "A post"), ("reply", "A reply")))
    made = render.form(Action(Verb.SUBMIT, "Send", asks=(ask,)))
    (field,) = of_type(made, "Input.ChoiceSet")
    assert field["choices"] == [
        {"title": "A post", "value": "post"},
        {"title": "A reply", "value": "reply"},
    ]
    assert (field["value"], field["id"]) == ("post", "a0.kind")


def test_more_than_six_buttons_stand_in_rows() -> None:
    many = tuple(Action(Verb.QUIZ, f"Answer {n}", {"choice": str(n)}) for n in range(8))
    made = card(actions=many)
    assert "actions" not in made
    assert [len(s["actions"]) for s in of_type(made, "ActionSet")] == [6, 2]


@pytest.mark.parametrize(
    "text", ["x" * 20_000, "é" * 20_000, "💉" * 20_000, "a\n" * 10_000, '"\\' * 10_000]
)
def test_the_longest_draft_fits_or_is_visibly_shortened(text: str) -> None:
    revise = Action(
        Verb.REVISE, "Revise", {"draft": "7"}, asks=(Ask("text", "Text", limit=20_000, value=text),)
    )
    made = card(Quote(text), Change(((Edit.SAME, text),)), actions=(revise,))
    assert render.size(made) <= render.SIZE_LIMIT
    shown = runs(made)
    if text not in shown:
        assert "more characters are not shown here" in shown
    (field,) = of_type(made, "Input.Text")
    assert field.get("value", "") in ("", text)


def test_the_note_counts_what_is_not_shown() -> None:
    made = card(Quote("x" * 40_000))
    assert "… 20,000 more characters are not shown here." in runs(made)


def test_many_findings_fit() -> None:
    shown = Shown("warn", "A finding " * 10, "x•••", "Do this. " * 30, "some.rule")
    made = card(Findings((shown,) * 300))
    assert render.size(made) <= render.SIZE_LIMIT
    assert "more like these" in runs(made)


def test_a_picture_travels_with_its_text() -> None:
    (image,) = of_type(render.adaptive(REPORT), "Image")
    assert image["altText"] == "A chart: 30 approved, 6 returned, 5 waiting."
    data = image["url"].removeprefix("data:image/png;base64,")
    assert base64.b64decode(data) == png(64)


def test_a_large_chart_is_made_smaller() -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), dpi=160)
    axes = figure.add_subplot()
    for n in range(6):
        axes.plot(range(50), [(x * (n + 3)) % 17 for x in range(50)])
    made = io.BytesIO()
    figure.savefig(made, format="png")
    assert len(made.getvalue()) > BYTES
    smaller = shrink(made.getvalue())
    assert smaller is not None
    assert len(smaller) <= BYTES
    drawn = card(Picture(made.getvalue(), "A chart"))
    assert of_type(drawn, "Image")
    assert render.size(drawn) <= render.SIZE_LIMIT


@pytest.mark.parametrize(
    "picture", [png(400, noise=True), b"x" * (BYTES + 1)], ids=["noise", "not a picture"]
)
def test_a_picture_that_cannot_be_sent_leaves_its_text(picture: bytes) -> None:
    made = card(Picture(picture, "A chart: 30 approved."))
    assert of_type(made, "Image") == []
    assert runs(made) == "Picture: A chart: 30 approved."


def test_an_empty_card_is_still_a_card() -> None:
    made = card(Quote(""), Para(""), Facts((("", ""),)), Change(()), Findings(()))
    assert json.dumps(made)
    assert all(b["inlines"] for b in of_type(made, "RichTextBlock"))


def test_only_a_whole_card_is_told_in_brief() -> None:
    assert brief(Card("Done", "p", (Para("It is recorded."),))) == "Done\n\nIt is recorded."
    assert brief(Card("Done", "p", (Quote("x"),))) == ""
    assert brief(Card("Done", "p", (Para("x" * 500),))) == ""
    assert brief(REVIEW) == ""


APP = "5f0c1b4e-0000-4000-8000-000000000001"


def test_the_app_package_holds_a_manifest_and_two_icons() -> None:
    archive = zipfile.ZipFile(io.BytesIO(package(APP, ["riverside.example.com"])))
    assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]
    sizes = {n: struct.unpack(">II", archive.read(n)[16:24]) for n in ("color.png", "outline.png")}
    assert sizes == {"color.png": (192, 192), "outline.png": (32, 32)}
    made = json.loads(archive.read("manifest.json"))
    assert (made["id"], made["bots"][0]["botId"]) == (APP, APP)
    assert made["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    assert made["validDomains"] == ["riverside.example.com"]


def test_a_web_address_is_as_good_as_a_name() -> None:
    made = manifest(APP, ["https://riverside.example.com/contact", "portal.example.com"])
    assert made["validDomains"] == ["riverside.example.com", "portal.example.com"]


def test_the_same_settings_give_the_same_package() -> None:
    assert package(APP, ["riverside.example.com"]) == package(APP, ["riverside.example.com"])


def test_the_outline_icon_is_white_on_nothing() -> None:
    from PIL import Image

    archive = zipfile.ZipFile(io.BytesIO(package(APP, ["riverside.example.com"])))
    icon = Image.open(io.BytesIO(archive.read("outline.png"))).convert("RGBA")
    colors = [color for _, color in icon.getcolors() or []]
    assert {c[:3] for c in colors if c[3]} == {(255, 255, 255)}
    assert icon.getpixel((0, 0))[3] == 0


def test_the_command_menu_fits_the_limits_of_teams() -> None:
    assert len(COMMANDS) <= 10
    assert all(len(title) <= 32 and len(said) <= 128 for title, said in COMMANDS)


@pytest.mark.parametrize(
    ("app_id", "hosts", "named"),
    [("", ["a.example.com"], "teams.app_id"), (APP, [], "practice.websites")],
)
def test_a_manifest_that_cannot_be_made_says_what_is_missing(
    app_id: str, hosts: list[str], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        manifest(app_id, hosts)
