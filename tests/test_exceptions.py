"""False alarms: reported by authors, decided by admins, and what counts for later drafts."""

from bot.exceptions import Alarm, ExceptionKind, Lighter, applied
from checks.values import Practice, Severity
from practice import TUESDAY


def made(kind: ExceptionKind, words: str = "", lighter: Lighter | None = None) -> Alarm:
    return Alarm(1, 1, 1, "claims.cure", TUESDAY, kind, words, lighter, "sam", TUESDAY)


def test_exceptions_are_added_to_what_app_yaml_says() -> None:
    practice = Practice(staff=("Tasha Williams",), overrides={"brand.shouting": None})
    changed = applied(
        practice,
        [
            made(ExceptionKind.PERSON, "Anna Berg"),
            made(ExceptionKind.PHRASE, "Anna the bear"),
            made(ExceptionKind.SEVERITY, lighter=Lighter.TIP),
            made(ExceptionKind.SEVERITY, lighter=Lighter.OFF),
        ],
    )
    assert changed.staff == ("Tasha Williams", "Anna Berg")
    assert changed.allowed == ("Anna the bear",)
    assert changed.overrides == {"brand.shouting": None, "claims.cure": None}
    assert applied(practice, []) == practice


def test_every_lighter_weight_is_less_than_what_stops_a_draft() -> None:
    weights = [choice.severity for choice in Lighter]
    assert weights == [Severity.WARN, Severity.TIP, None]
