"""Commands go before background work, and nobody waits for ever."""

import threading

from bot.store.turnstile import Turnstile


def test_a_hurried_thread_goes_before_a_patient_one_that_came_first() -> None:
    line, order = Turnstile(), list[str]()
    inside, go = threading.Event(), threading.Event()

    def hold() -> None:
        with line.passing():
            inside.set()
            go.wait(5)

    def wait(name: str, hurried: bool) -> None:
        with line.passing(hurried=hurried):
            order.append(name)

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    inside.wait(5)
    for name, hurried in (("background", False), ("command", True)):
        threads.append(threading.Thread(target=wait, args=(name, hurried)))
        threads[-1].start()
        threading.Event().wait(0.05)
    go.set()
    for thread in threads:
        thread.join(5)
    assert order == ["command", "background"]


def test_a_thread_may_pass_again_while_it_is_inside() -> None:
    line = Turnstile()
    with line.passing(), line.passing(hurried=False):
        pass
    with line.passing():
        pass


def test_a_block_that_raises_leaves_the_turnstile_free() -> None:
    line = Turnstile()
    for _ in range(2):
        try:
            with line.passing():
                raise ValueError
        except ValueError:
            continue
    with line.passing(hurried=False):
        pass
