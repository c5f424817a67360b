"""One behaviour on three platforms: the same acts, the same states, the same sentences."""

from collections.abc import AsyncIterator

import pytest

from bot.commands import Chat
from bot.config import App
from bot.store import Store
from practice import CLEAN
from tests.chats import Driver, driver

PATIENT = "We saw Rosa Delgado on March 3 for her cleaning. Call 512-555-0142."
SINGLED_OUT = (
    "The firefighter hurt in Friday's fire is doing well in our care. "
    "Call 512-555-0142 to book a visit."
)


@pytest.fixture(params=list(Chat))
async def chat(
    request: pytest.FixtureRequest, file_store: Store, app: App
) -> AsyncIterator[Driver]:
    async with driver(request.param, file_store, app) as ready:
        yield ready


async def test_a_clean_draft_is_approved_and_posted(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    assert "Draft #1 is waiting for sign-off" in await chat.seen("maria")
    assert "Draft #1 is waiting for your sign-off" in await chat.seen("ada")
    assert CLEAN in await chat.seen("ada")
    await chat.press("ada", "Approve")
    assert "Draft #1 is approved; Maria Ortiz has the text to copy." in await chat.seen("ada")
    assert "Draft #1: approved by Ada Reyes" in await chat.seen("ada")
    seen = await chat.seen("maria")
    assert "Copy this text as it is and post it." in seen
    assert CLEAN in seen
    await chat.press("maria", "Mark as posted", link="https://example.com/p/1")
    assert "Draft #1 is posted" in await chat.seen("maria")
    assert chat.state(1) == "posted"
    assert chat.tags() == ["draft:submitted", "draft:routed", "draft:approved", "draft:posted"]


async def test_a_blocked_draft_is_revised_and_approved(chat: Driver) -> None:
    await chat.say("maria", PATIENT)
    assert chat.state(1) == "returned"
    seen = await chat.seen("maria")
    assert "Draft #1 cannot go out like this" in seen
    assert "Patient information" in seen
    assert "R•••" in seen
    assert "waiting" not in await chat.seen("ada")
    await chat.press("maria", "Revise", text="We are proud of our team. Call 512-555-0142.")
    assert chat.state(1) == "in_review"
    assert "What changed since the last version" in await chat.seen("ada")
    await chat.press("ada", "Approve")
    assert chat.state(1) == "approved"


async def test_what_singles_somebody_out_needs_the_privacy_officer_too(chat: Driver) -> None:
    await chat.say("maria", SINGLED_OUT)
    assert chat.state(1) == "in_review"
    await chat.press("ada", "Approve")
    assert "Your yes to Draft #1 is on record; Priya Shah has the next step." in await chat.seen(
        "ada"
    )
    await chat.press("priya", "Approve")
    assert chat.state(1) == "approved"
    assert "draft:next-stage" in chat.tags()


async def test_a_rejection_carries_its_reason(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    await chat.press("ada", "Reject", reason="We ran this last week.")
    assert chat.state(1) == "rejected"
    seen = await chat.seen("maria")
    assert "Draft #1 was rejected" in seen
    assert "Ada Reyes says" in seen
    assert "We ran this last week." in seen


async def test_requested_changes_come_back_as_a_second_version(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    await chat.press("ada", "Request changes", reason="Say when.")
    assert "Please change Draft #1" in await chat.seen("maria")
    await chat.press("maria", "Revise", text=CLEAN + " From Monday on.")
    await chat.press("ada", "Approve")
    assert chat.state(1) == "approved"


async def test_a_double_click_decides_once(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    await chat.press("ada", "Approve", twice=True)
    assert chat.state(1) == "approved"
    assert chat.tags().count("draft:approved") == 1
    assert "Draft #1 was already approved by Ada Reyes" in await chat.seen("ada")


async def test_a_typed_yes_is_answered_with_the_button(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    await chat.say("ada", "Looks good!")
    assert "Press the button to record it" in await chat.seen("ada")
    assert chat.state(1) == "in_review"


async def test_staff_may_not_see_reports(chat: Driver) -> None:
    await chat.say("maria", "report")
    assert "Only admins and the privacy officer can see this." in await chat.seen("maria")


async def test_a_delegate_decides_while_the_approver_is_away(chat: Driver) -> None:
    await chat.say("ada", "delegate @bea")
    assert "Bea Lund decides for you from" in await chat.seen("ada")
    await chat.say("maria", CLEAN)
    assert "Your copy: Bea Lund decides while you are away." in await chat.seen("ada")
    await chat.press("bea", "Approve")
    assert chat.state(1) == "approved"


async def test_a_review_is_reminded_passed_on_and_expires(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    chat.clock.forward(hours=2, minutes=1)
    await chat.settle()
    assert "Draft #1 still waits for your sign-off" in await chat.seen("ada")
    chat.clock.forward(hours=2)
    await chat.settle()
    assert "so it comes to you as the next in line" in await chat.seen("bea")
    chat.clock.forward(days=1)
    await chat.settle()
    assert chat.state(1) == "expired"
    assert "Draft #1: not decided in time" in await chat.seen("bea")
    assert "Nobody said yes or no before the deadline" in await chat.seen("maria")
    await chat.press("maria", "Ask again")
    await chat.press("ada", "Approve")
    assert chat.state(1) == "approved"


async def test_a_withdrawn_draft_needs_nobody(chat: Driver) -> None:
    await chat.say("maria", CLEAN)
    await chat.press("maria", "Withdraw")
    assert chat.state(1) == "withdrawn"
    assert "Draft #1: withdrawn by Maria Ortiz" in await chat.seen("ada")


async def test_a_disputed_finding_is_overridden_on_record(chat: Driver) -> None:
    await chat.say("maria", PATIENT)
    await chat.press("maria", "This is a false alarm", reason="She is our model.")
    assert "She is our model." in await chat.seen("priya")
    await chat.press("priya", "Override with a reason", reason="Signed form on file.")
    await chat.press("ada", "Approve")
    assert chat.state(1) == "approved"
    assert "draft:overridden" in chat.tags()


@pytest.mark.parametrize("text", ["🎉🎉", "\u200f\u200b", "x" * 20_001])
async def test_what_cannot_be_checked_is_answered_in_words(chat: Driver, text: str) -> None:
    await chat.say("maria", text)
    assert "That did not work" in await chat.seen("maria")
    assert chat.tags() == []


async def test_a_stranger_is_answered_kindly(chat: Driver) -> None:
    if chat.chat is Chat.WEB:
        return  # the demo page has no strangers
    await chat.say("nobody", CLEAN)
    assert "We have not met yet" in await chat.seen("nobody")
    assert chat.tags() == []
    assert "Somebody new wrote to me" in await chat.seen("sam")


async def test_markup_in_a_draft_does_nothing(chat: Driver) -> None:
    sharp = (
        "Open <b>late</b> <!channel> @everyone [here](https://riverside.example.com) *now* "
        "512-555-0142"
    )
    await chat.say("maria", sharp)
    assert "<b>late</b>" in (await chat.seen("ada")).replace("&lt;", "<").replace("&gt;", ">")
    assert chat.state(1) == "in_review"
