"""Finding the arm of a child: the next place of its stratum, or the envelope of a site without a
list (trial.md §1, §10)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.eligibility import asks_assent
from domain.protocol import Protocol
from domain.slots import SlotKey
from models.participant import Allocation, Participant, ParticipantStatus
from models.randomisation import RandomisationPlace
from models.site import Site
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.consents import consent_state
from services.eligibility import checks_of
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.randomisation_import import NUMBER
from services.randomisation_list import next_place, stratum_of_child, use_of_strata
from services.randomisation_seal import Seal, SealError
from services.site_day import today_at_site
from services.visits import plan

BLOCK: Final = "block"
ENVELOPE: Final = "envelope"
# children randomised in the same instant meet at the database; each loses to another at most once
_MOST_TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stood in the envelope that the trial office sent."""

    number: str
    arm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRandomisation:
    """When the first dose is planned; visits are counted from its day. `envelope` only where the
    child's stratum has no list."""

    first_slot: SlotKey
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What still keeps a child from being randomised (codes of refusals), and by which way it
    would be: with a list there is no envelope."""

    stratum: str
    has_list: bool
    obstacles: tuple[str, ...]


def allocation_of(session: Session, child: Participant) -> Allocation | None:
    return session.scalar(select(Allocation).where(Allocation.participant_id == child.id))


def readiness(
    session: Session, child: Participant, *, protocol: Protocol, now: datetime
) -> Readiness:
    """What a page says before the button is pressed."""
    today = today_at_site(session, child.site_id, now)
    stratum = stratum_of_child(child, session.get_one(Site, child.site_id), protocol)
    use = use_of_strata(session, protocol.key, [stratum])
    found = [
        *_status_obstacles(child),
        *_eligibility_obstacles(session, child),
        *_consent_obstacles(session, child, protocol, today),
    ]
    if use and not use[0].left:
        found.append("list_exhausted")
    return Readiness(stratum, bool(use), tuple(found))


def randomise(
    session: Session,
    actor: Actor,
    child: Participant,
    said: SaidRandomisation,
    *,
    protocol: Protocol,
    seal: Seal,
    now: datetime,
) -> tuple[Allocation, bool]:
    """Give the child the next place of its stratum and plan its visits (True); a child that was
    randomised before keeps what it has (False). A place is never used twice, whatever becomes of
    the child.

    Raises ForbiddenError; ConflictError for another envelope than the one that was opened;
    RefusedError with the first of `Readiness.obstacles`, `no_list`, `envelope_beside_list`,
    `list_sealed` without the key, or what is wrong with the envelope or the first dose.
    """
    if not may(actor, Permission.RANDOMISE, child.site_id):
        raise ForbiddenError(Permission.RANDOMISE)
    earlier = allocation_of(session, child)
    if earlier is not None:
        return _same(earlier, said.envelope), False
    ready = readiness(session, child, protocol=protocol, now=now)
    if ready.obstacles:
        raise RefusedError(ready.obstacles[0])
    _check_one_way(ready, said)
    _check_first_slot(session, child, said, now)
    blank = {"participant_id": child.id, "recorded_at": now, "recorded_by_id": account_of(actor)}
    if ready.has_list:
        row = _from_list(session, ready, blank, protocol=protocol, seal=seal)
    else:
        row = _from_envelope(session, said.envelope, ready, blank, protocol=protocol)
    if row is None:
        return _kept(session, child, said.envelope), False
    record(session, actor, replace(_act(said, row), site_id=child.site_id), now)
    first_on = said.first_slot.on
    plan(session, actor, child, protocol=protocol, first_dose_on=first_on, now=now)
    return row, True


def _from_list(
    session: Session,
    ready: Readiness,
    blank: Mapping[str, Any],
    *,
    protocol: Protocol,
    seal: Seal,
) -> Allocation | None:
    """The next place. The database decides: a place and a child stand in one allocation each, and
    who comes second for a place takes the next one. None when the child was second to itself."""
    for _try in range(_MOST_TRIES):
        place = next_place(session, protocol.key, ready.stratum)
        if place is None:
            raise RefusedError("list_exhausted")
        row = Allocation(
            arm=_opened(place, protocol, seal),
            method=BLOCK,
            randomisation_number=place.number,
            place_id=place.id,
            stratum=ready.stratum,
            **blank,
        )
        if _is_added(session, row):
            return row
        if _is_allocated(session, row.participant_id):
            return None
    raise RefusedError("try_again")


def _from_envelope(
    session: Session,
    said: Envelope | None,
    ready: Readiness,
    blank: Mapping[str, Any],
    *,
    protocol: Protocol,
) -> Allocation | None:
    if said is None:
        raise RefusedError("no_list", "randomisation_number")
    if not NUMBER.fullmatch(said.number):
        raise RefusedError("study_number_form", "randomisation_number")
    if said.arm not in {arm.code for arm in protocol.arms}:
        raise RefusedError("not_a_choice", "arm")
    _check_number_free(session, said.number)
    row = Allocation(
        arm=said.arm,
        method=ENVELOPE,
        randomisation_number=said.number,
        stratum=ready.stratum,
        **blank,
    )
    if _is_added(session, row):
        return row
    if not _is_allocated(session, blank["participant_id"]):
        raise RefusedError("randomisation_number_used", "randomisation_number")
    return None


def _is_added(session: Session, row: Allocation) -> bool:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def _is_allocated(session: Session, child_id: int) -> bool:
    one = select(Allocation.id).where(Allocation.participant_id == child_id)
    return session.scalar(one) is not None


def _kept(session: Session, child: Participant, envelope: Envelope | None) -> Allocation:
    earlier = allocation_of(session, child)
    if earlier is None:
        raise RefusedError("try_again")
    return _same(earlier, envelope)


def _same(kept: Allocation, envelope: Envelope | None) -> Allocation:
    """What the child has; another envelope beside it is a conflict that shows both."""
    if envelope is None:
        return kept
    first = {"randomisation_number": kept.randomisation_number, "arm": kept.arm}
    offered = {"randomisation_number": envelope.number, "arm": envelope.arm}
    if first != offered:
        raise ConflictError(first=first, offered=offered)
    return kept


def _opened(place: RandomisationPlace, protocol: Protocol, seal: Seal) -> str:
    """The arm of a place. A seal that does not open, or holds no arm of the study, stops here."""
    try:
        arm = seal.open_arm(place.number, place.sealed_arm)
    except SealError:
        raise RefusedError("list_sealed") from None
    if arm not in {arm.code for arm in protocol.arms}:
        raise RefusedError("list_sealed")
    return arm


def _status_obstacles(child: Participant) -> Iterator[str]:
    if child.status is not ParticipantStatus.ACTIVE:
        yield "study_over"


def _eligibility_obstacles(session: Session, child: Participant) -> Iterator[str]:
    checks = checks_of(session, child)
    if not checks:
        yield "eligibility_missing"
    elif not checks[0].is_eligible:
        yield "not_eligible"


def _consent_obstacles(
    session: Session, child: Participant, protocol: Protocol, today: date
) -> Iterator[str]:
    state = consent_state(session, child)
    if state.newest is None:
        yield "consent_missing"
    elif state.is_withdrawn:
        yield "consent_withdrawn"
    elif state.newest.given_on > today:
        yield "consent_in_the_future"
    elif state.newest.document_version not in {one.code for one in protocol.consent.documents}:
        yield "consent_version_unknown"
    if state.assent is None and asks_assent(child.born_on, today, protocol.consent):
        yield "assent_missing"


def _check_one_way(ready: Readiness, said: SaidRandomisation) -> None:
    """Whoever sends an arm must not be answered with another one unawares."""
    if ready.has_list and said.envelope is not None:
        raise RefusedError("envelope_beside_list", "randomisation_number")


def _check_first_slot(
    session: Session, child: Participant, said: SaidRandomisation, now: datetime
) -> None:
    """The first dose is planned for the day of randomisation or later."""
    if said.first_slot.on < today_at_site(session, child.site_id, now):
        raise RefusedError("first_dose_before_randomisation", "first_slot_on")
    if said.first_slot.on < child.enrolled_on:
        raise RefusedError("first_dose_before_enrolment", "first_slot_on")


def _check_number_free(session: Session, number: str) -> None:
    """A number is used once in the study, be it on a list or in an envelope."""
    used = select(Allocation.id).where(Allocation.randomisation_number == number)
    listed = select(RandomisationPlace.id).where(RandomisationPlace.number == number)
    if session.scalar(used) is not None or session.scalar(listed) is not None:
        raise RefusedError("randomisation_number_used", "randomisation_number")


def _act(said: SaidRandomisation, row: Allocation) -> Act:
    names = ("arm", "method", "randomisation_number", "stratum")
    new: dict[str, object] = {name: getattr(row, name) for name in names}
    new |= {"first_slot_on": said.first_slot.on, "first_slot_half": said.first_slot.half}
    return Act("participant.randomised", "allocation", row.id, row.participant_id, new=new)
