"""Height, weight and body surface of a child, added at each measuring (trial.md §2)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.dosing import BodySurface, body_surface, exact
from domain.protocol import Protocol
from models.participant import Measurement, Participant
from models.site import Site
from services.access import Permission, may
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import ForbiddenError, RefusedError
from services.once import add_once

# Nothing is computed from what is kept here: rounding uses the exact value before.
_KEPT: Final = Decimal("1e-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidMeasurement:
    """Height in cm, weight in kg."""

    client_id: uuid.UUID
    measured_on: date
    height_cm: Decimal
    weight_kg: Decimal


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
    """Add a measurement. Raises RefusedError for slips of the keyboard and dates that cannot be."""
    if not may(actor, Permission.RECORD, participant.site_id):
        raise ForbiddenError(Permission.RECORD)
    site = session.get_one(Site, participant.site_id)
    check_size(said, participant.born_on, now.astimezone(ZoneInfo(site.time_zone)).date(), protocol)
    row, is_new = add_measurement(session, actor, participant, said, protocol=protocol, now=now)
    if is_new:
        new = {"height_cm": said.height_cm, "weight_kg": said.weight_kg, "bsa_m2": row.bsa_m2}
        act = Act("measured", "measurement", row.id, participant.id, participant.site_id, new=new)
        record(session, actor, act, now)
    return row


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
    row = Measurement(
        **key,
        **content,
        bsa_m2=kept(surface.m2),
        bsa_formula=surface.formula,
        rule_version=protocol.key,
        recorded_at=now,
        recorded_by_id=account_of(actor),
    )
    return add_once(session, row, key, content)


def check_size(said: SaidMeasurement, born_on: date, today: date, protocol: Protocol) -> None:
    """Refuse what no child measures and days that cannot be (the protocol's plausible bounds)."""
    if not protocol.plausible.height_cm.contains(said.height_cm):
        raise RefusedError("height_not_plausible", "height_cm")
    if not protocol.plausible.weight_kg.contains(said.weight_kg):
        raise RefusedError("weight_not_plausible", "weight_kg")
    if not born_on <= said.measured_on <= today:
        raise RefusedError("measured_on_impossible", "measured_on")


def measurements_of(session: Session, participant_id: int) -> Sequence[Measurement]:
    """All of them, the newest first by day measured."""
    return session.scalars(
        select(Measurement)
        .where(Measurement.participant_id == participant_id)
        .order_by(Measurement.measured_on.desc(), Measurement.id.desc())
    ).all()


def latest_measurement(session: Session, participant_id: int) -> Measurement:
    """The newest by day measured. Raises RefusedError `no_measurement` where there is none."""
    row = session.scalar(
        select(Measurement)
        .where(Measurement.participant_id == participant_id)
        .order_by(Measurement.measured_on.desc(), Measurement.id.desc())
        .limit(1)
    )
    if row is None:
        raise RefusedError("no_measurement")
    return row


def surface_of(row: Measurement) -> BodySurface:
    """Body surface computed again from the sizes: exact, where the table keeps ten places."""
    return body_surface(row.height_cm, row.weight_kg, row.bsa_formula)
