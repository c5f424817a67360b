"""Takes the pictures of the demo page that the README shows: `python docs/screenshot.py`.

Starts `signoff demo` in a folder of its own, walks a short story on the page with Chromium
(`apt-get install chromium fonts-dejavu-core`), and writes docs/demo.png, demo-dark.png and
demo-phone.png.
"""

# ruff: noqa: T201, S603 - a script for people: it prints, and it starts the demo

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

HERE = Path(__file__).parent
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PATIENCE = 30_000  # milliseconds; the first draft waits for the models
SIZES = {"demo": (1600, 1000), "demo-dark": (1600, 1000), "demo-phone": (390, 844)}


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed: apt-get install chromium fonts-dejavu-core", file=sys.stderr)
        return 64
    expect.set_options(timeout=PATIENCE)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        tell(opened(browser, url, "demo"))
        for name in SIZES:
            page = opened(browser, url, name)
            page.screenshot(path=HERE / f"{name}.png")
            print(HERE / f"{name}.png")
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """The address of a fresh demo that runs while the block does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent)
        try:
            assert process.stdout
            process.stdout.readline()
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(20)


def opened(browser: Browser, url: str, name: str) -> Page:
    width, height = SIZES[name]
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if name.endswith("dark") else "light",
        reduced_motion="reduce",
    )
    page.goto(url)
    expect(page.locator("#link")).to_have_text("Live")
    return page


def tell(page: Page) -> None:
    """A post that is approved, one that is held back, one that waits, and the admin's report."""
    _sample(page, "A plain announcement")
    _newest(page, "ada", "is waiting for your").get_by_role("button", name="Approve").click()
    expect(_newest(page, "maria", "Copy this text as it is")).to_be_visible()
    _sample(page, "A reply to a review")
    _sample(page, "A singled-out person")
    expect(_newest(page, "ada", "is waiting for your")).to_be_visible()
    _sample(page, "A patient's name")
    expect(_newest(page, "maria", "cannot go out like this")).to_be_visible()
    page.locator("#column-priya").get_by_role("button", name="ledger verify").click()
    expect(_newest(page, "priya", "The record is whole")).to_be_visible()
    page.locator("#column-sam").get_by_role("button", name="report").click()
    expect(_newest(page, "sam", "Time to decision").locator("img")).to_be_visible()


def _sample(page: Page, title: str) -> None:
    samples = page.locator("#column-maria .samples")
    if samples.get_attribute("open") is None:
        samples.locator("summary").click()
    before = page.locator("#column-maria .message").count()
    page.get_by_role("button", name=title).click()
    expect(page.locator("#column-maria .message")).not_to_have_count(before)


def _newest(page: Page, user: str, words: str) -> Locator:
    return page.locator(f"#column-{user} .message").filter(has_text=words).last


if __name__ == "__main__":
    sys.exit(main())
