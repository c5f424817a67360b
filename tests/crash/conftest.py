"""Databases by the dozen: every story of a crash has one of its own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.store import KeyRing, Store, schema
from tests.conftest import ENGINES, copied

pytest.register_assert_rewrite("tests.crash.stories")


@pytest.fixture(params=ENGINES)
def databases(
    request: pytest.FixtureRequest, keys: KeyRing, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Makes an empty database and tells its URL, as often as it is asked."""
    with ExitStack() as made:
        if request.param == "sqlite":
            first = tmp_path / "template.db"
            store = Store(f"sqlite:///{first}", keys)
            schema.upgrade(store)
            store.close()

            def another(name: str) -> str:
                shutil.copy(first, tmp_path / f"{name}.db")
                return f"sqlite:///{tmp_path / name}.db"
        else:
            template = request.getfixturevalue("postgres")

            def another(name: str) -> str:
                return made.enter_context(copied(template))

        yield another
