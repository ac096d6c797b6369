"""Registering a child: identity, size and dose times. The arm comes later (randomisation.py)."""

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
from domain.slots import Timetable
from domain.timetable_checks import check_timetable
from models.participant import Measurement, Participant, ParticipantStatus
from models.site import Site
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.measurements import SaidMeasurement, add_measurement, check_size
from services.once import first_result
from services.timetables import add_timetable

_LONGEST_NAME: Final = 40
# what stands on labels and in file names: no blanks, nothing that could be a person's name
_STUDY_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the study team says of a new child. Sizes in cm and kg, dose times by the wall clock."""

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


def register(
    session: Session,
    actor: Actor,
    site: Site,
    said: Registration,
    *,
    protocol: Protocol,
    now: datetime,
) -> Participant:
    """Register a child at a site, or return the one an earlier arrival of this form made.

    Eligibility, consent and randomisation follow, then the starting order with a signature.
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
            _check_number_free(session, site, said)
            raise
        return earlier


def check(
    session: Session, site: Site, said: Registration, *, protocol: Protocol, now: datetime
) -> None:
    """Everything that `register` would refuse, for the page that is shown before it."""
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    _check_identity(said)
    _check_days(said, today)
    check_size(_measurement(said), said.born_on, today, protocol)
    try:
        check_timetable(_timetable(said), protocol.slots)
    except DomainError as error:
        field = "time_zone" if error.code == "unknown_zone" else "evening"
        raise RefusedError(error.code, field) from error
    _check_number_free(session, site, said)


def _check_permission(actor: Actor, site_id: int) -> None:
    if may(actor, Permission.ENROL, site_id):
        return
    raise ForbiddenError(Permission.ENROL) if site_id in actor.site_ids else NotFoundError


def _check_identity(said: Registration) -> None:
    if not _STUDY_NUMBER.fullmatch(said.study_number):
        raise RefusedError("study_number_form", "study_number")
    if not 0 < len(said.call_name.strip()) <= _LONGEST_NAME:
        raise RefusedError("call_name_length", "call_name")
    if said.sex not in {"female", "male"}:
        raise RefusedError("not_a_choice", "sex")


def _check_days(said: Registration, today: date) -> None:
    if said.born_on > today:
        raise RefusedError("in_the_future", "born_on")
    if not said.born_on <= said.enrolled_on <= today:
        raise RefusedError("enrolled_on_impossible", "enrolled_on")


def _check_number_free(session: Session, site: Site, said: Registration) -> None:
    """A study number is used once at a site."""
    taken = select(Participant.id).where(
        Participant.site_id == site.id, Participant.study_number == said.study_number
    )
    if session.scalar(taken) is not None:
        raise RefusedError("study_number_taken", "study_number")


def _earlier(session: Session, site: Site, said: Registration) -> Participant | None:
    """The child that this very form made before; ConflictError if it then said otherwise."""
    key = {"client_id": said.client_id}
    child = first_result(session, Participant, {**key, "site_id": site.id}, _identity(said))
    if child is None:
        _check_id_free(session, said)
        return None
    of_child = {"participant_id": child.id}
    size = {"measured_on": said.measured_on, "height_cm": said.height_cm}
    size_key = {**of_child, "client_id": said.client_id}
    first_result(session, Measurement, size_key, {**size, "weight_kg": said.weight_kg})
    return child


def _check_id_free(session: Session, said: Registration) -> None:
    """The id of another site's child is a conflict that tells nothing of that child."""
    used = select(Participant.id).where(Participant.client_id == said.client_id)
    if session.scalar(used) is not None:
        raise ConflictError(first={}, offered={})


def _add(
    session: Session,
    actor: Actor,
    site: Site,
    said: Registration,
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
    record(session, actor, _act(child, said), now)
    session.flush()
    return child


def _act(child: Participant, said: Registration) -> Act:
    facts: dict[str, object] = {
        name: getattr(said, name)
        for name in Registration.__dataclass_fields__
        if name not in {"client_id", "call_name"}
    }
    return Act("participant.enrolled", "participant", child.id, child.id, child.site_id, new=facts)


def _identity(said: Registration) -> dict[str, Any]:
    names = ("study_number", "call_name", "born_on", "sex", "kasabach_merritt", "enrolled_on")
    return {name: getattr(said, name) for name in names}


def _measurement(said: Registration) -> SaidMeasurement:
    return SaidMeasurement(
        client_id=said.client_id,
        measured_on=said.measured_on,
        height_cm=said.height_cm,
        weight_kg=said.weight_kg,
    )


def _timetable(said: Registration) -> Timetable:
    # from the day of registration, so that a dose of that very day has its slot
    return Timetable(said.enrolled_on, said.time_zone, said.morning, said.evening)
