"""Sealing what nobody may read before its time: the seed of a list, and the arm of each place."""

import base64
import json
from datetime import datetime
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE: Final = b"sirolog randomisation lists 1"
_KEY_BYTES: Final = 32
# all arms are sealed at one length, so that a long name does not show through
_WIDTH: Final = 96


class SealError(Exception):
    """The key is missing, is another one, or what was sealed was changed."""


class Seal:
    """Seals with a key that is derived (HKDF-SHA256) from the installation's RANDOMISATION_KEY."""

    def __init__(self, key: str | None) -> None:
        self._fernet = None if key is None else Fernet(_derived(key))

    def secret(self, secret: bytes, now: datetime) -> str:
        """A seed or a salt under seal. Raises SealError without a key."""
        return self._seal(secret.hex(), now)

    def open_secret(self, sealed: str) -> bytes:
        """Raises SealError."""
        return bytes.fromhex(self._open(sealed))

    def arm(self, number: str, arm: str, now: datetime) -> str:
        """The arm of a place under seal, bound to the place's number. Raises SealError."""
        return self._seal(json.dumps([number, arm]).ljust(_WIDTH), now)

    def open_arm(self, number: str, sealed: str) -> str:
        """Raises SealError, also for the seal of another place."""
        bound_to, arm = json.loads(self._open(sealed))
        if bound_to != number:
            raise SealError
        return str(arm)

    def _seal(self, text: str, now: datetime) -> str:
        if self._fernet is None:
            raise SealError
        return self._fernet.encrypt_at_time(text.encode(), int(now.timestamp())).decode()

    def _open(self, sealed: str) -> str:
        if self._fernet is None:
            raise SealError
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SealError from None


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derived.derive(key.encode()))
