"""Medicines beside sirolimus: what is known of each, and whom it concerns (trial.md §5).

A known interaction calls the clinic, a name that nobody knows calls a person to look. Ending a
medicine is a correction of its row.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from domain.medicines import find_medicine, plain_name
from domain.protocol import Protocol
from domain.protocol_medicines import Effect, EffectRule, ListedMedicine
from domain.slots import local_date
from models.attention import Urgency
from models.laboratory import Level
from models.participant import Participant
from models.tumour import Treatment, TreatmentKind
from services.alerts import Matter, raise_once
from services.errors import RefusedError
from services.results import standing
from services.timetables import timetables
from services.tumour import Entering, SaidTreatment, record_treatment


@dataclass(frozen=True, slots=True)
class KnownMedicine:
    """A medicine that stands. `listed` is None where the study's list does not know the name.

    An extra level is due from `level_from` to `level_to`; `level_on` is the day one was drawn.
    """

    row: Treatment
    listed: ListedMedicine | None
    rule: EffectRule | None
    level_from: date | None = None
    level_to: date | None = None
    level_on: date | None = None

    def is_open(self, on: date) -> bool:
        """Was it taken on this day? Its last day counts."""
        return self.row.started_on <= on and (self.row.ended_on is None or on <= self.row.ended_on)

    @property
    def stops_formula(self) -> bool:
        return self.rule is not None and self.rule.stops_formula


def record_medicine(
    session: Session, entering: Entering, said: SaidTreatment, *, protocol: Protocol
) -> tuple[Treatment, bool]:
    """Store a medicine with its code in the study's list, and tell the clinic what it does.

    Raises what `record_treatment` raises, and RefusedError("not_a_medicine").
    """
    if said.kind is not TreatmentKind.MEDICINE:
        raise RefusedError("not_a_medicine", "kind")
    listed = find_medicine(said.name, protocol.medicines)
    coded = replace(said, medicine_code=listed.code if listed else None)
    row, is_new = record_treatment(session, entering, coded)
    if is_new and not _was_told(session, row):
        _tell_clinic(session, entering, row, listed=listed, protocol=protocol)
    return row, is_new


def medicines_of(
    session: Session, participant: Participant, *, protocol: Protocol
) -> tuple[KnownMedicine, ...]:
    """All that stand, in the order they began, with the extra level each asks for."""
    rows = session.scalars(
        select(Treatment)
        .where(Treatment.participant_id == participant.id, Treatment.kind == TreatmentKind.MEDICINE)
        .order_by(Treatment.started_on, Treatment.id)
    )
    known = [known_medicine(row, protocol) for row in standing(list(rows))]
    if not any(medicine.level_from for medicine in known):
        return tuple(known)
    drawn = _days_drawn(session, participant)
    return tuple(replace(one, level_on=_first_since(one.level_from, drawn)) for one in known)


def known_medicine(row: Treatment, protocol: Protocol) -> KnownMedicine:
    """What the study's list says of a stored medicine, by its code or else its name."""
    plan = protocol.medicines
    listed = plan.medicine(row.medicine_code) if row.medicine_code else None
    listed = listed or find_medicine(row.name, plan)
    rule = plan.rule(listed.effect) if listed else None
    if rule is None or not rule.extra_level:
        return KnownMedicine(row, listed, rule)
    after = protocol.safety.extra_level_after_days
    first, last = (row.started_on + timedelta(days=int(days)) for days in (after.low, after.high))
    return KnownMedicine(row, listed, rule, level_from=first, level_to=last)


def _was_told(session: Session, row: Treatment) -> bool:
    """A correction of dates alone is no news to the clinic."""
    if row.amends_id is None:
        return False
    before = session.get_one(Treatment, row.amends_id)
    return (before.medicine_code, plain_name(before.name)) == (
        row.medicine_code,
        plain_name(row.name),
    )


def _tell_clinic(
    session: Session,
    entering: Entering,
    row: Treatment,
    *,
    listed: ListedMedicine | None,
    protocol: Protocol,
) -> None:
    known = known_medicine(row, protocol)
    code, action = "unknown_medicine", protocol.medicines.unknown_action
    if known.rule is not None:
        is_vaccine = known.rule.code == Effect.LIVE_VACCINE
        code, action = "live_vaccine" if is_vaccine else "interaction", known.rule.action
    facts = {
        "treatment": row.public_id,
        "medicine": listed.code if listed else None,
        "named": row.name,
        "effect": known.rule.code if known.rule else None,
        "started_on": row.started_on,
        "level_from": known.level_from,
        "level_to": known.level_to,
    }
    matter = Matter(code, str(row.public_id), Urgency(action), facts)
    version, now = protocol.key, entering.now
    raise_once(session, entering.participant, matter, rule_version=version, now=now)


def _days_drawn(session: Session, participant: Participant) -> list[date]:
    tables, later = timetables(session, participant.id), aliased(Level)
    drawn = session.scalars(
        select(Level.drawn_at)
        .where(
            Level.participant_id == participant.id,
            ~exists(select(later.id).where(later.amends_id == Level.id)),
        )
        .order_by(Level.drawn_at)
    )
    return [local_date(tables, at) if tables else at.date() for at in drawn]


def _first_since(first_on: date | None, drawn: list[date]) -> date | None:
    return next((on for on in drawn if first_on is not None and on >= first_on), None)
