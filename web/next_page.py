"""Where to go after signing in: only to a path of ours, whatever an address claims."""

import re
from urllib.parse import unquote, urlsplit

from flask import request

LONGEST = 512
# what a browser would drop, fold or read as a slash on its own
_SUSPECT = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2000-\u206f\u3000\ufeff]")
_ROUNDS = 3


def here() -> str:
    """The address of this request, as a target to come back to."""
    return request.full_path if request.query_string else request.path


def safe(target: str | None) -> str | None:
    """`target` if it is a plain path of this site, else None.

    Refused: other sites in every spelling (`//evil`, `/\\evil`, `/%09/evil`, `https:evil`), control
    characters and blanks, also when they appear only after decoding once, twice or three times.
    """
    if target is None or len(target) > LONGEST:
        return None
    spelled = target
    for _ in range(_ROUNDS):
        if not _is_plain_path(spelled):
            return None
        spelled = unquote(spelled)
    # still changing: nobody encodes a page of ours that often
    return target if _is_plain_path(spelled) and unquote(spelled) == spelled else None


def _is_plain_path(text: str) -> bool:
    # in this order: an address with a host may be one that cannot be split
    if not text.startswith("/") or text.startswith("//") or "//" in urlsplit(text).path:
        return False
    path = text.partition("?")[0]
    return _SUSPECT.search(path) is None and not any(c in text for c in "\r\n\t\0\\")
