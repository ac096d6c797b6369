"""Twilio's SDK on our own wire: kept connections, a time-out on every call, no silent retries.

The SDK's client waits for ever by default, has no setting for another host, drops `Retry-After`
and writes addresses with phone numbers into the log. This one does not.
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import urllib3
from twilio.http import HttpClient
from twilio.http.response import Response

_CONNECT_SECONDS = 5.0
_TOO_MANY_REQUESTS = 429


class TooManyRequestsError(Exception):
    """Twilio took nothing and asks for a pause of `retry_after` seconds, if it says how long."""

    def __init__(self, retry_after: int | None) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class _WithoutMessages(logging.Filter):
    """urllib3 logs whole addresses, and a look-up carries the phone number in its query."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "/Accounts/" not in record.getMessage()


_WITHOUT_MESSAGES = _WithoutMessages()


class TwilioHttp(HttpClient):
    """One keep-alive pool for all threads. `base_url` replaces scheme and host of every call."""

    def __init__(
        self, *, timeout_seconds: float, pool_size: int = 32, base_url: str | None = None
    ) -> None:
        # A logger of our own that says nothing, in case the SDK writes to it one day.
        silent = logging.Logger("twilio.silent", level=logging.CRITICAL)
        super().__init__(silent, is_async=False, timeout=timeout_seconds)
        logging.getLogger("urllib3.connectionpool").addFilter(_WITHOUT_MESSAGES)
        self._base = urlsplit(base_url) if base_url else None
        self._pool = urllib3.PoolManager(maxsize=pool_size, retries=False)

    def request(  # noqa: PLR0917 - the SDK's own signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One HTTP exchange. Raises urllib3's errors as they are and TooManyRequestsError."""
        answer = self._pool.request(
            method,
            self._address(uri, params),
            body=urlencode(data, doseq=True) if data else None,
            headers=_headers(headers, auth),
            timeout=self._limits(timeout),
            redirect=allow_redirects,
        )
        if answer.status == _TOO_MANY_REQUESTS:
            raise TooManyRequestsError(_seconds(answer.headers.get("Retry-After")))
        return Response(answer.status, answer.data.decode("utf-8", "replace"), answer.headers)

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def _address(self, uri: str, params: Mapping[str, object] | None) -> str:
        scheme, host, path, query, _ = urlsplit(uri)
        if self._base:
            scheme, host = self._base.scheme, self._base.netloc
            path = self._base.path.rstrip("/") + path
        query = "&".join(part for part in (query, urlencode(params or {}, doseq=True)) if part)
        return urlunsplit((scheme, host, path, query, ""))

    def _limits(self, seconds: float | None) -> urllib3.Timeout:
        read: Any = seconds or self.timeout
        return urllib3.Timeout(connect=min(_CONNECT_SECONDS, read), read=read)


def _headers(headers: Mapping[str, str] | None, auth: tuple[str, str] | None) -> dict[str, str]:
    signed = urllib3.make_headers(basic_auth=":".join(auth)) if auth else {}
    return {**(headers or {}), **signed}


def _seconds(retry_after: str | None) -> int | None:
    """Twilio sends seconds; the dates that HTTP also allows are left to the caller's own pause."""
    return int(retry_after) if retry_after and retry_after.strip().isdecimal() else None
