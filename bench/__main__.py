"""Measures the demo as a whole process: `make bench`.

Starts `signoff demo` in an empty folder and prints how long it takes to be ready, how long a draft
needs from the press of Send to the approver's card, how long the acknowledgement takes with twenty
people sending at once, and the peak memory of all its processes. Times are of this machine.
"""

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

DRAFTS, PEOPLE, ROUNDS = 40, 20, 5
TEXT = "Flu shots are in, number {}. Walk in any weekday or call 512-555-0142 to book yours."


class Page:
    """The demo page as a browser sees it: it posts, and it is told of each message."""

    def __init__(self, base: str, http: aiohttp.ClientSession, token: str) -> None:
        self.base, self.http, self.token = base, http, token
        self.seen: dict[str, float] = {}

    async def say(self, user: str, text: str) -> float:
        """Sends words and gives the seconds until they were acknowledged."""
        began = time.perf_counter()
        body = {"user": user, "event": str(uuid.uuid4()), "act": "say", "text": text}
        headers = {"X-Signoff-Token": self.token, "Origin": self.base}
        async with self.http.post(f"{self.base}/act", json=body, headers=headers) as response:
            response.raise_for_status()
        return time.perf_counter() - began

    async def listen(self) -> None:
        """Notes when the approver's card about each numbered text is told of."""
        async with self.http.get(f"{self.base}/live") as live:
            async for line in live.content:
                if line.startswith(b"data: {") and b'"user": "ada"' in line:
                    html = json.loads(line[6:])["html"]
                    for number in re.findall(r"number (\w+)\.", html):
                        self.seen.setdefault(number, time.perf_counter())

    async def card(self, number: str) -> float:
        async with asyncio.timeout(60):
            while number not in self.seen:
                await asyncio.sleep(0.002)
        return self.seen[number]


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[Page, float, float, subprocess.Popen[str]]]:
    """A fresh demo: its page, the seconds until it served and until its models were loaded."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--data", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout
            base = process.stdout.readline().split()[-1]
            served = time.perf_counter() - began
            limits = aiohttp.ClientTimeout(total=None, sock_read=120, sock_connect=10)
            async with aiohttp.ClientSession(timeout=limits, read_bufsize=2**22) as http:
                while True:
                    async with http.get(f"{base}/readyz") as ready:
                        if ready.status == 200:
                            break
                    await asyncio.sleep(0.05)
                warm = time.perf_counter() - began
                async with http.get(base) as page:
                    words = await page.text()
                token = re.search(r'name="signoff-token" content="([^"]+)"', words)
                assert token
                yield Page(base, http, token[1]), served, warm, process
        finally:
            process.terminate()
            process.wait(20)


def memory(root: int) -> float:
    """Peak resident megabytes of a process and its children, added up."""
    total, todo = 0.0, [root]
    while todo:
        pid = todo.pop()
        status = Path(f"/proc/{pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        total += int(peak[1]) / 1024 if peak else 0
        for task in Path(f"/proc/{pid}/task").iterdir():
            todo += [int(child) for child in (task / "children").read_text().split()]
    return total


def at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


async def measure() -> list[tuple[str, str, str]]:
    async with demo() as (page, served, warm, process):
        listening = asyncio.create_task(page.listen())
        await asyncio.sleep(0.3)
        waits, acks = [], []
        for n in range(DRAFTS):
            began = time.perf_counter()
            await page.say("maria", TEXT.format(f"s{n}"))
            waits.append(await page.card(f"s{n}") - began)
        for r in range(ROUNDS):
            texts = [TEXT.format(f"p{r}x{n}") for n in range(PEOPLE)]
            acks += await asyncio.gather(*(page.say("maria", text) for text in texts))
            for n in range(PEOPLE):
                await page.card(f"p{r}x{n}")
        peak = memory(process.pid) if os.path.isdir("/proc") else float("nan")
        listening.cancel()
    return [
        ("serves the page after", f"{served:.1f} s", "8 s"),
        ("models warm after", f"{warm:.1f} s", "15 s"),
        ("Send to approver's card, median", f"{statistics.median(waits):.3f} s", "0.5 s"),
        ("Send to approver's card, 99 of 100", f"{at(waits, 0.99):.3f} s", ""),
        (f"ack, {PEOPLE} at once, median", f"{statistics.median(acks):.3f} s", ""),
        (f"ack, {PEOPLE} at once, 99 of 100", f"{at(acks, 0.99):.3f} s", "0.2 s"),
        ("peak memory, all processes", f"{peak:.0f} MB", "800 MB"),
    ]


def main() -> None:
    print(f"{'measure':<38} {'here':>10} {'aim':>8}")
    for name, value, aim in asyncio.run(measure()):
        print(f"{name:<38} {value:>10} {aim:>8}")


if __name__ == "__main__":
    main()
