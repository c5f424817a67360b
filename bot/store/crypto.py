"""Encryption at rest: a key ring, and values sealed to the table, row and column they stand in.

Every value has its own random data key, wrapped by the newest key of the ring. Changing the ring
re-wraps 48 bytes a value and leaves the body as it is, so the ledger's hashes of sealed details
stay true. Layout: version(1) key-id(8) wrap-nonce(12) wrapped-key(48) | body-nonce(12) body.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.refusals import Problem

VERSION = b"\x01"
NONCE = 12
HEAD = 1 + 8 + NONCE + 48
CHANGED = "A stored text was changed or moved outside of Signoff."


class KeyProblem(Problem):
    """The keys are missing, malformed or not the ones this database was written with."""


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """The keys in use, newest first, each by its 8-byte id."""

    keys: tuple[tuple[bytes, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """The ring in `SIGNOFF_KEYS`: base64 keys of 32 bytes, newest first, by comma."""
        try:
            keys = [base64.urlsafe_b64decode(k.strip()) for k in text.split(",") if k.strip()]
        except (binascii.Error, ValueError):
            keys = []
        if not keys or any(len(k) != 32 for k in keys):
            raise KeyProblem(
                "SIGNOFF_KEYS must hold a key made by `signoff key new` (newest first, by comma)."
            )
        return cls(tuple((hashlib.sha256(b"signoff key" + k).digest()[:8], k) for k in keys))

    @staticmethod
    def new() -> str:
        """A fresh key as text for SIGNOFF_KEYS."""
        return base64.urlsafe_b64encode(os.urandom(32)).decode()

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The ids of the keys, the newest first."""
        return tuple(key_id for key_id, _ in self.keys)

    def seal(self, place: str, words: bytes) -> bytes:
        """`words` encrypted; only `unseal` with the same `place` gives them back."""
        key_id, key = self.keys[0]
        data_key, body_nonce = os.urandom(32), os.urandom(12)
        body = AESGCM(data_key).encrypt(body_nonce, words, place.encode())
        return VERSION + key_id + _wrap(key, data_key, place) + body_nonce + body

    def unseal(self, place: str, sealed: bytes) -> bytes:
        """The words sealed for `place`. Raises `KeyProblem` when moved, changed or keyless."""
        data_key = self._data_key(place, sealed)
        try:
            body = sealed[HEAD + NONCE :]
            return AESGCM(data_key).decrypt(sealed[HEAD : HEAD + NONCE], body, place.encode())
        except (InvalidTag, ValueError):
            raise KeyProblem(CHANGED) from None

    def rewrap(self, place: str, sealed: bytes) -> bytes:
        """The same sealed value under the newest key; its body stays byte for byte the same.
        Raises `KeyProblem` when it cannot be opened here.
        """
        data_key = self._data_key(place, sealed)
        key_id, newest = self.keys[0]
        return VERSION + key_id + _wrap(newest, data_key, place) + sealed[HEAD:]

    def _data_key(self, place: str, sealed: bytes) -> bytes:
        """The value's own key, unwrapped with the key of the ring that it names."""
        key = dict(self.keys).get(key_id_of(sealed))
        if sealed[:1] != VERSION:
            raise KeyProblem(CHANGED)
        if key is None:
            name = short(key_id_of(sealed))
            raise KeyProblem(f"A stored text was written with key {name}, not in SIGNOFF_KEYS.")
        try:
            return _cipher(key).decrypt(sealed[9:21], sealed[21:HEAD], place.encode())
        except (InvalidTag, ValueError):
            raise KeyProblem(CHANGED) from None


_cipher = lru_cache(16)(AESGCM)  # of the keys of the ring, which are used all the time


def _wrap(key: bytes, data_key: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _cipher(key).encrypt(nonce, data_key, place.encode())


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that a sealed value was last put under."""
    return sealed[1:9]


def short(key_id: bytes) -> str:
    """A key's id as people read it; it tells nothing about the key."""
    return key_id[:4].hex()


def body_hash(sealed: bytes) -> str:
    """SHA-256 of the part of a sealed value that survives a change of keys."""
    return hashlib.sha256(sealed[HEAD:]).hexdigest()
