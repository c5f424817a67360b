"""Everything that is kept: tables, encryption, and questions in the practice's words.

Each module asks and answers about one noun (`drafts`, `reviews`, `ledger`, `outbox`, ...); its
functions take a `Tx` from `Store.write()` or `Store.read()` and return values, never rows.
"""

from bot.store.crypto import KeyProblem, KeyRing
from bot.store.database import Store, Tx

__all__ = ["KeyProblem", "KeyRing", "Store", "Tx"]
