"""The values the checks work on and return."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """What a finding does to a draft, from lightest to heaviest."""

    TIP = "tip"  # only the author is told
    WARN = "warn"  # the approver is told; the author may keep it with a reason
    ESCALATE = "escalate"  # the privacy officer or a second approver must see it
    BLOCK = "block"  # cannot be approved as it stands

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Category(StrEnum):
    """What a finding is about; fixed names other programs rely on."""

    PHI = "phi"
    POLITICS = "politics"
    RELIGION = "religion"
    PERSONAL_COMMENTARY = "personal-commentary"
    MEDICAL_CLAIM = "medical-claim"
    SUPERLATIVE = "superlative"
    DEFAMATION = "defamation"
    PATIENT_REPLY = "patient-reply"
    MEDICAL_ADVICE = "medical-advice"
    DM_INVITATION = "dm-invitation"
    TESTIMONIAL = "testimonial"
    PHOTO = "photo"
    PROFANITY = "profanity"
    CALL_TO_ACTION = "call-to-action"
    DISCLOSURE = "disclosure"
    DRUG_PROMOTION = "drug-promotion"
    COPIED_TEXT = "copied-text"
    ACCESSIBILITY = "accessibility"
    PLATFORM_LIMIT = "platform-limit"
    AUDIENCE = "audience"
    STYLE = "style"
    OBFUSCATED_TEXT = "obfuscated-text"
    LANGUAGE = "language"
    UNCHECKED = "unchecked"


class Identifier(StrEnum):
    """Which identifier a finding of category `phi` is about (45 CFR 164.514(b)(2)(i))."""

    NAME = "NAME"
    GEO = "GEO"
    DATE = "DATE"
    AGE = "AGE"
    PHONE = "PHONE"
    FAX = "FAX"
    EMAIL = "EMAIL"
    SSN = "SSN"
    MRN = "MRN"
    PLAN_ID = "PLAN_ID"
    ACCOUNT = "ACCOUNT"
    LICENSE = "LICENSE"
    VEHICLE = "VEHICLE"
    DEVICE = "DEVICE"
    URL = "URL"
    IP = "IP"
    BIOMETRIC = "BIOMETRIC"
    PHOTO = "PHOTO"
    HANDLE = "HANDLE"
    OTHER_ID = "OTHER_ID"
    CONTEXT = "CONTEXT"


class Kind(StrEnum):
    POST = "post"
    REPLY = "reply"


@dataclass(frozen=True)
class Practice:
    """Whose posts these are: what may appear in them as ours, and how strict to be.

    `overrides` maps a rule id to a severity or to None (the rule is off). `platforms` maps a
    platform's name to its purpose (engage, educate, peers, announce). `allowed` holds phrases that
    may stand whatever a rule says. `today` is an ISO date.
    """

    name: str = ""
    specialty: str = ""
    state: str = ""
    city: str = ""
    staff_size: int = 0
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
    platforms: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Severity | None] = field(default_factory=dict)
    packs: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    reply_templates: tuple[str, ...] = ()
    earlier_posts: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    today: str = ""


@dataclass(frozen=True)
class Post:
    """The words and surroundings of one draft. `platform` is empty when it is not yet known."""

    text: str
    platform: str = ""
    kind: Kind = Kind.POST
    link: str = ""
    alt_texts: tuple[str, ...] = ()
    has_media: bool = False
    practice: Practice = Practice()
    source: str = ""  # text or HTML that the draft draws on


class Mark(NamedTuple):
    """What a rule yields when a plain (start, end, message) does not say enough."""

    start: int
    end: int
    message: str
    identifier: Identifier | None = None
    severity: Severity | None = None


Marks = Iterator[Mark | tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where one rule spoke. `start` and `end` count code points of `field`'s text.

    `field` is "text" or "alt:N" (the N-th alternative text). `message` says what to do in one
    sentence and never repeats the words that were found.
    """

    rule: str
    category: Category
    severity: Severity
    start: int
    end: int
    message: str
    identifier: Identifier | None = None
    field: str = "text"
