"""One replica for `make bench-replicas`: the product as it is, with or without the real checks."""

import asyncio
import sys
from pathlib import Path

from bot import logs, wiring
from bot.config import load
from bot.engine.checker import Checker
from checks import Examined
from checks.values import Post


class Quick(Checker):
    """Stands in for the checks, whose models three replicas would load three times: it finds
    nothing, after the time that the real ones take.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ready = True

    async def warm(self) -> None:
        return None

    async def run(self, post: Post) -> Examined:
        await asyncio.sleep(0.03)
        return Examined(())

    def close(self) -> None:
        return None


async def serve(config: Path, real: bool) -> None:
    app = load(config)
    makes = wiring.platforms(app)
    store = wiring.open_store(app.database, wiring.keys_from_environment())
    product = wiring.Product(app, store, makes, checker=None if real else Quick())
    async with product.running(app.listen.host, app.listen.port):
        await wiring.until_stopped()


if __name__ == "__main__":
    logs.configure("WARNING")
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2] == "real"))
