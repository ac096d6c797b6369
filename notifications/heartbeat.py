"""The heartbeat process: `flask notifier`. Any number of them may run against one database.

APScheduler only beats. What is due is computed from facts, so a beat that was missed heals at the
next one, and nothing is lost with the process.
"""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from apscheduler.schedulers.background import BackgroundScheduler

from notifications import dispatch
from notifications.line import Line
from notifications.watch import watch
from services.heartbeats import beat
from web.logs import log, places

_PLAN_EVERY_SECONDS: Final = 60


class Notifier:
    """One process's rounds. `stop` lets what is under way finish and be recorded."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._stopped = threading.Event()
        # both rounds note that they are alive, in the same row
        self._noting = threading.Lock()

    def stop(self, *_signal: object) -> None:
        self._stopped.set()

    def run_for_ever(self, every_seconds: float) -> None:
        """Beat until told to stop, first at once."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        # its own lines would say at every beat that a round takes longer than a beat
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        at_once = datetime.now(UTC)
        rounds = (
            (self.plan, _PLAN_EVERY_SECONDS),
            (self.watch, _PLAN_EVERY_SECONDS),
            (self.send, every_seconds),
        )
        for work, seconds in rounds:
            scheduler.add_job(
                _kept_alive, "interval", [work], seconds=seconds, next_run_time=at_once
            )
        scheduler.start()
        log.info("notifier_started", notifier=self._line.name, provider=self._line.sender.name)
        self._stopped.wait()
        scheduler.shutdown(wait=True)
        log.info("notifier_stopped", notifier=self._line.name)

    def run_once(self) -> None:
        """One round of everything, in order."""
        self.plan()
        self.watch()
        self.send()

    def plan(self) -> None:
        self._beat(planned=dispatch.plan(self._line))

    def watch(self) -> None:
        """What the clinic has left unanswered."""
        tally = watch(self._line)
        if tally.escalated:
            log.info("passed_on", count=tally.escalated)

    def send(self) -> None:
        tally = dispatch.run_once(self._line, lambda: not self._stopped.is_set())
        self._beat(sent=tally.sent)
        if tally.sent or tally.looked_up:
            log.info("sent", count=tally.sent, looked_up=tally.looked_up)

    def _beat(self, *, planned: int = 0, sent: int = 0) -> None:
        line = self._line
        with self._noting, line.sessions() as session:
            beat(session, line.name, planned=planned, sent=sent, now=line.clock())
            session.commit()


def _kept_alive(work: Callable[[], None]) -> None:
    """An error ends the round and not the process. Its text may quote a person: kind and place."""
    try:
        work()
    except Exception as error:  # the next beat tries again
        log.error("round_failed", kind=type(error).__name__, at=places(error))
