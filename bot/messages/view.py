"""What the messages about a draft are made from, and the parts several of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.cards import Action, Ask, Block, Facts, Findings, Para, Quote, Shown, Tone, Verb
from bot.commands import Chat
from bot.drafts import Content, Draft, Found, Stage, State, Version
from bot.masking import place
from bot.people import Person, Role, Roster
from bot.reviews import Decision, Review, ReviewState, Seat, Why
from bot.verdicts import Verdict
from checks.values import Category, Severity

PAGE = 6_000  # characters of a draft on one card
MOST_FINDINGS = 7

PLATFORMS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "x": "X",
    "twitter": "X",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "google": "Google Business Profile",
    "threads": "Threads",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "snapchat": "Snapchat",
    "pinterest": "Pinterest",
    "blog": "blog",
    "press": "press release",
}
TITLES = {
    Category.PHI: "Patient information",
    Category.CALL_TO_ACTION: "Way to act",
    Category.DM_INVITATION: "Private messages",
    Category.PATIENT_REPLY: "Confirms that somebody is a patient",
    Category.MEDICAL_CLAIM: "Medical claim",
    Category.MEDICAL_ADVICE: "Medical advice",
    Category.UNCHECKED: "Not checked",
}
MARKS = {
    Severity.BLOCK: "Must change",
    Severity.ESCALATE: "Needs a second look",
    Severity.WARN: "Please check",
    Severity.TIP: "Tip",
}


@dataclass(frozen=True, slots=True)
class View:
    """A draft with everything its cards are made from, as of `now`."""

    draft: Draft
    version: Version
    findings: tuple[Found, ...]
    roster: Roster
    zone: ZoneInfo
    now: datetime
    review: Review | None = None
    last: Decision | None = None
    before: str | None = None

    @property
    def number(self) -> str:
        return f"Draft #{self.draft.id}"

    @property
    def standing(self) -> tuple[Found, ...]:
        """Findings that still count."""
        return tuple(f for f in self.findings if not f.overturned)

    @property
    def author(self) -> str:
        return self.roster.name(self.draft.author)

    def when(self, at: datetime) -> str:
        """A time on the practice's clock, with the date unless it is today."""
        return when(at, self.zone, self.now)


def when(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = f"{local:%I:%M %p}".lstrip("0")
    if local.date() == today:
        return clock
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {clock}"


def target(view: View) -> str:
    """Where the post is meant to go, as people say it."""
    kind = "Reply" if view.draft.kind == "reply" else "Post"
    name = PLATFORMS.get(view.draft.platform, view.draft.platform)
    return f"{kind} for {name}" if name else kind


def title_of(category: Category) -> str:
    return TITLES.get(category, category.replace("-", " ").capitalize())


def shown(findings: Sequence[Found], text: str) -> tuple[Block, ...]:
    """The findings, heaviest first, the same advice only once, at most seven lines."""
    merged: dict[tuple[str, str], list[Found]] = {}
    for f in sorted(findings, key=lambda f: (-f.severity.rank, f.start)):
        merged.setdefault((f.rule, f.message), []).append(f)
    items = [line(group, text) for group in list(merged.values())[:MOST_FINDINGS]]
    return (Findings(tuple(items)),) if items else ()


def line(group: Sequence[Found], text: str) -> Shown:
    """Findings of one rule as one line, with up to three places."""
    first = group[0]
    places = ""
    if first.end > first.start:
        spots = [
            f"{f.masked} ({place(text, f.start) if f.field == 'text' else 'image description'})"
            for f in group[:3]
        ]
        places = ", ".join(dict.fromkeys(spots))
    return Shown(
        severity=first.severity.value,
        label=MARKS[first.severity],
        title=title_of(first.category),
        masked=places,
        advice=first.message,
        rule=first.rule,
    )


def pages(text: str) -> list[str]:
    """The text in pieces of at most a page, broken at line ends or spaces where there are any."""
    out, rest = [], text
    while len(rest) > PAGE:
        cut = max(rest.rfind("\n", PAGE // 2, PAGE), rest.rfind(" ", PAGE // 2, PAGE)) + 1
        out.append(rest[: cut or PAGE])
        rest = rest[cut or PAGE :]
    return [*out, rest]


def words(view: View, label: str, *, copy: bool = False) -> tuple[Block, ...]:
    """The draft's text (its first page) and what goes with it."""
    if view.version.content is None:
        return (Facts(((label, "The text was removed after its keeping time."),)),)
    content = view.version.content
    blocks: list[Block] = [Quote(pages(content.text)[0], label, copy=copy)]
    if content.link:
        blocks.append(Quote(content.link, "Link"))
    if content.alt_text:
        blocks.append(Quote(content.alt_text, "Image description (alt text)"))
    if view.version.aside.schedule:
        blocks.append(Quote(view.version.aside.schedule, "Wanted for"))
    return tuple(blocks)


def read_on(view: View, page: int = 2) -> tuple[Action, ...]:
    """A button for the rest of a long text, or nothing."""
    count = len(pages(view.version.text))
    if count < page:
        return ()
    data = {"draft": str(view.draft.id), "version": str(view.version.number), "page": str(page)}
    return (Action(Verb.READ, f"Read on (page {page} of {count})", data),)


def ids(view: View) -> dict[str, str]:
    """What a button on a draft's card carries."""
    return {"draft": str(view.draft.id), "version": str(view.version.number)}


def revise(view: View, label: str = "Revise") -> Action:
    ask = Ask(
        "text",
        "New text",
        hint="The whole post as it should read. The checks run again.",
        lines=8,
        limit=20_000,
        value=view.version.text,
    )
    return Action(Verb.REVISE, label, ids(view), Tone.GOOD, (ask,))


def offered(view: View) -> tuple[Block, ...]:
    """The text that the checks would let pass, and what was changed in it; nothing without one."""
    offer = view.version.offer
    if offer is None:
        return ()
    return (Quote(offer.text, "A version that would pass"), Para(" ".join(offer.changes)))


def take(view: View) -> tuple[Action, ...]:
    """The button that makes the offered text the new version."""
    if view.version.offer is None:
        return ()
    return (Action(Verb.TAKE, "Use this version", ids(view), Tone.GOOD),)


def withdraw(view: View) -> Action:
    return Action(Verb.WITHDRAW, "Withdraw", ids(view))


def reason(label: str, hint: str, *, required: bool = True) -> Ask:
    return Ask("reason", label, hint, required=required, lines=3, limit=1_000)


# --- An invented practice for the examples ---------------------------------------------------

ROSTER = Roster(
    (
        Person("maria", "Maria Ortiz", frozenset({Role.STAFF}), {Chat.WEB: "maria"}),
        Person("ada", "Ada Reyes", frozenset({Role.APPROVER}), {Chat.WEB: "ada"}),
        Person("priya", "Priya Shah", frozenset({Role.PRIVACY}), {Chat.WEB: "priya"}),
        Person("sam", "Sam Cole", frozenset({Role.ADMIN}), {Chat.WEB: "sam"}),
    )
)
ZONE = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
BLOCKING = Found(
    rule="privacy.name",
    category=Category.PHI,
    severity=Severity.BLOCK,
    start=12,
    end=17,
    message="Take out the name, or attach the patient's authorization.",
    masked="A•••",
    identifier="NAME",
)
WARNING = Found(
    rule="claims.superlative",
    category=Category.SUPERLATIVE,
    severity=Severity.WARN,
    start=0,
    end=4,
    message="Say what is true and can be shown instead of a superlative.",
    masked="b•••",
)


def example(
    state: State = State.IN_REVIEW,
    *,
    findings: tuple[Found, ...] = (WARNING,),
    text: str = "Flu shots are in. Call 512-555-0142 to book yours.",
    before: str | None = None,
    last: Decision | None = None,
    number: int = 1,
) -> View:
    """A made-up draft for the previews."""
    content = Content(text, platform="facebook")
    draft = Draft(12, "maria", Chat.WEB, "post", "facebook", state, number, NOON, NOON)
    stages = (Stage(("ada",), "approval"),)
    version = Version(12, number, content, content.hash, Verdict.REVIEW, stages=stages)
    open_ = ReviewState.OPEN if state is State.IN_REVIEW else ReviewState.DECIDED
    review = Review(
        7,
        12,
        number,
        0,
        "approval",
        content.hash,
        open_,
        NOON,
        NOON,
        None,
        0,
        (Seat("ada", Why.ASKED),),
    )
    return View(draft, version, findings, ROSTER, ZONE, NOON, review, last, before)
