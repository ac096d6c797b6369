"""Which reminders a child's carers get, and which not."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from diary_of_a_child import TIMETABLES, an_order, at, key, slot
from domain.destinations import destination
from domain.orders import OrderKind
from domain.preview import fortnight
from domain.protocol import Due, Half
from domain.protocol_file import load_protocol
from domain.reminders import ChildFacts, Reminder, ReminderKind, Silence, expected, reminders
from domain.slots import SlotKey, Timetable
from domain.visits import planned_visits

PROTOCOL = load_protocol(Path(__file__).parents[2] / "protocols/khe-sirolimus-v1.toml")
PLAN = PROTOCOL.reminders
DOSE, EVE, WAIT = ReminderKind.DOSE, ReminderKind.TROUGH_EVE, ReminderKind.TROUGH_MORNING
CHILD = ChildFacts(TIMETABLES, (an_order(),), frozenset(), frozenset(), frozenset())
# slot 2 is the morning of 2 March, slot 1 the evening before it
BEFORE_TROUGH = replace(CHILD, trough_on={key(2).on})


def due(child: ChildFacts, now: datetime, hours: float = 24) -> list[tuple[ReminderKind, SlotKey]]:
    found = reminders(child, PLAN, now, now + timedelta(hours=hours))
    return [(reminder.kind, reminder.slot) for reminder in found]


def answer(child: ChildFacts, kind: ReminderKind, number: int) -> Reminder | Silence:
    return expected(kind, slot(number), child, PLAN)


def test_an_ordinary_day_has_one_reminder_a_slot() -> None:
    assert due(CHILD, at(0, -1)) == [(DOSE, key(0)), (DOSE, key(1))]


def test_a_dose_reminder_is_due_with_its_slot_and_worth_an_hour() -> None:
    reminder = answer(CHILD, DOSE, 0)
    assert isinstance(reminder, Reminder)
    assert reminder.due_at == at(0)
    assert reminder.expires_at == at(0, 1)


@pytest.mark.parametrize(("hours", "still"), [(0.99, True), (1, False)])
def test_a_reminder_that_was_not_sent_in_time_is_not_planned_any_more(
    hours: float, still: bool
) -> None:
    assert ((DOSE, key(0)) in due(CHILD, at(0, hours))) is still


@pytest.mark.parametrize(("hours", "planned"), [(12, True), (11.99, False)])
def test_reminders_are_planned_up_to_the_horizon(hours: float, planned: bool) -> None:
    assert ((DOSE, key(1)) in due(CHILD, at(0), hours)) is planned


def test_a_logged_slot_is_silent_and_the_next_one_is_not() -> None:
    child = replace(CHILD, told={key(0)})
    assert answer(child, DOSE, 0) is Silence.LOGGED
    assert isinstance(answer(child, DOSE, 1), Reminder)


def test_a_hold_is_silent_until_its_restart_slot() -> None:
    held = an_order(1, kind=OrderKind.HOLD, until=3, signed=1)
    child = replace(CHILD, orders=(an_order(), held))
    assert [answer(child, DOSE, number) for number in (1, 2)] == [Silence.HELD] * 2
    assert isinstance(answer(child, DOSE, 0), Reminder)
    assert isinstance(answer(child, DOSE, 3), Reminder)


def test_before_the_first_order_and_after_a_stop_nobody_is_reminded() -> None:
    stopped = an_order(3, kind=OrderKind.STOP, signed=1)
    child = replace(CHILD, orders=(an_order(1), stopped))
    assert answer(child, DOSE, 0) is Silence.NOT_PRESCRIBED
    assert isinstance(answer(child, DOSE, 2), Reminder)
    assert answer(child, DOSE, 3) is Silence.NOT_PRESCRIBED


def test_on_the_eve_of_a_trough_the_family_hears_of_tomorrow_and_of_tonight() -> None:
    assert due(BEFORE_TROUGH, at(1, -2), 3) == [(DOSE, key(1)), (EVE, key(1))]


def test_on_the_morning_of_a_trough_wait_takes_the_place_of_the_dose() -> None:
    assert due(BEFORE_TROUGH, at(2, -2), 3) == [(WAIT, key(2))]
    assert answer(BEFORE_TROUGH, DOSE, 2) is Silence.WAITS_FOR_BLOOD


def test_the_messages_of_a_trough_come_an_hour_ahead_and_last_as_the_plan_says() -> None:
    eve, wait = answer(BEFORE_TROUGH, EVE, 1), answer(BEFORE_TROUGH, WAIT, 2)
    assert isinstance(eve, Reminder)
    assert isinstance(wait, Reminder)
    assert (eve.due_at, eve.expires_at) == (at(1, -1), at(1, 2))
    assert (wait.due_at, wait.expires_at) == (at(2, -1), at(2, 0.5))


def test_tonights_dose_being_logged_does_not_silence_the_word_about_tomorrow() -> None:
    child = replace(BEFORE_TROUGH, told={key(1)})
    assert isinstance(answer(child, EVE, 1), Reminder)
    assert answer(child, DOSE, 1) is Silence.LOGGED


def test_once_the_blood_is_taken_or_the_dose_is_logged_nobody_has_to_wait() -> None:
    drawn = replace(BEFORE_TROUGH, drawn_on={key(2).on})
    assert answer(drawn, WAIT, 2) is Silence.BLOOD_TAKEN
    assert answer(drawn, EVE, 1) is Silence.BLOOD_TAKEN
    assert answer(replace(BEFORE_TROUGH, told={key(2)}), WAIT, 2) is Silence.LOGGED


def test_a_trough_day_in_a_hold_is_silent() -> None:
    held = an_order(2, kind=OrderKind.HOLD, signed=1)
    child = replace(BEFORE_TROUGH, orders=(an_order(), held))
    assert answer(child, WAIT, 2) is Silence.HELD
    assert answer(child, EVE, 1) is Silence.HELD


@pytest.mark.parametrize(("kind", "number"), [(EVE, 2), (WAIT, 1), (EVE, 3), (WAIT, 4)])
def test_words_about_a_trough_belong_to_its_evening_and_its_morning_only(
    kind: ReminderKind, number: int
) -> None:
    assert answer(BEFORE_TROUGH, kind, number) is Silence.NO_TROUGH


def test_morning_and_evening_have_texts_of_their_own() -> None:
    found = reminders(BEFORE_TROUGH, PLAN, at(0, -1), at(4))
    texts = {(reminder.slot, reminder.text) for reminder in found}
    assert texts == {
        (key(0), "dose_morning"),
        (key(1), "dose_evening"),
        (key(1), "trough_eve"),
        (key(2), "trough_morning"),
        (key(3), "dose_evening"),
        (key(4), "dose_morning"),
    }


@pytest.mark.parametrize(
    ("on", "instants"),
    [
        # clocks go forward in the night to 29 March, back in the night to 25 October
        (date(2026, 3, 29), ["2026-03-28T19:00Z", "2026-03-29T06:00Z"]),
        (date(2026, 10, 25), ["2026-10-24T18:00Z", "2026-10-25T07:00Z"]),
    ],
)
def test_over_a_clock_change_reminders_stay_with_the_clock_on_the_wall(
    on: date, instants: list[str]
) -> None:
    berlin = (Timetable(date(2026, 1, 1), "Europe/Berlin", time(8), time(20)),)
    order = replace(an_order(), from_slot=SlotKey(date(2026, 1, 2), Half.MORNING))
    child = replace(CHILD, timetables=berlin, orders=(order,))
    noon_before = datetime(on.year, on.month, on.day, tzinfo=UTC) - timedelta(hours=12)
    found = reminders(child, PLAN, noon_before, noon_before + timedelta(hours=22))
    assert [f"{reminder.due_at:%Y-%m-%dT%H:%MZ}" for reminder in found] == instants


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_slot_in_the_hour_that_is_leapt_over_or_comes_twice_has_one_reminder(
    night: date,
) -> None:
    berlin = (Timetable(date(2026, 1, 1), "Europe/Berlin", time(2, 30), time(14, 30)),)
    order = replace(an_order(), from_slot=SlotKey(date(2026, 1, 2), Half.MORNING))
    child = replace(CHILD, timetables=berlin, orders=(order,))
    midnight = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=3)
    assert due(child, midnight, 9) == [(DOSE, SlotKey(night, Half.MORNING))]


def test_the_preview_of_the_protocol_promises_what_is_sent() -> None:
    first, zone = date(2026, 3, 2), "Asia/Shanghai"
    visits = planned_visits(PROTOCOL, first)
    child = ChildFacts(
        (Timetable(first, zone, PROTOCOL.slots.morning, PROTOCOL.slots.evening),),
        (replace(an_order(), from_slot=SlotKey(first, Half.MORNING)),),
        frozenset(),
        {visit.on for visit in visits if Due.LEVEL in visit.due},
        frozenset(),
    )
    midnight = datetime(2026, 3, 2, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    sent: dict[str, list[str]] = {}
    found = reminders(child, PLAN, midnight, midnight + timedelta(days=15))
    for reminder in sorted(found, key=lambda reminder: reminder.due_at):
        local = reminder.due_at.astimezone(ZoneInfo(zone))
        sent.setdefault(f"{local:%Y-%m-%d}", []).append(f"{local:%H:%M} {reminder.text}")
    promised = {
        line[12:22]: re.sub(r"^.*SMS ([^|]*?)( \|.*)?$", r"\1", line).split(", ")
        for line in fortnight(PROTOCOL, first, ZoneInfo(zone))
        if line.startswith("day ")
    }
    assert sent == promised


@pytest.mark.parametrize(
    ("phone", "two_way"),
    [("+8613800000001", False), ("+85251234567", True), ("+886912345678", True)],
)
def test_nobody_can_answer_from_mainland_china(phone: str, two_way: bool) -> None:
    assert destination(phone).two_way is two_way
