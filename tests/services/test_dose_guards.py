"""What a person is asked first, and what the clinic is told."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from a_family import DUE, EVENING, NOW, TODAY, Family
from domain.diary import SlotStatus
from domain.entries import Channel, Outcome
from domain.orders import OrderKind
from domain.protocol import Half
from domain.slots import SlotKey
from factories import LONG_AGO, PROTOCOL_KEY, a_participant, an_order
from models.attention import Urgency
from models.visit import VisitState
from services.errors import NeedsConfirmationError, RefusedError


@pytest.fixture
def family(session: Session) -> Family:
    a_participant(session)  # noise: another child, whose diary must not show up
    return Family(session)


# --- twice, or too soon


def test_a_person_is_asked_before_a_second_dose_and_told_who_gave_it(family: Family) -> None:
    family.log(by=family.father, taken_at=DUE)
    with pytest.raises(NeedsConfirmationError) as question:
        family.log(now=NOW + timedelta(minutes=1))
    assert question.value.warnings == ("already_given",)
    assert question.value.details["by"] == "Dad"
    assert question.value.details["at"] == DUE
    assert len(family.entries()) == 1


def test_a_second_dose_is_recorded_advised_and_told_the_clinic(family: Family) -> None:
    family.log(by=family.father, taken_at=DUE)
    logged = family.log(second_dose=True, second_dose_reason="spat it out")
    assert logged.entry.is_second_dose
    assert logged.entry.note == "spat it out"
    assert logged.entry.advice_shown == f"doubled@{PROTOCOL_KEY}"
    assert logged.advice == ("doubled",)
    assert logged.state is not None
    assert logged.state.status is SlotStatus.DOUBLED
    assert family.alerts() == [("doubled", Urgency.SAME_DAY)]


def test_a_second_dose_needs_a_reason(family: Family) -> None:
    family.log(taken_at=DUE)
    with pytest.raises(RefusedError) as refusal:
        family.log(second_dose=True)
    assert refusal.value.field == "second_dose_reason"


def test_a_third_dose_raises_no_second_alert(family: Family) -> None:
    family.log(taken_at=DUE)
    for _ in range(2):
        family.log(second_dose=True, second_dose_reason="again")
    assert family.alerts() == [("doubled", Urgency.SAME_DAY)]


@pytest.mark.parametrize(("minutes", "asked"), [(30, False), (31, True)])
def test_another_carer_soon_after_is_a_witness(family: Family, minutes: int, asked: bool) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(minutes=minutes))
    if asked:
        with pytest.raises(NeedsConfirmationError):
            family.log()
        return
    logged = family.log()
    assert logged.state is not None
    assert logged.state.status is SlotStatus.GIVEN
    assert len(logged.state.witnesses) == 2
    assert family.alerts() == []


def test_the_same_person_twice_is_asked_however_soon(family: Family) -> None:
    family.log()
    with pytest.raises(NeedsConfirmationError):
        family.log(now=NOW + timedelta(seconds=30))


@pytest.mark.parametrize("channel", [Channel.OFFLINE, Channel.SMS, Channel.API])
def test_what_happened_away_from_a_page_is_never_refused_as_double(
    family: Family, channel: Channel
) -> None:
    family.log(by=family.father, taken_at=NOW - timedelta(hours=1))
    logged = family.log(taken_at=NOW, channel=channel)
    assert logged.state is not None
    assert logged.state.status is SlotStatus.DOUBLED
    assert family.alerts() == [("doubled", Urgency.SAME_DAY)]


def test_a_dose_soon_after_another_slots_is_asked_about(family: Family) -> None:
    family.log(slot=EVENING.shifted(-2), taken_at=NOW - timedelta(hours=7, minutes=59))
    with pytest.raises(NeedsConfirmationError) as question:
        family.log()
    assert question.value.warnings == ("too_soon",)
    logged = family.log(knows_too_soon=True)
    assert logged.advice == ("too_soon",)
    assert family.alerts() == [("too_soon", Urgency.SAME_DAY)]


def test_eight_hours_are_not_too_soon(family: Family) -> None:
    family.log(slot=EVENING.shifted(-2), taken_at=NOW - timedelta(hours=8))
    assert family.log().advice == ()
    assert family.alerts() == []


def test_vomiting_after_a_logged_dose_is_no_second_dose(family: Family) -> None:
    family.log()
    logged = family.log(
        outcome=Outcome.VOMITED, vomited_after_minutes=10, now=NOW + timedelta(minutes=12)
    )
    assert logged.state is not None
    assert logged.state.status is SlotStatus.VOMITED


# --- what the clinic is told


@pytest.mark.parametrize(
    ("minutes", "advice", "alerts"),
    [
        (30, ("vomited_early",), [("vomited_early", Urgency.SAME_DAY)]),
        (None, ("vomited_early",), [("vomited_early", Urgency.SAME_DAY)]),
        (31, ("vomited_later",), []),
    ],
)
def test_vomiting_soon_after_calls_the_clinic(
    family: Family,
    minutes: int | None,
    advice: tuple[str, ...],
    alerts: list[tuple[str, Urgency]],
) -> None:
    logged = family.log(
        outcome=Outcome.VOMITED, vomited_after_minutes=minutes, taken_at=NOW - timedelta(hours=1)
    )
    assert logged.advice == advice
    assert family.alerts() == alerts


def test_two_missed_in_a_row_alert_once(family: Family) -> None:
    family.log(slot=EVENING.shifted(-2), outcome=Outcome.MISSED, missed_reason="ill")
    assert family.alerts() == []
    family.log(outcome=Outcome.MISSED, missed_reason="ill")
    family.log(by=family.father, outcome=Outcome.MISSED)
    assert family.alerts() == [("missed_in_a_row", Urgency.THIS_WEEK)]


def test_three_missed_in_seven_days_alert(family: Family) -> None:
    for days in (6, 3, 0):
        day = TODAY - timedelta(days=days)
        family.log(
            slot=SlotKey(day, Half.MORNING),
            outcome=Outcome.MISSED,
            now=NOW - timedelta(days=days),
        )
    assert family.alerts() == [("missed_often", Urgency.THIS_WEEK)]


def test_each_three_more_missed_in_seven_days_alert_however_long_it_goes_on(
    family: Family,
) -> None:
    days = [TODAY - timedelta(days=number) for number in reversed(range(24))]
    for day in days:
        family.log(
            slot=SlotKey(day, Half.MORNING),
            outcome=Outcome.MISSED,
            now=NOW - (TODAY - day),
        )
    assert family.alerts() == [("missed_often", Urgency.THIS_WEEK)] * 8


def test_a_dose_in_a_hold_is_recorded_and_told(family: Family, session: Session) -> None:
    an_order(
        session,
        family.child,
        kind=OrderKind.HOLD,
        from_on=TODAY,
        prescribed_mg=None,
        given_ml=None,
        strength_mg_per_ml=None,
        signed_at=LONG_AGO + timedelta(days=1),
    )
    logged = family.log()
    assert logged.created
    assert logged.entry.given_ml is None
    assert family.alerts() == [("dose_in_hold", Urgency.SAME_DAY)]


# --- trough days


def test_a_dose_before_the_blood_is_taken_is_told_at_once(family: Family) -> None:
    family.on_trough_day()
    logged = family.log()
    assert logged.advice == ("dose_before_trough",)
    assert family.alerts() == [("dose_before_trough", Urgency.SAME_DAY)]


@pytest.mark.parametrize("drawn_before", [timedelta(0), timedelta(minutes=20)])
def test_a_dose_after_the_blood_is_taken_is_fine(family: Family, drawn_before: timedelta) -> None:
    family.on_trough_day()
    family.blood_taken(NOW - drawn_before)
    assert family.log().advice == ()
    assert family.alerts() == []


def test_blood_entered_later_may_show_that_the_dose_came_first(family: Family) -> None:
    family.log(taken_at=NOW - timedelta(minutes=20))
    family.on_trough_day()
    family.blood_taken(NOW)
    assert family.alerts() == [("dose_before_trough", Urgency.SAME_DAY)]


@pytest.mark.parametrize("blood_first", [True, False])
def test_a_dose_before_the_blood_is_told_when_the_visit_is_done_too(
    family: Family, *, blood_first: bool
) -> None:
    family.on_trough_day(state=VisitState.DONE)
    early = NOW - timedelta(minutes=20)
    if blood_first:
        family.blood_taken(NOW)
        assert family.log(taken_at=early).advice == ("dose_before_trough",)
    else:
        family.log(taken_at=early)
        family.blood_taken(NOW)
    assert family.alerts() == [("dose_before_trough", Urgency.SAME_DAY)]


def test_the_evening_dose_of_a_trough_day_does_not_wait(family: Family) -> None:
    family.on_trough_day()
    assert family.log(slot=EVENING, now=datetime(2026, 3, 10, 12, tzinfo=UTC)).advice == ()


def test_a_visit_that_is_done_makes_nobody_wait(family: Family) -> None:
    family.on_trough_day(state=VisitState.DONE)
    assert family.log().advice == ()


@pytest.mark.parametrize(
    ("drawn_at", "code"),
    [(NOW + timedelta(minutes=6), "in_the_future"), (NOW - timedelta(hours=25), "too_long_ago")],
)
def test_blood_is_taken_today(family: Family, drawn_at: datetime, code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        family.blood_taken(drawn_at)
