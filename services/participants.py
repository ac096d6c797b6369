"""Enrolling a child: identity, size, dose times, arm and planned visits in one act."""

import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.errors import DomainError
from domain.protocol import Protocol
from domain.slots import SlotKey, Timetable
from domain.timetable_checks import check_timetable
from models.participant import (
    Allocation,
    Measurement,
    Participant,
    ParticipantStatus,
)
from models.site import Site
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.measurements import SaidMeasurement, add_measurement, check_size
from services.once import first_result
from services.timetables import add_timetable
from services.visits import plan

ENVELOPE: Final = "envelope"
_LONGEST_NAME: Final = 40
# what stands on labels and in file names: no blanks, nothing that could be a person's name
_STUDY_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_RANDOMISATION_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What the study team says of a new child. Sizes in cm and kg, dose times by the wall clock.

    `first_slot` is when the first dose is planned; visits are counted from its day.
    """

    client_id: uuid.UUID
    study_number: str
    call_name: str
    born_on: date
    sex: str
    kasabach_merritt: bool
    enrolled_on: date
    time_zone: str
    morning: time
    evening: time
    height_cm: Decimal
    weight_kg: Decimal
    measured_on: date
    randomisation_number: str
    arm: str
    first_slot: SlotKey


def enrol(
    session: Session,
    actor: Actor,
    site: Site,
    said: Enrolment,
    *,
    protocol: Protocol,
    now: datetime,
) -> Participant:
    """Enrol a child at a site, or return the one an earlier arrival of this enrolment made.

    The starting order is a step of its own, with a signature (services.orders).
    Raises NotFoundError for another site, ForbiddenError, RefusedError, ConflictError.
    """
    _check_permission(actor, site.id)
    earlier = _earlier(session, site, said)
    if earlier is not None:
        return earlier
    check(session, site, said, protocol=protocol, now=now)
    try:
        with session.begin_nested():
            return _add(session, actor, site, said, protocol=protocol, now=now)
    except IntegrityError:
        earlier = _earlier(session, site, said)
        if earlier is None:
            _check_numbers_free(session, site, said)
            raise
        return earlier


def check(
    session: Session, site: Site, said: Enrolment, *, protocol: Protocol, now: datetime
) -> None:
    """Everything that `enrol` would refuse, for the page that is shown before it."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    _check_identity(said, protocol)
    _check_days(said, today)
    check_size(_measurement(said), said.born_on, today, protocol)
    try:
        check_timetable(_timetable(said), protocol.slots)
    except DomainError as error:
        field = "time_zone" if error.code == "unknown_zone" else "evening"
        raise RefusedError(error.code, field) from error
    _check_numbers_free(session, site, said)


def _check_permission(actor: Actor, site_id: int) -> None:
    if may(actor, Permission.ENROL, site_id):
        return
    raise ForbiddenError(Permission.ENROL) if site_id in actor.site_ids else NotFoundError


def _check_identity(said: Enrolment, protocol: Protocol) -> None:
    if not _STUDY_NUMBER.fullmatch(said.study_number):
        raise RefusedError("study_number_form", "study_number")
    if not _RANDOMISATION_NUMBER.fullmatch(said.randomisation_number):
        raise RefusedError("study_number_form", "randomisation_number")
    if not 0 < len(said.call_name.strip()) <= _LONGEST_NAME:
        raise RefusedError("call_name_length", "call_name")
    if said.sex not in {"female", "male"}:
        raise RefusedError("not_a_choice", "sex")
    if said.arm not in {arm.code for arm in protocol.arms}:
        raise RefusedError("not_a_choice", "arm")


def _check_days(said: Enrolment, today: date) -> None:
    if said.born_on > today:
        raise RefusedError("in_the_future", "born_on")
    if not said.born_on <= said.enrolled_on <= today:
        raise RefusedError("enrolled_on_impossible", "enrolled_on")
    if said.first_slot.on < said.enrolled_on:
        raise RefusedError("first_dose_before_enrolment", "first_slot_on")


def _check_numbers_free(session: Session, site: Site, said: Enrolment) -> None:
    """A study number is used once at a site, a randomisation number once in the study."""
    taken = select(Participant.id).where(
        Participant.site_id == site.id, Participant.study_number == said.study_number
    )
    if session.scalar(taken) is not None:
        raise RefusedError("study_number_taken", "study_number")
    used = select(Allocation.id).where(Allocation.randomisation_number == said.randomisation_number)
    if session.scalar(used) is not None:
        raise RefusedError("randomisation_number_used", "randomisation_number")


def _earlier(session: Session, site: Site, said: Enrolment) -> Participant | None:
    """The child that this very enrolment made before; ConflictError if it then said otherwise."""
    key = {"client_id": said.client_id}
    child = first_result(session, Participant, {**key, "site_id": site.id}, _identity(said))
    if child is None:
        _check_id_free(session, said)
        return None
    of_child = {"participant_id": child.id}
    size = {"measured_on": said.measured_on, "height_cm": said.height_cm}
    size_key = {**of_child, "client_id": said.client_id}
    first_result(session, Measurement, size_key, {**size, "weight_kg": said.weight_kg})
    first_result(session, Allocation, of_child, _allocated(said))
    return child


def _check_id_free(session: Session, said: Enrolment) -> None:
    """The id of another site's enrolment is a conflict that tells nothing of that child."""
    used = select(Participant.id).where(Participant.client_id == said.client_id)
    if session.scalar(used) is not None:
        raise ConflictError(first={}, offered={})


def _add(
    session: Session,
    actor: Actor,
    site: Site,
    said: Enrolment,
    *,
    protocol: Protocol,
    now: datetime,
) -> Participant:
    recorded: dict[str, Any] = {"recorded_at": now, "recorded_by_id": account_of(actor)}
    child = Participant(
        client_id=said.client_id,
        site_id=site.id,
        protocol_key=protocol.key,
        status=ParticipantStatus.ACTIVE,
        **_identity(said),
        **recorded,
    )
    session.add(child)
    session.flush()
    add_measurement(session, actor, child, _measurement(said), protocol=protocol, now=now)
    add_timetable(session, actor, child.id, _timetable(said), now=now)
    session.add(
        Allocation(participant_id=child.id, method=ENVELOPE, **_allocated(said), **recorded)
    )
    session.flush()
    plan(session, actor, child, protocol=protocol, first_dose_on=said.first_slot.on, now=now)
    record(session, actor, _act(child, said), now)
    session.flush()
    return child


def _act(child: Participant, said: Enrolment) -> Act:
    facts: dict[str, object] = {
        name: getattr(said, name)
        for name in Enrolment.__dataclass_fields__
        if name not in {"client_id", "call_name", "first_slot"}
    }
    facts |= {"first_slot_on": said.first_slot.on, "first_slot_half": said.first_slot.half}
    return Act("participant.enrolled", "participant", child.id, child.id, child.site_id, new=facts)


def _identity(said: Enrolment) -> dict[str, Any]:
    names = ("study_number", "call_name", "born_on", "sex", "kasabach_merritt", "enrolled_on")
    return {name: getattr(said, name) for name in names}


def _allocated(said: Enrolment) -> dict[str, str]:
    return {"arm": said.arm, "randomisation_number": said.randomisation_number}


def _measurement(said: Enrolment) -> SaidMeasurement:
    return SaidMeasurement(
        client_id=said.client_id,
        measured_on=said.measured_on,
        height_cm=said.height_cm,
        weight_kg=said.weight_kg,
    )


def _timetable(said: Enrolment) -> Timetable:
    # from the day of enrolment, so that a dose of that very day has its slot
    return Timetable(said.enrolled_on, said.time_zone, said.morning, said.evening)
