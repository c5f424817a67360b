"""A practice on disk, as whoever runs the server has it: settings, a database, the command line."""

import hashlib
import itertools
import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import structlog
import yaml

from bot.__main__ import main
from bot.commands import Chat
from bot.config import load
from bot.desk import Desk
from bot.store import KeyRing, Store, schema
from practice import PRACTICE, Bench, Clock


@contextmanager
def logs_put_back() -> Iterator[None]:
    """`serve` sends the logs of the whole process to this test's stderr, which closes with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


class Office:
    """Runs commands in this process, and opens the database between them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
        self.folder, self.keys, self.patch = folder, keys, monkeypatch
        self.database, self.config = folder / "signoff.db", folder / "app.yaml"
        self.clock, self.numbers = Clock(), itertools.count(1)
        self.url = f"sqlite:///{self.database}"
        slack = {"bot_token": "env:SLACK_BOT_TOKEN", "app_token": "env:SLACK_APP_TOKEN"}
        settings = {**PRACTICE, "database": self.url, "slack": slack}
        self.config.write_text(yaml.safe_dump(settings))
        monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-made-up")
        monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-made-up")

    @contextmanager
    def bench(self, keys: str | None = None, path: Path | None = None) -> Iterator[Bench]:
        """A desk on the database, or on another file, as long as the block runs."""
        store = Store(f"sqlite:///{path or self.database}", KeyRing.parse(keys or self.keys))
        try:
            schema.upgrade(store)
            desk = Desk(store, load(self.config), clock=self.clock, chats=(Chat.SLACK,))
            yield Bench(desk, self.clock, self.numbers)
        finally:
            store.close()

    def run(self, *words: str, keys: str | None = "the practice's") -> int:
        """How a command ends, with these keys or none (None) in the environment."""
        self.patch.delenv("SIGNOFF_KEYS", raising=False)
        if keys is not None:
            given = self.keys if keys == "the practice's" else keys
            self.patch.setenv("SIGNOFF_KEYS", given)
        self.patch.setattr(sys, "argv", ["signoff", *words, "--config", str(self.config)])
        with logs_put_back(), pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    def rows(self) -> str:
        """A fingerprint of all rows, whatever the file looks like."""
        with closing(sqlite3.connect(self.database)) as connection:
            dump = "\n".join(connection.iterdump())
        return hashlib.sha256(dump.encode()).hexdigest()
