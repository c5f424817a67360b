"""One person's flood is turned away kindly, and takes nothing from anybody else."""

import copy
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import limits
from bot.cards import Answer, Tone
from bot.commands import Chat, Command, Deleted, Edited, Origin, Request, Revise, Submit, Topic
from bot.config import Limits, parse
from bot.desk import Desk
from bot.front import Counter
from bot.limits import Limiter
from bot.store import Store
from practice import CLEAN, PRACTICE, Bench, Clock, said
from tests.chats import driver

AT = Origin(Chat.WEB, "maria", "e")
ASK, SEND = Request(AT, Topic.QUEUE), Submit(AT, CLEAN)


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def limiter(acts: int = 6, drafts: int = 3) -> tuple[Limiter, Seconds]:
    clock = Seconds()
    return Limiter(Limits(acts=acts, drafts=drafts), clock), clock


def passed(made: Limiter, count: int, command: Command = ASK, who: str = "maria") -> int:
    return sum(made.wait(who, command) == 0 for _ in range(count))


def test_a_minutes_worth_goes_through_at_once_and_the_next_has_to_wait() -> None:
    made, clock = limiter()
    assert passed(made, 20) == 6
    wait = made.wait("maria", ASK)
    assert wait == pytest.approx(10)
    clock.now += wait
    assert passed(made, 20) == 1
    clock.now += 60
    assert passed(made, 20) == 6


def test_each_person_has_a_minute_of_their_own() -> None:
    made, _ = limiter()
    assert passed(made, 20, who="maria") == passed(made, 20, who="ada") == 6


def test_new_texts_are_fewer_than_presses() -> None:
    made, _ = limiter()
    assert passed(made, 20, SEND) == 3
    assert passed(made, 20, Revise(AT, 1, CLEAN)) == 0
    assert passed(made, 20, ASK) == 3


def test_what_happened_on_the_platform_already_is_always_taken_in() -> None:
    made, _ = limiter()
    assert passed(made, 20) == 6
    assert passed(made, 20, Edited(AT, CLEAN)) == passed(made, 20, Deleted(AT)) == 20


@given(st.lists(st.floats(0, 20), max_size=80))
def test_no_minute_holds_more_than_two_fillings(pauses: list[float]) -> None:
    made, clock = limiter()
    times = []
    for pause in pauses:
        clock.now += pause
        if not made.wait("maria", ASK):
            times.append(clock.now)
    for at in times:
        assert sum(at <= t < at + 60 for t in times) <= 12


def test_the_list_of_people_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    made, _ = limiter()
    assert [passed(made, 9, who=f"stranger {n}") for n in range(5)] == [6] * 5
    assert passed(made, 9, who="stranger 4") == 0
    assert passed(made, 9, who="stranger 0") == 6


def counter(store: Store, acts: int) -> tuple[Counter, Bench]:
    app = parse({**PRACTICE, "limits": {"acts": acts, "drafts": acts}})
    bench = Bench(Desk(store, app, clock=Clock(), chats=(Chat.WEB,)), Clock())
    return Counter(bench.desk), bench


async def test_a_person_counts_once_on_all_platforms_and_a_stranger_by_the_id(
    file_store: Store,
) -> None:
    front, bench = counter(file_store, 3)

    async def ask(chat: Chat, user: str) -> Answer:
        origin = replace(bench.origin(user), chat=chat)
        return await front.handle(Request(origin, Topic.HELP))

    answers = [await ask(Chat.WEB, "maria") for _ in range(2)]
    answers += [await ask(Chat.SLACK, "UMARIA") for _ in range(2)]
    assert ["One moment" in said(a) for a in answers] == [False, False, False, True]
    strangers = [await ask(Chat.SLACK, "U0NOBODY") for _ in range(4)]
    assert "One moment" in said(strangers[-1])
    assert "One moment" not in said(await ask(Chat.SLACK, "UADA"))


async def test_an_edit_voids_an_approval_however_much_was_sent_before(file_store: Store) -> None:
    front, bench = counter(file_store, 2)
    at = {"conversation": "c", "message": "m1"}
    bench.do(Submit(bench.origin("maria", **at), CLEAN))
    bench.check()
    bench.press("ada", bench.review("ada", 1), "approve")
    for _ in range(3):
        limited = await front.handle(Request(bench.origin("maria"), Topic.QUEUE))
    assert limited.card
    assert limited.card.tone is Tone.WARN
    await front.handle(Edited(bench.origin("maria", **at), CLEAN + " Now."))
    assert bench.state(1) == "voided"


@pytest.mark.parametrize("chat", list(Chat))
async def test_a_flood_is_answered_kindly_on_every_platform(chat: Chat, file_store: Store) -> None:
    raw = copy.deepcopy(PRACTICE) | {"limits": {"acts": 4, "drafts": 4}}
    async with driver(chat, file_store, parse(raw)) as platform:
        for _ in range(5):
            await platform.say("maria", "queue")
        assert "One moment, please" in await platform.seen("maria")
        await platform.say("ada", "queue")
        assert "One moment" not in await platform.seen("ada")
