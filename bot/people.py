"""The people of the practice: who they are on each platform and what they may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.commands import Chat, Origin


class Role(StrEnum):
    STAFF = "staff"  # may submit drafts
    APPROVER = "approver"  # may decide on drafts of others
    PRIVACY = "privacy"  # privacy officer: decides disputes and what escalates
    ADMIN = "admin"  # reads reports and keeps the settings


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `ids` holds the person's id on each platform; `platforms` empty means all."""

    key: str
    name: str
    roles: frozenset[Role]
    ids: Mapping[Chat, str] = field(default_factory=dict)
    email: str = ""
    platforms: tuple[str, ...] = ()

    def on(self, chat: Chat) -> bool:
        """True when cards can reach this person there, once they have been heard of."""
        return chat in self.ids or (chat is Chat.TEAMS and bool(self.email))

    def reached_on(self, chats: Iterable[Chat]) -> Chat | None:
        """The first of these platforms on which cards can reach this person."""
        return next((chat for chat in chats if self.on(chat)), None)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody on app.yaml's `people`, in its order."""

    people: tuple[Person, ...]

    def get(self, key: str) -> Person | None:
        return next((p for p in self.people if p.key == key), None)

    def name(self, key: str) -> str:
        """The name to show for a key; somebody who has left keeps their key."""
        person = self.get(key)
        return person.name if person else key

    def names(self, keys: Iterable[str]) -> str:
        """The names as a person would list them: "Ada Reyes, Priya Shah or Sam Cole"."""
        names = [self.name(k) for k in keys]
        return " or ".join(filter(None, [", ".join(names[:-1]), names[-1] if names else ""]))

    def sender(self, origin: Origin) -> Person | None:
        """Who sent a command, by the ids the adapter verified (never by a display name)."""
        seen = {origin.user, *origin.aliases} - {""}
        seen |= {alias.casefold() for alias in seen}
        for person in self.people:
            known = {person.ids.get(origin.chat, "")} - {""}
            if origin.chat is Chat.TEAMS:
                known |= {person.email.casefold()} - {""}
            if known & seen:
                return person
        return None

    def mentioned(self, words: str, chat: Chat) -> Person | None:
        """Who is meant by `@ada`, `@U02DEF` or `@Ada Reyes`; None unless exactly one fits."""
        wanted = words.strip().removeprefix("@").casefold()
        exact = [
            p for p in self.people if wanted in (p.key.casefold(), p.ids.get(chat, "").casefold())
        ]
        named = [
            p for p in self.people if wanted in (p.name.casefold(), p.name.split()[0].casefold())
        ]
        found = exact or named
        return found[0] if wanted and len(found) == 1 else None

    def having(self, role: Role) -> tuple[Person, ...]:
        return tuple(p for p in self.people if role in p.roles)
