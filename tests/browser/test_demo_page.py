"""Walks the demo page in Chromium as its four people would, on `signoff demo` itself."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
PATIENT = "So proud of Rosa Delgado, walking again six weeks after her knee surgery with us!"
CLEAN = "Flu shots are in. Walk in any weekday, or call 512-555-0142 to book yours."
expect.set_options(timeout=15_000)  # the first draft may have to wait for the models


@dataclass
class Demo:
    """The demo as a process of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [sys.executable, "-m", "bot", "demo", "--port", str(self.port)]
        with (self.folder / "stderr").open("ab") as complaints:
            self.process = subprocess.Popen(
                [*command, "--data", str(self.folder)],
                stdout=subprocess.DEVNULL,
                stderr=complaints,
            )
        for _ in range(150):
            try:
                urllib.request.urlopen(self.url + "healthz", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "stderr").read_text())

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self.process
        os.kill(self.process.pid, how)
        self.process.wait(20)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    demo = Demo(tmp_path_factory.mktemp("demo"), port)
    demo.start()
    yield demo
    demo.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@dataclass
class Desk:
    """The page, and the things people do on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def column(self, user: str) -> Locator:
        return self.page.locator(f"#column-{user}")

    def newest(self, user: str, words: str) -> Locator:
        """The newest message in somebody's column that holds these words."""
        return self.column(user).locator(".message").filter(has_text=words).last

    def press(self, user: str, words: str, button: str) -> None:
        self.newest(user, words).get_by_role("button", name=button, exact=True).click()

    def write(self, user: str, words: str) -> None:
        field = self.column(user).get_by_role("textbox")
        field.fill(words)
        field.press("Enter")

    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def send(self, words: str) -> str:
        """Sends a draft as Maria and returns its title, such as "Draft #3"."""
        column = self.column("maria")
        known = column.locator("h3").filter(has_text="is waiting for sign-off").count()
        self.write("maria", words)
        waiting = column.locator("h3").filter(has_text="is waiting for sign-off").nth(known)
        found = re.search(r"Draft #\d+", waiting.inner_text())
        assert found
        return found[0]


def opened(browser: Browser, demo: Demo, width: int = 1600, height: int = 1000) -> Desk:
    page = browser.new_page(viewport={"width": width, "height": height})
    desk = Desk(page)
    page.on("console", lambda m: desk.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: desk.complaints.append(str(error)))
    page.on("request", lambda request: desk.asked.append(request.url))
    page.goto(demo.url)
    expect(page.locator("#link")).to_have_text("Live")
    return desk


@pytest.fixture
def desk(browser: Browser, demo: Demo) -> Iterator[Desk]:
    desk = opened(browser, demo)
    yield desk
    assert desk.complaints == []
    assert all(url.startswith((demo.url, "data:", "blob:")) for url in desk.asked)
    desk.page.close()


def test_a_sample_is_approved_with_a_double_click_and_marked_as_posted(desk: Desk) -> None:
    desk.page.get_by_role("button", name="A plain announcement").click()
    waiting = desk.newest("ada", "is waiting for your sign-off")
    expect(waiting).to_contain_text("Flu shots are in.")
    waiting.get_by_role("button", name="Approve").dblclick()
    expect(desk.newest("ada", "approved by Ada Reyes")).to_be_visible()
    expect(desk.column("ada").get_by_role("button", name="Approve")).to_have_count(0)
    approved = desk.newest("maria", "Copy this text as it is")
    expect(approved.locator("blockquote")).to_contain_text("Flu shots are in.")
    approved.get_by_role("button", name="Mark as posted").click()
    desk.dialog().get_by_label("Link to the post").fill("https://example.com/p/1")
    desk.dialog().get_by_role("button", name="Mark as posted").click()
    expect(desk.dialog()).to_have_count(0)
    expect(desk.newest("maria", "is posted")).to_be_visible()


def test_a_patients_name_is_held_back_revised_and_then_approved(desk: Desk) -> None:
    desk.write("maria", PATIENT)
    held = desk.newest("maria", "cannot go out like this")
    expect(held).to_contain_text("Must change")
    expect(held.locator(".findings")).not_to_contain_text("Delgado")
    expect(desk.column("ada")).not_to_contain_text("Delgado")
    held.get_by_role("button", name="Revise").click()
    text = desk.dialog().get_by_label("New text")
    expect(text).to_have_value(PATIENT)
    text.fill("Walking again after knee surgery? Our team can help. Call 512-555-0142 to book.")
    desk.dialog().get_by_role("button", name="Revise").click()
    review = desk.newest("ada", "is waiting for your sign-off")
    expect(review).to_contain_text("Walking again after knee surgery?")
    review.get_by_role("button", name="Approve").click()
    approved = desk.newest("maria", "Copy this text as it is")
    expect(approved).to_contain_text("Our team can help.")


def test_a_rejection_asks_for_its_reason_and_keeps_what_was_typed(desk: Desk) -> None:
    draft = desk.send(CLEAN)
    desk.press("ada", f"{draft} is waiting", "Reject")
    desk.dialog().get_by_role("button", name="Reject").click()
    expect(desk.dialog()).to_contain_text("Please fill this in.")
    desk.dialog().get_by_label("Why not?").fill("We are <b>closed</b> that day.")
    desk.page.keyboard.press("Escape")
    expect(desk.dialog()).to_have_count(0)
    reject = desk.newest("ada", f"{draft} is waiting").get_by_role("button", name="Reject")
    expect(reject).to_be_focused()
    reject.press("Enter")
    expect(desk.dialog().get_by_label("Why not?")).to_have_value("We are <b>closed</b> that day.")
    desk.dialog().get_by_role("button", name="Reject").click()
    rejected = desk.newest("maria", f"{draft} was rejected")
    expect(desk.column("maria")).to_contain_text("We are <b>closed</b> that day.")
    expect(rejected).to_be_visible()


def test_time_that_passes_brings_the_reminder_and_the_end_of_waiting(desk: Desk) -> None:
    draft = desk.send(CLEAN)
    before = desk.page.locator("[data-day]").first.inner_text()
    desk.page.get_by_role("button", name="Move the clock +1 week").click()
    expect(desk.page.locator("header [data-day]")).not_to_have_text(before)
    expect(desk.newest("priya", f"{draft} is waiting for your sign-off")).to_be_visible()
    desk.page.get_by_role("button", name="Move the clock Tuesday").click()
    expect(desk.page.locator("header [data-day]")).to_contain_text("Tuesday")
    late = desk.newest("maria", f"{draft} was not decided in time")
    late.get_by_role("button", name="Ask again").click()
    expect(desk.newest("ada", f"{draft} is waiting for your sign-off")).to_be_visible()


def test_a_reload_in_the_middle_keeps_everything(desk: Desk) -> None:
    draft = desk.send(CLEAN)
    expect(desk.newest("ada", f"{draft} is waiting")).to_be_visible()
    before = desk.column("ada").locator(".messages").inner_text()
    unread = desk.column("ada").locator("[data-unread]").inner_text()
    desk.page.reload()
    expect(desk.page.locator("#link")).to_have_text("Live")
    assert desk.column("ada").locator(".messages").inner_text() == before
    assert desk.column("ada").locator("[data-unread]").inner_text() == unread
    desk.press("ada", f"{draft} is waiting", "Approve")
    expect(desk.newest("maria", f"{draft} is approved")).to_be_visible()


def test_the_sent_message_can_be_edited_and_deleted(desk: Desk) -> None:
    draft = desk.send(CLEAN)
    mine = desk.newest("maria", CLEAN).filter(has=desk.page.locator("[data-edit]"))
    field = desk.column("maria").get_by_role("textbox")
    field.fill("half a thought")
    mine.get_by_role("button", name="Edit").click()
    expect(field).to_have_value(CLEAN)
    field.fill(CLEAN.replace("any weekday", "on Monday"))
    field.press("Enter")
    expect(field).to_have_value("half a thought")
    change = desk.newest("ada", f"{draft} is waiting for your sign-off").locator("ins").first
    expect(change).to_contain_text("Monday")
    desk.newest("maria", "on Monday").filter(has=desk.page.locator("[data-edit]")).get_by_role(
        "button", name="Delete"
    ).click()
    expect(desk.newest("maria", "You deleted this message.")).to_be_visible()
    desk.column("maria").get_by_role("button", name="Withdraw").last.click()
    expect(desk.newest("maria", f"{draft} is withdrawn")).to_be_visible()


def test_words_under_a_card_are_answered_with_the_button(desk: Desk) -> None:
    draft = desk.send(CLEAN)
    desk.press("ada", f"{draft} is waiting", "Reply")
    expect(desk.column("ada").get_by_role("textbox")).to_be_focused()
    desk.write("ada", "looks good")
    expect(desk.newest("ada", "Press the button to record it")).to_be_visible()
    expect(desk.newest("ada", "looks good")).to_contain_text(f"{draft} is waiting")


def test_markup_in_a_draft_is_only_words(desk: Desk) -> None:
    words = "<img src=x onerror=window.hacked=1> <script>hacked</script> Call 512-555-0142"
    desk.write("maria", words)
    expect(desk.newest("maria", words)).to_be_visible()
    assert desk.page.evaluate("window.hacked") is None
    assert not any("hacked" in url for url in desk.asked)


def test_a_killed_server_loses_nothing_and_the_page_goes_on(browser: Browser, demo: Demo) -> None:
    desk = opened(browser, demo)
    draft = desk.send(CLEAN)
    expect(desk.newest("ada", f"{draft} is waiting")).to_be_visible()
    demo.end(signal.SIGKILL)
    expect(desk.page.locator("#link")).to_have_text("Reconnecting…")
    field = desk.column("maria").get_by_role("textbox")
    desk.write("maria", "queue")
    expect(desk.column("maria").get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(field).to_have_value("queue")
    desk.press("ada", f"{draft} is waiting", "Approve")
    expect(desk.column("ada").get_by_role("alert")).to_contain_text("Nothing is lost")
    demo.start()
    expect(desk.page.locator("#link")).to_have_text("Live")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(desk.newest("maria", "What is open")).to_contain_text(draft)
    desk.press("ada", f"{draft} is waiting", "Approve")
    expect(desk.newest("maria", f"{draft} is approved")).to_be_visible()
    desk.page.close()


def test_the_page_can_be_used_with_the_keyboard_alone(desk: Desk) -> None:
    keys = desk.page.keyboard
    keys.press("Tab")
    expect(desk.page.get_by_role("link", name="Skip to the conversations")).to_be_focused()
    write = desk.page.get_by_role("link", name="Write as Maria")
    for _ in range(12):
        keys.press("Tab")
        if write.evaluate("link => link === document.activeElement"):
            break
    keys.press("Enter")
    field = desk.column("maria").get_by_role("textbox")
    expect(field).to_be_focused()
    keys.type("First line")
    keys.press("Shift+Enter")
    keys.type("second line, call 512-555-0142")
    expect(field).to_have_value("First line\nsecond line, call 512-555-0142")
    keys.press("Enter")
    expect(field).to_have_value("")
    expect(desk.newest("maria", "second line")).to_be_visible()


def test_on_a_phone_there_is_one_column_with_counts_on_the_tabs(
    browser: Browser, demo: Demo
) -> None:
    desk = opened(browser, demo, 390, 844)
    tabs = desk.page.get_by_role("navigation", name="People")
    tabs.get_by_role("button", name="Ada").click()
    tabs.get_by_role("button", name="Maria").click()
    desk.send(CLEAN)
    expect(desk.column("ada")).to_be_hidden()
    expect(tabs.get_by_role("button", name="Ada")).to_contain_text("new")
    tabs.get_by_role("button", name="Ada").click()
    expect(desk.column("maria")).to_be_hidden()
    expect(tabs.get_by_role("button", name="Ada")).not_to_contain_text("new")
    wide = desk.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    desk.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1600, 390])
def test_axe_finds_nothing_serious(desk: Desk, scheme: str, width: int) -> None:
    desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.column("maria").get_by_role("button", name="help").click()
    expect(desk.newest("maria", "What is open")).to_be_visible()
    found = serious(desk.page)
    desk.column("maria").get_by_role("button", name="post").first.click()
    expect(desk.dialog()).to_be_visible()
    assert found + serious(desk.page) == []
    desk.page.keyboard.press("Escape")


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, each with the place."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {node['target']}"
        for v in violations
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
