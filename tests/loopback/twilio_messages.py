"""What the loopback Twilio has accepted: the oracle of the tests, in JSON as Twilio writes it."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

_DEFAULT_PAGE = 50
_LARGEST_PAGE = 1000


@dataclass(slots=True)
class AcceptedMessage:
    """`fields` are the form fields of the request, exactly as they came."""

    sid: str
    fields: Mapping[str, str]
    accepted_at: datetime
    status: str
    error_code: int | None = None
    sent_at: datetime | None = None

    @property
    def to(self) -> str:
        return self.fields["To"]

    @property
    def body(self) -> str:
        return self.fields["Body"]

    def as_json(self, account_sid: str) -> dict[str, object]:
        uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}.json"
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.accepted_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "date_updated": format_datetime(self.sent_at or self.accepted_at),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.fields.get("From"),
            "messaging_service_sid": self.fields.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
            "to": self.to,
            "uri": uri,
        }


@dataclass(slots=True)
class MessageLedger:
    """Accepted messages in order; each is also a line of `path`, so that it outlives a kill."""

    path: Path | None = None
    messages: list[AcceptedMessage] = field(default_factory=list[AcceptedMessage])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, fields: Mapping[str, str]) -> AcceptedMessage:
        status = "accepted" if "MessagingServiceSid" in fields else "queued"
        message = AcceptedMessage(
            f"SM{uuid4().hex}", dict(fields), datetime.now(UTC).replace(microsecond=0), status
        )
        with self._lock:
            self.messages.append(message)
            if self.path:
                self._write(self.path, message)
        return message

    def get(self, sid: str) -> AcceptedMessage | None:
        return next((message for message in self.messages if message.sid == sid), None)

    def page(self, account_sid: str, query: Mapping[str, str]) -> dict[str, object]:
        """The newest first, as Twilio lists them; `To`, `From` and `DateSent` narrow the list."""
        number = int(query.get("Page", "0"))
        size = min(int(query.get("PageSize", _DEFAULT_PAGE)), _LARGEST_PAGE)
        found = [m for m in reversed(self.messages) if _matches(m, query)]
        shown = found[number * size : (number + 1) * size]
        return {
            "messages": [message.as_json(account_sid) for message in shown],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(shown) - 1, 0),
            "uri": _page_uri(account_sid, query, number),
            "first_page_uri": _page_uri(account_sid, query, 0),
            "previous_page_uri": _page_uri(account_sid, query, number - 1) if number else None,
            "next_page_uri": (
                _page_uri(account_sid, query, number + 1)
                if len(found) > (number + 1) * size
                else None
            ),
        }

    @staticmethod
    def _write(path: Path, message: AcceptedMessage) -> None:
        line = {
            "sid": message.sid,
            "to": message.to,
            "body": message.body,
            "accepted_at": message.accepted_at.isoformat(),
            "fields": message.fields,
        }
        with path.open("a", encoding="utf-8") as ledger:
            ledger.write(json.dumps(line, ensure_ascii=False) + "\n")


def _page_uri(account_sid: str, query: Mapping[str, str], number: int) -> str:
    asked = {**query, "Page": str(number)}
    return f"/2010-04-01/Accounts/{account_sid}/Messages.json?{urlencode(asked)}"


def _matches(message: AcceptedMessage, query: Mapping[str, str]) -> bool:
    same_numbers = all(
        message.fields.get(name) == query[name] for name in ("To", "From") if name in query
    )
    return same_numbers and _sent_in_time(message.sent_at, query)


def _sent_in_time(sent_at: datetime | None, query: Mapping[str, str]) -> bool:
    """A message still in the queue has no such date, and no search by it finds the message."""
    asked = {name: query[name] for name in ("DateSent", "DateSent<", "DateSent>") if name in query}
    return not asked or (
        sent_at is not None and all(_holds(sent_at, *bound) for bound in asked.items())
    )


def _holds(sent_at: datetime, name: str, value: str) -> bool:
    """Both inequalities include their bound; a bare date means the whole day."""
    sent = sent_at.strftime("%Y-%m-%dT%H:%M:%SZ")[: len(value)]
    return {"DateSent": sent == value, "DateSent<": sent <= value, "DateSent>": sent >= value}[name]
