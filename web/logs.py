"""Logs as JSON lines: what happened, never to whom.

A line names the endpoint and not the address, because addresses carry query strings. Bodies, names,
phone numbers and message texts are never passed to a logger.
"""

import logging
import sys
import time
import traceback
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request

# All others speak up only to warn: at DEBUG, libraries write addresses, numbers, message texts, and
# where a photo was taken.
_OURS = ("web", "alembic")

log: Any = structlog.get_logger("web")


def init_logs(app: Flask, level: str) -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    app.before_request(_begin)
    app.after_request(_end)


class DiscreetFlask(Flask):
    """Flask, but an unexpected error is logged by kind and place: its text may quote a person."""

    def log_exception(self, exc_info: Any) -> None:
        error = exc_info[1]
        log.error("unexpected", kind=type(error).__name__, at=places(error))


def places(error: BaseException) -> list[str]:
    """Where an error came through, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]


def _begin() -> None:
    g.request_id = uuid.uuid4().hex[:12]
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if request.endpoint != "static" and "began" in g:
        log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            milliseconds=round((time.perf_counter() - g.began) * 1000, 1),
        )
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response
