import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.level import Position
from domain.protocol import Half
from domain.slots import SlotKey
from domain.trough import Finding
from factories import a_clinician, a_participant, a_site, an_order, as_actor
from models.attention import Alert, AlertEvent, Urgency
from models.audit import AuditEntry
from models.laboratory import Level
from models.participant import Participant
from results_of_a_child import FIRST_DOSE_ON, KHE, a_dose, a_level, days_from, doses_given, local
from services.actor import Actor
from services.errors import ConflictError, NotFoundError, RefusedError
from services.level_overrules import OverruleSaid, overrule_level
from services.levels import record_level, value_fields
from services.verdicts import verdict_of

NOW = local(date(2026, 3, 10), "09:00")
DRAWN_ON = date(2026, 3, 3)


@pytest.fixture
def child(session: Session) -> Participant:
    child = a_participant(session)
    an_order(session, child)
    return child


@pytest.fixture
def doctor(session: Session, child: Participant) -> Actor:
    from models.site import Site

    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id)))


def alerts(session: Session) -> list[Alert]:
    return list(session.scalars(select(Alert)))


def test_a_level_keeps_its_digits(session: Session, child: Participant, doctor: Actor) -> None:
    said = a_level(value=Decimal("10.0"))
    row, new = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    session.expire_all()
    assert new
    assert str(row.value) == "10.0"
    assert row.below_loq is None


def test_a_level_below_quantification_is_kept_as_printed(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level(value=None, **value_fields("<2.0"))
    row, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    judged = verdict_of(session, child, row, protocol=KHE, now=NOW)
    assert (row.value, str(row.below_loq)) == (None, "2.0")
    assert judged.level.text == "<2.0"
    assert judged.position is Position.BELOW


@pytest.mark.parametrize("text", ["", "abc", ">30", "11,2", "-3", "1e2", "11.2 ng"])
def test_what_is_no_level_is_refused_beside_its_field(text: str) -> None:
    with pytest.raises(RefusedError) as refused:
        value_fields(text)
    assert (refused.value.code, refused.value.field) == ("not_a_level", "level")


def test_full_width_signs_are_read_as_what_they_mean() -> None:
    assert value_fields("＜ 2．0") == {"below_loq": Decimal("2.0")}


def test_the_same_form_twice_stores_one_level(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level()
    first, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    again, new = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    assert (again.id, new) == (first.id, False)
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_the_same_form_with_another_number_is_a_conflict(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level()
    record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    with pytest.raises(ConflictError):
        record_level(
            session, doctor, child, replace(said, value=Decimal("11.3")), protocol=KHE, now=NOW
        )


@pytest.mark.parametrize(
    ("value", "urgency"),
    [
        ("10.0", Urgency.REVIEW),  # out: the high arm begins above 10
        ("10.1", None),
        ("15", None),
        ("15.1", Urgency.THIS_WEEK),
        ("20.0", Urgency.THIS_WEEK),
        ("20.1", Urgency.SAME_DAY),
        ("29.9", Urgency.SAME_DAY),
        ("30.0", Urgency.URGENT),
    ],
)
def test_the_tier_of_concern_is_raised_whatever_the_verdict(
    session: Session, child: Participant, doctor: Actor, value: str, urgency: Urgency | None
) -> None:
    record_level(session, doctor, child, a_level(value=Decimal(value)), protocol=KHE, now=NOW)
    assert [alert.urgency for alert in alerts(session)] == ([urgency] if urgency else [])


def test_a_concern_is_raised_once(session: Session, child: Participant, doctor: Actor) -> None:
    said = a_level(value=Decimal("22"))
    record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    (alert,) = alerts(session)
    assert alert.facts["result"] == "22"
    assert alert.rule_version == KHE.key


def corrected(
    session: Session, child: Participant, doctor: Actor, first: str, then: str
) -> tuple[Alert, ...]:
    """The matters after a level was corrected from one number to another."""
    said = a_level(value=Decimal(first))
    wrong, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    right = a_level(value=Decimal(then), amends=wrong.public_id, amend_reason="digits swapped")
    record_level(session, doctor, child, right, protocol=KHE, now=NOW + timedelta(hours=1))
    return tuple(alerts(session))


def test_a_correction_ends_the_matter_of_the_wrong_number(
    session: Session, child: Participant, doctor: Actor
) -> None:
    (old,) = corrected(session, child, doctor, "21.0", "12.0")
    assert (old.outcome, old.outcome_note) == ("level_corrected", "digits swapped")
    assert old.acknowledged_at == NOW + timedelta(hours=1)
    assert old.acknowledged_by_id == doctor.account_id
    (event,) = session.scalars(select(AlertEvent)).all()
    assert (event.alert_id, event.kind, event.note) == (old.id, "level_corrected", "digits swapped")


def test_a_correction_raises_the_matter_of_the_right_number(
    session: Session, child: Participant, doctor: Actor
) -> None:
    old, new = corrected(session, child, doctor, "21.0", "31.0")
    assert old.acknowledged_at is not None
    assert (new.urgency, new.acknowledged_at) == (Urgency.URGENT, None)


def test_a_matter_that_somebody_answered_stays_as_answered(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level(value=Decimal("21.0"))
    wrong, _ = record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    (alert,) = alerts(session)
    alert.acknowledged_at, alert.outcome = NOW, "family_called"
    session.flush()
    right = a_level(value=Decimal("12"), amends=wrong.public_id, amend_reason="digits swapped")
    record_level(session, doctor, child, right, protocol=KHE, now=NOW)
    assert (alert.outcome, alert.outcome_note) == ("family_called", None)


def test_a_form_that_overrules_sent_twice_is_one_word(
    session: Session, child: Participant, doctor: Actor
) -> None:
    level, _ = record_level(session, doctor, child, a_level(), protocol=KHE, now=NOW)
    said = OverruleSaid(client_id=uuid.uuid4(), verdict=Finding.VALID, reason="seen")
    first, new = overrule_level(session, doctor, level, said, now=NOW)
    again, anew = overrule_level(session, doctor, level, said, now=NOW)
    assert (new, anew, again.id) == (True, False, first.id)
    with pytest.raises(ConflictError):
        overrule_level(session, doctor, level, replace(said, reason="heard"), now=NOW)


def test_blood_of_tomorrow_is_refused(session: Session, child: Participant, doctor: Actor) -> None:
    said = a_level(drawn_at=NOW + timedelta(minutes=6))
    with pytest.raises(RefusedError, match="in_the_future"):
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    said = a_level(drawn_at=NOW + timedelta(minutes=5))
    assert record_level(session, doctor, child, said, protocol=KHE, now=NOW)[1]


def test_a_slip_of_the_keyboard_is_refused(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level(value=Decimal("200.1"))
    with pytest.raises(RefusedError, match="out_of_range"):
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)


def test_what_was_told_of_the_last_dose_names_who_told_it(
    session: Session, child: Participant, doctor: Actor
) -> None:
    said = a_level(last_dose_at=local(date(2026, 3, 2), "20:00"))
    with pytest.raises(RefusedError, match="told_needs_both"):
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)


def test_a_correction_names_its_level_and_its_reason(
    session: Session, child: Participant, doctor: Actor
) -> None:
    wrong, _ = record_level(session, doctor, child, a_level(), protocol=KHE, now=NOW)
    said = a_level(value=Decimal("12.1"), amends=wrong.public_id)
    with pytest.raises(RefusedError, match="reason_needed"):
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)
    right = replace(said, amend_reason="digits swapped")
    row, _ = record_level(session, doctor, child, right, protocol=KHE, now=NOW)
    again, new = record_level(session, doctor, child, right, protocol=KHE, now=NOW)
    assert row.amends_id == wrong.id
    assert (again.id, new) == (row.id, False)
    other = a_level(amends=wrong.public_id, amend_reason="again")
    with pytest.raises(RefusedError, match="already_corrected"):
        record_level(session, doctor, child, other, protocol=KHE, now=NOW)


def test_another_childs_level_cannot_be_corrected(
    session: Session, child: Participant, doctor: Actor
) -> None:
    other = a_participant(session, a_site(session))
    theirs, _ = record_level(session, doctor, other, a_level(), protocol=KHE, now=NOW)
    said = a_level(amends=theirs.public_id, amend_reason="mine")
    with pytest.raises(NotFoundError):
        record_level(session, doctor, child, said, protocol=KHE, now=NOW)


def recorded(session: Session, child: Participant, doctor: Actor, **changes: object) -> Level:
    said = a_level(**changes)
    return record_level(session, doctor, child, said, protocol=KHE, now=NOW)[0]


def test_a_level_after_regular_doses_is_valid(
    session: Session, child: Participant, doctor: Actor
) -> None:
    doses_given(session, child, days_from(FIRST_DOSE_ON, (DRAWN_ON - FIRST_DOSE_ON).days))
    level = recorded(session, child, doctor)
    judged = verdict_of(session, child, level, protocol=KHE, now=NOW)
    assert judged.headline is Finding.VALID
    assert judged.verdict is not None
    assert len(judged.verdict.doses) == 6


def test_a_missed_dose_in_the_days_before_flags_the_level(
    session: Session, child: Participant, doctor: Actor
) -> None:
    days = days_from(FIRST_DOSE_ON, (DRAWN_ON - FIRST_DOSE_ON).days)
    doses_given(session, child, days[:-2] + days[-1:])
    missed = SlotKey(days[-2], Half.MORNING)
    a_dose(session, child, missed, None, outcome=Outcome.MISSED)
    a_dose(session, child, missed.shifted(1), local(days[-2], "20:00"))
    level = recorded(session, child, doctor)
    judged = verdict_of(session, child, level, protocol=KHE, now=NOW)
    assert judged.headline is Finding.IRREGULAR


def test_without_a_diary_nobody_can_say(
    session: Session, child: Participant, doctor: Actor
) -> None:
    level = recorded(session, child, doctor)
    judged = verdict_of(session, child, level, protocol=KHE, now=NOW)
    assert judged.headline is Finding.CANNOT_SAY


def test_a_clinicians_word_stands_above_the_rule_and_the_newest_counts(
    session: Session, child: Participant, doctor: Actor
) -> None:
    level = recorded(session, child, doctor)
    for verdict, reason in ((Finding.TOO_LATE, "told by phone"), (Finding.VALID, "seen myself")):
        said = OverruleSaid(client_id=uuid.uuid4(), verdict=verdict, reason=reason)
        overrule_level(session, doctor, level, said, now=NOW)
    judged = verdict_of(session, child, level, protocol=KHE, now=NOW)
    assert judged.headline is Finding.VALID
    assert judged.verdict is not None
    assert judged.verdict.headline is Finding.CANNOT_SAY


def test_nobody_overrules_without_a_reason(
    session: Session, child: Participant, doctor: Actor
) -> None:
    level = recorded(session, child, doctor)
    said = OverruleSaid(client_id=uuid.uuid4(), verdict=Finding.VALID, reason="  ")
    with pytest.raises(RefusedError, match="reason_needed"):
        overrule_level(session, doctor, level, said, now=NOW)
