"""The demo: a made-up practice, four people, a clock that can be moved, all on this machine."""

import asyncio
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import clock
from bot.config import App, ConfigError, parse
from bot.store import KeyRing, Store, people

CREDENTIALS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "TEAMS_APP_SECRET")
SECRET = re.compile(r"(?:token|secret)\W{1,4}env:(\w{1,80})")
SLACK_TOKEN = re.compile(r"xox[a-z]-|xapp-")
OFFSET = "demo-clock"
TUESDAY = 1

PRACTICE: dict[str, object] = {
    "practice": {
        "name": "Riverside Family Medicine",
        "specialty": "family_medicine",
        "state": "TX",
        "city": "Austin, TX",
        "timezone": "America/Chicago",
        "staff_size": 22,
        "providers": ["Dr. Emily Chen", "Tom Brennan PA"],
        "staff": ["Tasha Williams", "Maria Ortiz", "Ada Reyes", "Priya Shah", "Sam Cole"],
        "phones": ["512-555-0142"],
        "emails": ["hello@riverside.example.com"],
        "websites": ["riverside.example.com"],
        "addresses": ["412 Harbor Street, Austin, TX 78701"],
        "handles": ["@riversidefm"],
        "portal": "https://portal.riverside.example.com",
        "call_to_action": "Call 512-555-0142 to book a visit.",
    },
    "platforms": {
        "facebook": {"purpose": "engage", "owner": "maria"},
        "instagram": {"purpose": "engage"},
        "linkedin": {"purpose": "educate"},
        "google": {"purpose": "announce"},
    },
    "people": {
        "maria": {"name": "Maria Ortiz", "roles": ["staff"], "web": "maria"},
        "ada": {"name": "Ada Reyes", "roles": ["approver"], "web": "ada"},
        "priya": {"name": "Priya Shah", "roles": ["privacy", "approver"], "web": "priya"},
        "sam": {"name": "Sam Cole", "roles": ["admin"], "web": "sam"},
    },
    "routing": {
        "default": {
            "to": ["ada"],
            "due": "4 business hours",
            "remind": "2 business hours",
            "then": ["priya"],
        },
        "stages": [
            {"when": {"category": "phi"}, "to": "role:privacy"},
            {"when": {"severity": "escalate"}, "to": "role:privacy"},
        ],
    },
    "cadence": {"facebook": "7 days"},
    "limits": {"acts": 2_000, "drafts": 2_000},  # its four people stand for a whole practice
}


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody on the demo page."""

    user: str
    name: str
    role: str
    about: str


PERSONAS = (
    Persona("maria", "Maria Ortiz", "Front desk", "Writes posts between two patients."),
    Persona("ada", "Ada Reyes", "Approver", "Office manager; signs off what goes out."),
    Persona("priya", "Priya Shah", "Privacy officer", "Decides when patient privacy is at stake."),
    Persona("sam", "Sam Cole", "Admin", "Reads the reports and keeps the record."),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A draft to send with one click."""

    title: str
    text: str
    kind: str = "post"
    platform: str = "facebook"


SAMPLES = (
    Sample(
        "A plain announcement",
        "Flu shots are in. Walk in any weekday from 9 to 5, or call 512-555-0142 to book yours.",
    ),
    Sample(
        "A patient's name",
        "So proud of Rosa Delgado, walking again six weeks after her knee surgery with us! "
        "Call 512-555-0142 to book a visit.",
    ),
    Sample(
        "A promise",
        "Guaranteed relief from back pain in one visit, with no side effects. Call 512-555-0142.",
    ),
    Sample(
        "A reply to a review",
        "We are sorry that your appointment last week ran late. Your chart shows you were seen.",
        kind="reply",
        platform="google",
    ),
    Sample(
        "A singled-out person",
        "The firefighter hurt in Friday's fire is doing well in our care. "
        "Call 512-555-0142 to book a visit.",
    ),
)


def settings() -> App:
    return parse(PRACTICE, Path("demo"))


def refuse_credentials(settings: Path = Path("app.yaml")) -> None:
    """The demo has no sign-in, so it does not start where real accounts are at hand: under their
    usual names, under the names in `settings`, or in whatever variable holds a token of Slack's.
    """
    names = {*CREDENTIALS, *_secrets_named(settings)}
    held = {name: value for name, value in os.environ.items() if value}
    found = [n for n, value in held.items() if n in names or SLACK_TOKEN.match(value)]
    if found:
        raise ConfigError(
            f"{min(found)} is set, and the demo does not run beside real credentials; "
            "unset it, or start `signoff serve`."
        )


def _secrets_named(settings: Path) -> list[str]:
    """The variables that hold secrets by the word of an app.yaml, however broken it may be."""
    try:
        return SECRET.findall(settings.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def keys_in(folder: Path) -> KeyRing:
    """The demo's own key, made at the first start and readable by its owner alone."""
    file = folder / "key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(KeyRing.new())
    return KeyRing.parse(file.read_text())


class DemoClock:
    """The machine's time plus what the page has moved it forward; kept over a restart."""

    def __init__(self, store: Store, zone: ZoneInfo, moved: Callable[[], None]) -> None:
        self.zone, self._store, self._moved = zone, store, moved
        with store.read() as tx:
            self._offset = timedelta(seconds=float(people.setting(tx, OFFSET) or 0))

    def now(self) -> datetime:
        return clock.now() + self._offset

    __call__ = now

    async def forward(self, to: str) -> None:
        """Moves to "hour", "4 hours", "tomorrow", "tuesday" (next, 10:00) or "week"."""
        await asyncio.to_thread(self._forward, to)

    def _forward(self, to: str) -> None:
        before = self.now()
        self._offset += self._later(before, to) - before
        with self._store.write() as tx:
            people.set_setting(tx, OFFSET, str(self._offset.total_seconds()))
        self._moved()

    def _later(self, now: datetime, to: str) -> datetime:
        spans = {"hour": 1, "4 hours": 4, "week": 7 * 24}
        if to in spans:
            return now + timedelta(hours=spans[to])
        local = now.astimezone(self.zone)
        days = 1 if to == "tomorrow" else (TUESDAY - local.weekday() - 1) % 7 + 1
        day = local.date() + timedelta(days=days)
        return datetime.combine(day, time(10), self.zone)
