"""What a new result means for the worklist: platelets, and a body that outgrew its order."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from domain.platelet_calls import platelet_call
from domain.protocol import Protocol
from models.laboratory import LabResult
from models.participant import Measurement, Participant
from services.alerts import matter, raise_once
from services.growth import has_outgrown_order

REWEIGH: Final = "reweigh"
_PLATELETS: Final = "platelets"
# a result above what the laboratory can count is no low one
_ABOVE: Final = ">"


def tell_platelets(
    session: Session,
    participant: Participant,
    rows: Iterable[LabResult],
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """Raise what new counts ask for, each beside the count drawn before it."""
    for row in rows:
        if row.analyte != _PLATELETS or row.comparator == _ABOVE:
            continue
        # a count that is high enough calls nobody, whatever came before: most rows of a table
        if row.study_value >= _called_below(protocol):
            continue
        before = _before(session, row)
        code = platelet_call(row.study_value, before, protocol.worklist)
        if code is None:
            continue
        facts = {
            "result_id": row.public_id,
            "result": row.study_value,
            "before": before,
            "drawn_at": row.drawn_at,
            "urgent_below": protocol.worklist.platelets_urgent_below,
            "fall_fraction": protocol.worklist.platelets_fall_fraction,
            "fall_below": protocol.worklist.platelets_fall_below,
        }
        found = matter(protocol, code, str(row.public_id), facts)
        raise_once(session, participant, found, rule_version=protocol.key, now=now)


def _called_below(protocol: Protocol) -> Decimal:
    rules = protocol.worklist
    return max(rules.platelets_urgent_below, rules.platelets_fall_below)


def tell_growth(
    session: Session,
    participant: Participant,
    row: Measurement,
    *,
    protocol: Protocol,
    now: datetime,
) -> None:
    """Raise that body surface has changed so much that the dose should be looked at."""
    if not has_outgrown_order(session, participant, protocol=protocol):
        return
    facts = {
        "measured_on": row.measured_on,
        "height_cm": row.height_cm,
        "weight_kg": row.weight_kg,
        "change_fraction": protocol.dosing.reweigh_at_bsa_change,
    }
    found = matter(protocol, REWEIGH, str(row.id), facts)
    raise_once(session, participant, found, rule_version=protocol.key, now=now)


def _before(session: Session, row: LabResult) -> Decimal | None:
    """The newest count drawn before this one that nobody corrected."""
    other, later = LabResult, aliased(LabResult)
    return session.scalar(
        select(other.study_value)
        .where(
            other.participant_id == row.participant_id,
            other.analyte == row.analyte,
            other.drawn_at < row.drawn_at,
            other.comparator != _ABOVE,
            ~exists(select(later.id).where(later.amends_id == other.id)),
        )
        .order_by(other.drawn_at.desc(), other.id.desc())
        .limit(1)
    )
