"""Replicas as processes of their own, and the app.yaml that they share."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import yaml

from tests.fakes_slack import FakeSlack
from tests.fakes_teams import FakeTeams

AUTHORS = 6  # half of them on each platform
PATIENCE = 120.0  # seconds for anything that has to happen


def settings(slack: FakeSlack, teams: FakeTeams, database: str, port: int) -> dict[str, object]:
    """app.yaml of a practice with authors on both platforms and an approver on each."""
    roster: dict[str, dict[str, object]] = {
        "ada": {"name": "Ada Reyes", "roles": ["approver"], "teams": "29:ada"},
        "bea": {"name": "Bea Lund", "roles": ["approver"], "slack": "UBEA"},
    }
    for n in range(AUTHORS):
        place = {"slack": f"UAUTHOR{n}"} if n % 2 else {"teams": f"29:author{n}"}
        roster[f"author{n}"] = {"name": f"Author {n}", **place}
    return {
        "people": roster,
        "routing": {
            "default": {"to": ["ada", "bea"], "due": "40 business hours", "remind": "30 hours"}
        },
        "database": database,
        "listen": {"port": port},
        "slack": {
            "mode": "http",
            "bot_token": "env:BENCH_TOKEN",
            "signing_secret": "env:BENCH_SECRET",
            "api_url": f"{slack.url}/api/",
        },
        "teams": {
            "local": True,
            "authority": teams.url,
            "openid_url": f"{teams.url}/openid",
        },
    }


class Replica:
    """A process of its own, with a port of its own."""

    def __init__(self, folder: Path, given: dict[str, object], port: int, real: bool) -> None:
        self.port, self.url, self._real = port, f"http://127.0.0.1:{port}", real
        self._config = folder / f"{port}.yaml"
        self._config.write_text(yaml.safe_dump(given))
        self._log = folder / f"{port}.log"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Comes back when it serves."""
        command = ["-m", "bench.replica", str(self._config), "real" if self._real else "quick"]
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stderr=log, env={**os.environ}
            )
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                except ConnectionError:
                    if self.process.returncode is not None:
                        raise RuntimeError(self._log.read_text()[-2_000:]) from None
                    await asyncio.sleep(0.1)

    async def end(self, by: signal.Signals) -> float:
        """Sends the signal; the seconds until it was gone."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(by)
        await self.process.wait()
        self.process = None
        return time.monotonic() - began


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports
