"""app.yaml as frozen models. A wrong key or value stops the start and is named."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.commands import Chat
from bot.config.complaints import sentence
from bot.config.fields import (
    Database,
    Named,
    PlainSpan,
    RecordsSpan,
    Secret,
    SeverityOrOff,
    SpanText,
    Zone,
)
from bot.hours import Span, parse_span
from bot.people import Person, Role, Roster
from bot.refusals import Problem
from checks.values import Category, Practice, Severity

COMMON = ("facebook", "instagram", "linkedin", "x", "tiktok", "youtube", "google", "threads")


class ConfigError(Problem):
    """One clear sentence about what is wrong in app.yaml and what to do."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Goal(_Model):
    id: str
    text: str


class Strategy(_Model):
    mission: str = ""
    goals: tuple[Goal, ...] = ()


LONGEST_ARTICLE = 100_000  # characters


class PracticeSettings(_Model):
    name: str = "the practice"
    specialty: str = ""
    state: str = Field("", pattern=r"^([A-Z]{2})?$")
    city: str = ""
    timezone: Zone = "America/New_York"
    staff_size: int = Field(0, ge=0)
    providers: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    websites: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    npi: tuple[str, ...] = ()
    portal: str = ""
    call_to_action: str = ""
    reply_templates: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    strategy: Strategy = Strategy()


class PlatformSettings(_Model):
    purpose: Literal["", "engage", "educate", "peers", "announce"] = ""
    owner: str = ""


class PersonSettings(_Model):
    name: str = Field(min_length=1)
    roles: tuple[Role, ...] = (Role.STAFF,)
    slack: str = ""
    teams: str = ""
    web: str = ""
    email: str = ""
    platforms: tuple[str, ...] = ()


class Route(_Model):
    """Who reviews first, how long they have, and who is next in line when they do not decide."""

    to: tuple[str, ...] = ("role:approver",)
    due: SpanText = "4 business hours"
    remind: SpanText = "2 business hours"
    then: tuple[str, ...] = ("role:privacy",)


class When(_Model):
    category: Category | None = None
    severity: Severity | None = None
    platform: str = ""
    kind: Literal["", "post", "reply"] = ""


class StageSettings(_Model):
    when: When
    to: str


class Routing(_Model):
    default: Route = Route()
    stages: tuple[StageSettings, ...] = (
        StageSettings(when=When(severity=Severity.ESCALATE), to="role:privacy"),
    )


class Training(_Model):
    flags: int = Field(3, ge=1)
    window: PlainSpan = "30 days"
    pause_after: int = Field(6, ge=1)
    cooldown: PlainSpan = "7 days"


class RuleSettings(_Model):
    severity: SeverityOrOff


class Rules(_Model):
    """Severities by rule id, and the practice's own word packs by path."""

    packs: tuple[str, ...] = ()
    severities: dict[str, RuleSettings] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _by_id(cls, value: object) -> object:
        if not isinstance(value, dict) or "severities" in value:
            return value
        return {
            "packs": value.get("packs", ()),
            "severities": {k: v for k, v in value.items() if k != "packs"},
        }


class Retention(_Model):
    records: RecordsSpan = "6 years"
    texts: PlainSpan = "90 days"


class SlackSettings(_Model):
    mode: Literal["socket", "http"] = "socket"
    bot_token: Secret = ""
    app_token: Secret = ""
    signing_secret: Secret = ""
    api_url: str | None = None


class TeamsSettings(_Model):
    app_id: Named = ""
    tenant: Named = ""
    secret: Secret = ""
    local: bool = False
    authority: str = "https://login.microsoftonline.com"
    openid_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    service_hosts: tuple[str, ...] = ()


class Listen(_Model):
    host: str = "127.0.0.1"
    port: int = Field(3978, ge=0, le=65535)


class Limits(_Model):
    """How much is taken from one person in a minute: presses and words, and new texts to check."""

    acts: int = Field(60, ge=1)
    drafts: int = Field(20, ge=1)


class App(_Model):
    """The whole of app.yaml."""

    practice: PracticeSettings = PracticeSettings()
    platforms: dict[str, PlatformSettings] = Field(default_factory=dict)
    people: dict[str, PersonSettings] = Field(default_factory=dict)
    routing: Routing = Routing()
    training: Training = Training()
    cadence: dict[str, SpanText] = Field(default_factory=dict)
    rules: Rules = Rules()
    retention: Retention = Retention()
    database: Database = "sqlite:///signoff.db"
    slack: SlackSettings | None = None
    teams: TeamsSettings | None = None
    listen: Listen = Listen()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _names_exist(self) -> "App":
        for key, platform in self.platforms.items():
            if platform.owner and platform.owner not in self.people:
                raise ValueError(f"platforms.{key}.owner: nobody is called {platform.owner}")
        places = [("routing.default.to", t) for t in self.routing.default.to]
        places += [("routing.default.then", t) for t in self.routing.default.then]
        places += [(f"routing.stages.{i}.to", s.to) for i, s in enumerate(self.routing.stages)]
        for where, target in places if self.people else ():
            self._known(where, target)
        return self

    def _known(self, where: str, target: str) -> None:
        role = target.removeprefix("role:")
        if role in tuple(Role) or target in self.people:
            return
        people = ", ".join([*self.people, *(f"role:{r}" for r in Role)])
        raise ValueError(f"{where}: {target!r} is nobody; allowed: {people}")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.practice.timezone)

    @property
    def where(self) -> list[str]:
        """The platforms a post can be meant for."""
        return list(self.platforms or COMMON)

    @property
    def roster(self) -> Roster:
        return Roster(tuple(_person(key, p) for key, p in self.people.items()))

    def span(self, text: str) -> Span:
        return parse_span(text)

    def checked_as(self, now: datetime | None = None) -> Practice:
        """The practice as the checks know it: the people of the roster are its staff."""
        mine = self.practice.model_dump(exclude={"timezone", "strategy"})
        mine["staff"] = (*self.practice.staff, *(p.name for p in self.people.values()))
        return Practice(
            **mine,
            platforms={k: p.purpose for k, p in self.platforms.items()},
            overrides={
                rule: None if s.severity == "off" else Severity(s.severity)
                for rule, s in self.rules.severities.items()
            },
            packs=self.rules.packs,
            today=(now or datetime.now(UTC)).astimezone(self.zone).date().isoformat(),
        )


def _person(key: str, settings: PersonSettings) -> Person:
    ids = {Chat.SLACK: settings.slack, Chat.TEAMS: settings.teams, Chat.WEB: settings.web}
    return Person(
        key=key,
        name=settings.name,
        roles=frozenset(settings.roles),
        ids={chat: user for chat, user in ids.items() if user},
        email=settings.email,
        platforms=settings.platforms,
    )


def load(path: Path) -> App:
    """The settings in `path`. Raises `ConfigError` with one sentence when they are wrong."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path} does not exist; copy the sample app.yaml and adapt it."
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = f" near line {line + 1}" if line is not None else ""
        raise ConfigError(f"{path} cannot be read as YAML{place}.") from None
    return parse(raw, path)


def parse(raw: object, path: Path = Path("app.yaml")) -> App:
    """The settings in a loaded YAML document; relative pack paths count from the file's folder."""
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} must hold keys such as practice and people.")
    try:
        app = App.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {sentence(error, App)}") from None
    packs = tuple(str(path.parent / p) for p in app.rules.packs)
    rules = app.rules.model_copy(update={"packs": packs})
    articles = tuple(_article(path.parent / p) for p in app.practice.articles)
    practice = app.practice.model_copy(update={"articles": articles})
    return app.model_copy(update={"rules": rules, "practice": practice})


def _article(path: Path) -> str:
    """The text of one of the practice's own articles."""
    try:
        return path.read_text(encoding="utf-8")[:LONGEST_ARTICLE]
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"practice.articles: {path} cannot be read as text.") from None
