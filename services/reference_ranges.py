"""Limits of normal of each laboratory, by analyte, age and sex. They are copied into a result when
it is entered: a later change of the table alters no result (trial.md §7)."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from domain.protocol import Protocol
from domain.reported import UNROUNDED
from models.laboratory import ReferenceRange
from models.participant import Participant
from models.site import Site
from services.actor import Actor, account_of
from services.audit import Act, record
from services.errors import NotFoundError, RefusedError
from services.lab_values import plan_of
from services.once import add_once
from services.turns import take_turn

_SEXES = frozenset({"female", "male"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRange:
    """Limits for ages from `from_days` up to, not including, `to_days`; `sex` None is both.
    `amends` is the public id of the row it corrects."""

    client_id: uuid.UUID
    laboratory: str
    analyte: str
    unit: str
    from_days: int
    to_days: int
    low: Decimal | None
    high: Decimal | None
    valid_from_on: date
    sex: str | None = None
    amends: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For which child, laboratory and unit limits are looked up."""

    laboratory: str
    analyte: str
    unit: str
    sex: str
    age_days: int
    drawn_on: date


@dataclass(frozen=True, slots=True)
class Limits:
    """In the unit that was asked for; `row` is where they stand."""

    low: Decimal | None
    high: Decimal | None
    row: ReferenceRange


def record_range(
    session: Session,
    actor: Actor,
    site: Site,
    said: SaidRange,
    *,
    protocol: Protocol,
    now: datetime,
) -> tuple[ReferenceRange, bool]:
    """Add a row to the site's table, or return what the same form added before.

    Raises RefusedError beside a field, NotFoundError for an unknown row to correct, ConflictError.
    """
    take_turn(session, site)
    amended = _amended(session, site, said)
    _check(session, site, said, protocol)
    content = {
        "site_id": site.id,
        "laboratory": said.laboratory.strip(),
        "analyte": said.analyte,
        "sex": said.sex,
        "from_days": said.from_days,
        "to_days": said.to_days,
        "low": said.low,
        "high": said.high,
        "unit": said.unit,
        "valid_from_on": said.valid_from_on,
        "amends_id": amended,
    }
    key = {"client_id": said.client_id}
    row = ReferenceRange(**key, **content, recorded_at=now, recorded_by_id=account_of(actor))
    row, is_new = add_once(session, row, key, content)
    if is_new:
        _audit(session, actor, row, now)
    return row, is_new


def ranges_of(session: Session, site_id: int) -> tuple[ReferenceRange, ...]:
    """The site's standing rows by laboratory, analyte and age."""
    later = aliased(ReferenceRange)
    rows = session.scalars(
        select(ReferenceRange)
        .where(
            ReferenceRange.site_id == site_id,
            ~exists(select(later.id).where(later.amends_id == ReferenceRange.id)),
        )
        .order_by(
            ReferenceRange.laboratory,
            ReferenceRange.analyte,
            ReferenceRange.from_days,
            ReferenceRange.valid_from_on,
        )
    )
    return tuple(rows)


def all_ranges(session: Session, site_id: int) -> tuple[ReferenceRange, ...]:
    """Every row of the site, corrected ones too, in the order they came."""
    query = select(ReferenceRange).where(ReferenceRange.site_id == site_id)
    return tuple(session.scalars(query.order_by(ReferenceRange.id)))


def limits_for(rows: Iterable[ReferenceRange], asked: Asked, protocol: Protocol) -> Limits | None:
    """The row for this laboratory, analyte, age and sex that was valid when the blood was drawn:
    the newest, and one for the child's own sex before one for both. None if there is none."""
    fitting = [row for row in rows if _fits(row, asked)]
    best = max(fitting, key=lambda row: (row.valid_from_on, row.sex is not None), default=None)
    if best is None:
        return None
    factor = _factor(best, asked, protocol)
    if factor is None:
        return None
    return Limits(_times(best.low, factor), _times(best.high, factor), best)


def limits_of_child(
    session: Session,
    participant: Participant,
    laboratory: str | None,
    units: Mapping[str, str],
    *,
    protocol: Protocol,
    on: date,
) -> dict[str, Limits]:
    """What the site's table holds for the child on a day, by analyte; `units` of each analyte."""
    if laboratory is None:
        return {}
    rows = ranges_of(session, participant.site_id)
    age = (on - participant.born_on).days
    found = {
        analyte: limits_for(
            rows,
            Asked(
                laboratory=laboratory,
                analyte=analyte,
                unit=unit,
                sex=participant.sex,
                age_days=age,
                drawn_on=on,
            ),
            protocol,
        )
        for analyte, unit in units.items()
    }
    return {analyte: limits for analyte, limits in found.items() if limits is not None}


def same_laboratory(one: str, other: str) -> bool:
    """Names differ in blanks and capitals, depending on who writes them."""
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _fits(row: ReferenceRange, asked: Asked) -> bool:
    return (
        row.analyte == asked.analyte
        and same_laboratory(row.laboratory, asked.laboratory)
        and row.sex in {None, asked.sex}
        and row.from_days <= asked.age_days < row.to_days
        and row.valid_from_on <= asked.drawn_on
    )


def _factor(row: ReferenceRange, asked: Asked, protocol: Protocol) -> Decimal | None:
    """What turns the row's unit into the one asked for; None where only a rounded one would."""
    units = protocol.lab(asked.analyte).units
    if row.unit == asked.unit:
        return Decimal(1)
    if not {row.unit, asked.unit} <= units.keys():
        return None
    factor = UNROUNDED.divide(units[row.unit], units[asked.unit])
    return factor if UNROUNDED.multiply(factor, units[asked.unit]) == units[row.unit] else None


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    if value is None or factor == 1:
        return value
    return UNROUNDED.multiply(value, factor)


def _check(session: Session, site: Site, said: SaidRange, protocol: Protocol) -> None:
    plan = plan_of(said.analyte, protocol)
    if said.unit not in plan.units:
        raise RefusedError("unknown_unit", "unit")
    if not said.laboratory.strip():
        raise RefusedError("required", "laboratory")
    if said.sex is not None and said.sex not in _SEXES:
        raise RefusedError("not_a_choice", "sex")
    if not 0 <= said.from_days < said.to_days:
        raise RefusedError("ages_reversed", "to_days")
    if said.low is None and said.high is None:
        raise RefusedError("no_limits", "low")
    if said.low is not None and said.high is not None and said.low > said.high:
        raise RefusedError("range_reversed", "high")
    if _overlaps(ranges_of(session, site.id), said):
        raise RefusedError("range_overlaps", "from_days")


def _overlaps(rows: Sequence[ReferenceRange], said: SaidRange) -> bool:
    """Another standing row of the same laboratory, analyte, sex and first day for the same age?"""
    return any(
        row.analyte == said.analyte
        and same_laboratory(row.laboratory, said.laboratory)
        and (row.sex, row.valid_from_on) == (said.sex, said.valid_from_on)
        and row.from_days < said.to_days
        and said.from_days < row.to_days
        for row in rows
        if row.public_id != said.amends and row.client_id != said.client_id
    )


def _amended(session: Session, site: Site, said: SaidRange) -> int | None:
    """The database id of the row to correct; another form must not have corrected it before."""
    if said.amends is None:
        return None
    row = session.scalar(
        select(ReferenceRange).where(
            ReferenceRange.site_id == site.id, ReferenceRange.public_id == said.amends
        )
    )
    if row is None:
        raise NotFoundError
    later = session.scalar(select(ReferenceRange).where(ReferenceRange.amends_id == row.id))
    if later is not None and later.client_id != said.client_id:
        raise RefusedError("already_corrected")
    return row.id


def _audit(session: Session, actor: Actor, row: ReferenceRange, now: datetime) -> None:
    before = session.get(ReferenceRange, row.amends_id) if row.amends_id else None
    act = Act(
        action="reference_range.corrected" if before else "reference_range.recorded",
        subject="reference_range",
        subject_id=row.id,
        site_id=row.site_id,
        old=_told(before) if before else None,
        new=_told(row),
    )
    record(session, actor, act, now)


def _told(row: ReferenceRange) -> dict[str, object]:
    return {
        "laboratory": row.laboratory,
        "analyte": row.analyte,
        "ages": f"{row.from_days}-{row.to_days}",
        "sex": row.sex,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "valid_from_on": row.valid_from_on,
    }
