"""Sending what is due: claim, commit, send, record, commit (architecture, rule 9).

No database connection is held while a provider answers. Many messages are under way at once, each
in a thread of a small pool; claiming and recording happen in the calling thread only.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import IntegrityError

from notifications.line import Line
from notifications.verdicts import outcome_of
from services import look_ups, outbox, outcomes, reminders
from services.look_ups import Listed, NotListed
from services.outbox import Claim, Claimed
from services.outcomes import NotTried, Outcome, Sent
from services.ports import OutgoingSms, SmsUnavailableError
from web.logs import log

KeepGoing = Callable[[], bool]
Pending = dict[Future[Outcome], Claim]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a round did; `looked_up` are messages taken over from senders that vanished."""

    sent: int = 0
    looked_up: int = 0


def plan(line: Line) -> int:
    """Plan what falls due, children in batches with a commit after each; how many are new."""
    planned = 0
    with line.sessions() as session:
        batches = list(reminders.batches(session))
        session.commit()
        for children in batches:
            planned += reminders.plan(session, line.protocols, line.clock(), children)
            session.commit()
    return planned


def run_once(line: Line, keep_going: KeepGoing = lambda: True) -> Tally:
    """Settle what vanished senders left behind, then send until nothing more is due.

    When `keep_going` says no, nothing new is claimed; what is under way is still recorded.
    """
    pool = ThreadPoolExecutor(line.in_flight, thread_name_prefix="sms")
    try:
        looked_up = _settle_lost(line, pool)
        return Tally(_send_due(line, pool, keep_going), looked_up)
    finally:
        # after an error of the database nothing more may leave that nobody could record
        pool.shutdown(cancel_futures=True)


def send_now(line: Line, message_id: int) -> bool:
    """Send one message at once, by the same steps; False if it was not ours to send, or failed."""
    with line.sessions() as session:
        claim = outbox.claim_one(
            session, line.protocols, line.claimant, message_id=message_id, now=line.clock()
        )
        session.commit()
    return claim is not None and _record(line, [(claim, _hand_over(line, claim))]) == 1


def _send_due(line: Line, pool: ThreadPoolExecutor, keep_going: KeepGoing) -> int:
    """Each message that is recorded may have freed a sibling's, so more is asked for until a
    claim finds nothing while nothing is under way."""
    pending: Pending = {}
    sent = 0
    while True:
        looked_at = 0
        if len(pending) < line.in_flight and keep_going():
            # claimed ahead, so that no thread waits for the database
            claimed = _claim(line, 2 * line.in_flight - len(pending))
            pending |= {pool.submit(_hand_over, line, claim): claim for claim in claimed.claims}
            looked_at = claimed.looked_at
        if pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            sent += _record(line, [(pending.pop(future), future.result()) for future in done])
        elif not looked_at:
            return sent


def _claim(line: Line, limit: int) -> Claimed:
    with line.sessions() as session:
        claimed = outbox.claim(
            session, line.protocols, line.claimant, limit=limit, now=line.clock()
        )
        session.commit()
    return claimed


def _hand_over(line: Line, claim: Claim) -> Outcome:
    """Runs in a thread of the pool and touches no database."""
    now = line.clock()
    if now + line.longest_send >= claim.lease_until:
        return NotTried()
    message = OutgoingSms(
        to=claim.phone,
        body=claim.body,
        valid_for_seconds=max(1, int((claim.expires_at - now).total_seconds())),
        status_callback=line.status_callback(claim.reference),
        reference=str(claim.reference),
    )
    try:
        return Sent(line.sender.send(message))
    except Exception as error:  # the message must not be forgotten
        return outcome_of(error)


def _record(line: Line, results: Sequence[tuple[Claim, Outcome]]) -> int:
    try:
        with line.sessions() as session:
            sent = outcomes.record(session, line.protocols, results, line.clock())
            session.commit()
            return sent
    except IntegrityError:
        # A look-up elsewhere took one of these ids for a lost twin. That one stays held, and is
        # looked up in its turn; the others are recorded.
        if len(results) == 1:
            log.warning("outcome_not_recorded", message=results[0][0].id)
            return 0
        return sum(_record(line, [result]) for result in results)


def _settle_lost(line: Line, pool: ThreadPoolExecutor) -> int:
    """Ask the provider for what lost its sender. One after the other is recorded: each must see
    which of the provider's ids the one before it took."""
    settled = 0
    while claims := _reclaim(line):
        for claim, listed in zip(claims, pool.map(partial(_ask, line), claims), strict=True):
            _settle(line, claim, listed)
        settled += len(claims)
    return settled


def _reclaim(line: Line) -> tuple[Claim, ...]:
    with line.sessions() as session:
        claims = outbox.reclaim(
            session, line.protocols, line.claimant, limit=2 * line.in_flight, now=line.clock()
        )
        session.commit()
    return claims


def _ask(line: Line, claim: Claim) -> Listed | NotListed:
    if claim.provider != line.sender.name:
        return NotListed(f"sent through {claim.provider}")
    try:
        found = line.sender.find(claim.phone, claim.body, claim.claimed_at, line.clock())
    except SmsUnavailableError as error:
        return NotListed(error.code)
    return Listed(found)


def _settle(line: Line, claim: Claim, listed: Listed | NotListed) -> None:
    try:
        with line.sessions() as session:
            look_ups.settle(session, line.protocols, claim, listed, now=line.clock())
            session.commit()
    except IntegrityError:
        log.warning("look_up_not_recorded", message=claim.id)
