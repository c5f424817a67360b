"""`signoff demo` and `signoff serve`."""

import asyncio
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import demo as demonstration
from bot import logs, wiring
from bot.cli import APP_YAML, Config, settings
from bot.config import App, ConfigError
from bot.logs import Form
from bot.store.pages import Pages

if TYPE_CHECKING:
    from adapters import Adapter


def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder for the demo's data.")] = Path("demo-data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget earlier tries first.")] = False,
) -> None:
    """Run everything on this machine, with four people on one page. No accounts needed."""
    demonstration.refuse_credentials()
    logs.configure("WARNING")
    data.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{data / 'signoff.db'}"
    with wiring.alone(url), _port(port):
        if fresh:
            _forget(data)
        asyncio.run(_demo(url, data, port))


def _forget(data: Path) -> None:
    """Removes what earlier runs of the demo left in its folder, and nothing else."""
    for name in ("signoff.db", "signoff.db-wal", "signoff.db-shm", "key"):
        (data / name).unlink(missing_ok=True)


async def _demo(url: str, data: Path, port: int) -> None:
    app = demonstration.settings()
    store = wiring.open_store(url, demonstration.keys_in(data))
    clock = demonstration.DemoClock(store, app.zone, moved=lambda: product.engine.kick())
    pages = Pages(store, clock)

    def make(front: wiring.Counter) -> list["Adapter"]:
        return [wiring.web_demo(front, pages, clock)]

    product = wiring.Product(app, store, make, clock=clock)
    async with product.running("127.0.0.1", port) as taken:
        typer.echo(f"Signoff demo: http://127.0.0.1:{taken}")
        typer.echo("Press Ctrl-C to stop; what you did is kept in " + str(data), err=True)
        await wiring.until_stopped()


def serve(
    config: Config = APP_YAML,
    form: Annotated[Form, typer.Option("--logs", help="Log lines as text or json.")] = Form.TEXT,
) -> None:
    """Serve Slack and Teams as app.yaml says."""
    logs.configure(form=form)
    app = settings(config)
    with wiring.alone(app.database), _port(app.listen.port):
        asyncio.run(_serve(app))


async def _serve(app: App) -> None:
    makes = wiring.platforms(app)
    store = wiring.open_store(app.database, wiring.keys_from_environment())
    product = wiring.Product(app, store, makes)
    async with product.running(app.listen.host, app.listen.port) as taken:
        names = " and ".join(a.chat.capitalize() for a in product.adapters)
        typer.echo(f"Signoff serves {names} on http://{app.listen.host}:{taken}")
        await wiring.until_stopped()


@contextmanager
def _port(port: int) -> Iterator[None]:
    """Turns a taken port into a sentence with the next step."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ConfigError(f"Port {port} is in use; choose another one.") from None
