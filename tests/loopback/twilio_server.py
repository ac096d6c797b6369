"""A stand-in for Twilio on this machine: real HTTP, its Messages API, and its bad days.

In a process of its own:  python tests/loopback/twilio_server.py --port N --ledger FILE.jsonl
"""

import argparse
import base64
import json
import os
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

sys.path.append(str(Path(__file__).resolve().parents[1]))  # so that it also runs as a script
from loopback.twilio_faults import Answer, Fault
from loopback.twilio_messages import AcceptedMessage, MessageLedger
from loopback.twilio_webhooks import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    SignedForm,
    signed,
)


@dataclass(slots=True)
class TwilioServer:
    """Starts on `start`, listens on 127.0.0.1; `ledger.messages` is what it accepted."""

    port: int = 0
    latency_seconds: float = 0.0
    ledger: MessageLedger = field(default_factory=MessageLedger)
    opted_out: set[str] = field(default_factory=set[str])
    requests: list[tuple[str, Mapping[str, str]]] = field(
        default_factory=list[tuple[str, Mapping[str, str]]]
    )
    connections: int = 0
    _faults: dict[str, deque[Fault]] = field(
        default_factory=lambda: {"POST": deque(), "GET": deque()}
    )
    _http: "_Listener | None" = None

    def start(self) -> Self:
        self._http = _Listener(self)
        self.port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        if self._http:
            self._http.shutdown()
            self.hang_up()
            self._http.server_close()

    def hang_up(self) -> None:
        """Close every open connection, as a server does after some idle time."""
        if self._http:
            self._http.drop_connections()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accepted(self) -> list[AcceptedMessage]:
        return self.ledger.messages

    def fail_next(self, *faults: Fault) -> None:
        """Script the next sends, one fault each; then all is well again."""
        self._faults["POST"].extend(faults)

    def fail_next_lookup(self, *faults: Fault) -> None:
        self._faults["GET"].extend(faults)

    def next_fault(self, method: str) -> Fault | None:
        try:
            return self._faults[method].popleft()
        except IndexError:
            return None

    def receipt(self, sid: str, status: str, error_code: int | None = None) -> SignedForm:
        """The signed status callback of an accepted message; also moves it to `status`."""
        message = self.ledger.get(sid)
        if message is None:
            raise KeyError(sid)
        message.status, message.error_code = status, error_code
        message.sent_at = message.sent_at or message.accepted_at
        form = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
        form |= {
            "To": message.to,
            "From": message.fields.get("From", ""),
            "AccountSid": ACCOUNT_SID,
        }
        if error_code is not None:
            form["ErrorCode"] = str(error_code)
        return signed(message.fields["StatusCallback"], form)


class _Listener(ThreadingHTTPServer):
    request_queue_size = 512

    def __init__(self, twilio: TwilioServer) -> None:
        super().__init__(("127.0.0.1", twilio.port), _Exchange)
        self.twilio = twilio
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.twilio.connections += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests; anything else is told as ever."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener
    about: str  # the phone number of the request

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        fields = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        self.about = fields.get("To", "")
        self.server.twilio.requests.append(("POST", fields))
        if not self._is_ours("/Messages.json"):
            return
        fault = self.server.twilio.next_fault("POST")
        error = _refusal(fields, self.server.twilio.opted_out)
        if error and fault is None:
            self._error(400, error)
            return
        message = None if fault and not fault.accepted else self.server.twilio.ledger.accept(fields)
        time.sleep(self.server.twilio.latency_seconds)
        self._answer(201, message.as_json(ACCOUNT_SID) if message else {}, fault)

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        self.about = query.get("To", "")
        self.server.twilio.requests.append(("GET", query))
        if not self._is_ours("/Messages.json", "/Messages/"):
            return
        time.sleep(self.server.twilio.latency_seconds)
        fault = self.server.twilio.next_fault("GET")
        path = urlsplit(self.path).path
        if path.endswith("/Messages.json"):
            self._answer(200, self.server.twilio.ledger.page(ACCOUNT_SID, query), fault)
            return
        message = self.server.twilio.ledger.get(Path(path).stem)
        if message is None:
            self._error(404, 20404)
            return
        self._answer(200, message.as_json(ACCOUNT_SID), fault)

    def _is_ours(self, *resources: str) -> bool:
        expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        account = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
        if self.headers.get("Authorization") != f"Basic {expected}":
            self._error(401, 20003)
            return False
        if not any(urlsplit(self.path).path.startswith(account + r) for r in resources):
            self._error(404, 20404)
            return False
        return True

    def _answer(self, status: int, payload: Mapping[str, object], fault: Fault | None) -> None:
        body = json.dumps(payload).encode()
        match fault.answer if fault else None:
            case Answer.ERROR if fault:
                self._error(fault.status, fault.code, fault.retry_after)
            case Answer.SILENCE if fault:
                time.sleep(fault.seconds)
                self._reset()
            case Answer.RESET:
                self._reset()
            case Answer.CUT:
                self._write(status, body[: len(body) // 2], length=len(body))
                self.close_connection = True
            case Answer.GARBLED if fault:
                self._write(status, fault.body.encode())
            case _:
                self._write(status, body)

    def _error(self, status: int, code: int, retry_after: str | None = None) -> None:
        """Twilio's sentences quote the phone number too."""
        body = {
            "code": code,
            "message": f"Something is wrong with the number {self.about}",
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        extra = {"Retry-After": retry_after} if retry_after else {}
        self._write(status, json.dumps(body).encode(), extra=extra)

    def _write(
        self,
        status: int,
        body: bytes,
        *,
        length: int | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """Close without a farewell: with no time to linger the kernel sends a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a request line can hold a phone number."""


def _refusal(fields: Mapping[str, str], opted_out: set[str]) -> int | None:
    """Twilio's own checks of a message, as far as we could offend against them."""
    to, body = fields.get("To", ""), fields.get("Body", "")
    checks = (
        (not to, 21604),
        (not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16), 21211),
        (not (fields.get("From") or fields.get("MessagingServiceSid")), 21603),
        (not body, 21602),
        (len(body) > 1600, 21617),
        (to in opted_out, 21610),
    )
    return next((code for wrong, code in checks if wrong), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    asked = parser.parse_args()
    server = TwilioServer(asked.port, asked.latency, MessageLedger(asked.ledger)).start()
    sys.stdout.write(f"{server.url} {ACCOUNT_SID} {AUTH_TOKEN}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main()
