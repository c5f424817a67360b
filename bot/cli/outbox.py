"""`signoff outbox`: cards that have not left, and another try for them."""

from typing import Annotated

import typer

from bot.cli import APP_YAML, Config, settings
from bot.commands import Chat
from bot.config import App
from bot.store import stuck
from bot.store import waiting as piles
from bot.store.stuck import Held
from bot.wiring import keys_from_environment, open_store

outbox_app = typer.Typer(no_args_is_help=True, help="Cards that have not left yet.")

Whose = Annotated[str | None, typer.Argument(help="Only this person, by the key in app.yaml.")]
OnChat = Annotated[Chat | None, typer.Option("--chat", help="Only this platform.")]


@outbox_app.command("list")
def list_(config: Config = APP_YAML) -> None:
    """List the cards that wait, and those that could not be delivered."""
    app = settings(config)
    store = open_store(app.database, keys_from_environment())
    with store.read() as tx:
        held, (waiting, parked) = stuck.held(tx), piles.totals(tx)
    store.close()
    for card in held:
        typer.echo(_line(card))
    typer.echo(f"{waiting:,} cards are on their way, {parked:,} could not be delivered.")


def _line(card: Held) -> str:
    state = "parked" if card.parked else "waits"
    tried = f"{card.problem or 'not tried yet'}, {card.attempts} tries"
    return f"{state:<7} {card.person:<16} {card.chat:<6} {card.key:<24} {tried}"


@outbox_app.command("retry")
def retry(person: Whose = None, chat: OnChat = None, config: Config = APP_YAML) -> None:
    """Try again at once what could not be delivered. `signoff serve` sends it in a moment."""
    app = settings(config)
    _must_be_known(app, person)
    store = open_store(app.database, keys_from_environment())
    with store.write() as tx:
        count = stuck.retry(tx, chat=chat, person=person)
    store.close()
    typer.echo(f"{count:,} cards are tried again.")


def _must_be_known(app: App, person: str | None) -> None:
    if person is not None and app.roster.get(person) is None:
        people = ", ".join(p.key for p in app.roster.people)
        raise typer.BadParameter(f"{person} is nobody in app.yaml; there are: {people}")
