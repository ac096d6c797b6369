"""Where photos lie: the contract, and the errors a caller may see."""

import re
from typing import Protocol

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")
_LONGEST_KEY = 200


class StoreUnavailableError(Exception):
    """The store cannot be reached or refuses; the same call may succeed later."""


class PhotoMissingError(Exception):
    """Nothing lies under this key."""


class PhotoStore(Protocol):
    """Bytes under a key. Keys are lower-case path segments and belong to one content for ever:
    putting the same photo twice is harmless, and nothing is ever changed in place.

    Every call may raise StoreUnavailableError, and ValueError for a malformed key.
    """

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Keep the bytes; once this returns they survive a crash."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes. Raises PhotoMissingError."""
        ...

    def exists(self, key: str) -> bool:
        """Whether the key holds something."""
        ...

    def delete(self, key: str) -> None:
        """Remove bytes that no row names (an upload whose commit failed). Absent is fine."""
        ...

    def ready(self) -> bool:
        """Whether the store answers now. Never raises."""
        ...


def checked_key(key: str) -> str:
    """The key itself when well formed: no `..`, no hidden or empty segment, no other alphabet.

    Raises ValueError.
    """
    if len(key) > _LONGEST_KEY or _KEY.fullmatch(key) is None:
        raise ValueError("malformed photo key")
    return key
