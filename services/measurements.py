"""Height, weight and body surface of a child, added at each measuring (trial.md §2)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from domain.dosing import BodySurface, body_surface, exact
from domain.protocol import Protocol
from models.participant import Measurement, Participant
from models.site import Site
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, NotFoundError, RefusedError
from services.once import add_once, first_result
from services.results import check_reason, is_corrected

# Nothing is computed from what is kept here: rounding uses the exact value before.
_KEPT: Final = Decimal("1e-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidMeasurement:
    """Height in cm, weight in kg. `amends` is the `client_id` of the one that this corrects."""

    client_id: uuid.UUID
    measured_on: date
    height_cm: Decimal
    weight_kg: Decimal
    amends: uuid.UUID | None = None
    amend_reason: str | None = None


def kept(value: Decimal) -> Decimal:
    """A computed value as tables hold it: roots and quotients cut after ten places."""
    with exact():
        short = value.quantize(_KEPT)
        return value if short == value else short


def record_measurement(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidMeasurement,
    *,
    protocol: Protocol,
    now: datetime,
) -> Measurement:
    """Add a measurement, or correct one.

    Raises NotFoundError, and RefusedError for slips of the keyboard, dates that cannot be, a
    correction without a reason (`reason_needed`) and of a corrected one (`already_corrected`).
    """
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    site = session.get_one(Site, participant.site_id)
    check_size(said, participant.born_on, now.astimezone(ZoneInfo(site.time_zone)).date(), protocol)
    row, is_new = add_measurement(session, actor, participant, said, protocol=protocol, now=now)
    if is_new:
        _audit(session, actor, participant, row, now=now)
    return row


def _audit(
    session: Session, actor: Actor, participant: Participant, row: Measurement, *, now: datetime
) -> None:
    before = session.get(Measurement, row.amends_id) if row.amends_id else None
    act = Act(
        action="measurement.corrected" if before else "measured",
        subject="measurement",
        subject_id=row.id,
        participant_id=participant.id,
        site_id=participant.site_id,
        old=_sizes(before) if before else None,
        new=_sizes(row),
        reason=row.amend_reason,
    )
    record(session, actor, act, now)


def _sizes(row: Measurement) -> dict[str, object]:
    return {
        "measured_on": row.measured_on,
        "height_cm": row.height_cm,
        "weight_kg": row.weight_kg,
        "bsa_m2": row.bsa_m2,
    }


def add_measurement(
    session: Session,
    actor: Actor,
    participant: Participant,
    said: SaidMeasurement,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[Measurement, bool]:
    """The row for checked input, and whether it is new. The caller audits."""
    surface = body_surface(said.height_cm, said.weight_kg, protocol.dosing.bsa_formula)
    content = {name: getattr(said, name) for name in ("measured_on", "height_cm", "weight_kg")}
    key = {"participant_id": participant.id, "client_id": said.client_id}
    earlier = first_result(session, Measurement, key, content)
    if earlier is not None:
        return earlier, False
    amended = _amended(session, participant, said)
    row = Measurement(
        **key,
        **content,
        amends_id=amended.id if amended else None,
        amend_reason=said.amend_reason,
        bsa_m2=kept(surface.m2),
        bsa_formula=surface.formula,
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    return add_once(session, row, key, content)


def _amended(
    session: Session, participant: Participant, said: SaidMeasurement
) -> Measurement | None:
    """The standing measurement that this one corrects."""
    if said.amends is None:
        return None
    check_reason(said.amends, said.amend_reason)
    row = session.scalar(
        select(Measurement).filter_by(participant_id=participant.id, client_id=said.amends)
    )
    if row is None:
        raise NotFoundError
    if is_corrected(session, row):
        raise RefusedError("already_corrected")
    return row


def check_size(said: SaidMeasurement, born_on: date, today: date, protocol: Protocol) -> None:
    """Refuse what no child measures and days that cannot be (the protocol's plausible bounds)."""
    if not protocol.plausible.height_cm.contains(said.height_cm):
        raise RefusedError("height_not_plausible", "height_cm")
    if not protocol.plausible.weight_kg.contains(said.weight_kg):
        raise RefusedError("weight_not_plausible", "weight_kg")
    if not born_on <= said.measured_on <= today:
        raise RefusedError("measured_on_impossible", "measured_on")


def measurements_of(session: Session, participant_id: int) -> Sequence[Measurement]:
    """All of them, corrected ones too, the newest first by day measured."""
    return session.scalars(
        select(Measurement)
        .where(Measurement.participant_id == participant_id)
        .order_by(Measurement.measured_on.desc(), Measurement.id.desc())
    ).all()


def latest_measurement(session: Session, participant_id: int) -> Measurement:
    """The newest by day measured that nobody corrected. Raises RefusedError `no_measurement` where
    there is none."""
    row = session.scalar(
        select(Measurement)
        .where(Measurement.participant_id == participant_id, stands())
        .order_by(Measurement.measured_on.desc(), Measurement.id.desc())
        .limit(1)
    )
    if row is None:
        raise RefusedError("no_measurement")
    return row


def stands(table: Any = Measurement) -> ColumnElement[bool]:
    """No other measurement corrects this one."""
    later = aliased(Measurement)
    return ~exists(select(later.id).where(later.amends_id == table.id))


def surface_of(row: Measurement) -> BodySurface:
    """Body surface computed again from the sizes: exact, where the table keeps ten places."""
    return body_surface(row.height_cm, row.weight_kg, row.bsa_formula)
