"""Slots: which exist, when they fall, and to which one a dose belongs."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from domain.protocol import Half
from domain.slots import (
    SlotKey,
    Timetable,
    local_date,
    nearest_slot,
    next_slot,
    slot_at,
    slots_between,
    slots_of_day,
)

MORNING, EVENING = Half.MORNING, Half.EVENING
SHANGHAI = Timetable(date(2024, 1, 1), "Asia/Shanghai", time(8), time(20))
LONDON = replace(SHANGHAI, zone="Europe/London")

ZONES = [
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
    "Africa/Casablanca",
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_day_has_a_morning_and_an_evening_slot_at_the_family_clock() -> None:
    morning, evening = slots_of_day([SHANGHAI], date(2024, 3, 5))
    assert (morning.key, morning.due_at) == (
        SlotKey(date(2024, 3, 5), MORNING),
        utc("2024-03-05 00:00"),
    )
    assert (evening.key, evening.due_at) == (
        SlotKey(date(2024, 3, 5), EVENING),
        utc("2024-03-05 12:00"),
    )


def test_there_is_no_slot_before_the_first_timetable() -> None:
    assert slots_of_day([SHANGHAI], date(2023, 12, 31)) == ()
    with pytest.raises(DomainError, match="no_such_slot"):
        slot_at([SHANGHAI], date(2023, 12, 31), EVENING)
    with pytest.raises(DomainError, match="no_such_slot"):
        nearest_slot([], utc("2024-01-01 08:00"))


def test_new_slot_times_count_from_their_date() -> None:
    later = replace(SHANGHAI, from_on=date(2024, 2, 1), morning=time(7), evening=time(19))
    history = [later, SHANGHAI]
    assert slot_at(history, date(2024, 1, 31), EVENING).due_at == utc("2024-01-31 12:00")
    assert slot_at(history, date(2024, 2, 1), MORNING).due_at == utc("2024-01-31 23:00")


def test_keys_are_ordered_by_time_not_by_the_alphabet() -> None:
    keys = [SlotKey(date(2024, 2, 29), half) for half in (EVENING, MORNING)]
    assert sorted(keys) == keys[::-1]
    assert keys[0].shifted(1) == SlotKey(date(2024, 3, 1), MORNING)
    assert keys[1].shifted(-1) == SlotKey(date(2024, 2, 28), EVENING)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2024-03-05 20:00", SlotKey(date(2024, 3, 5), EVENING)),
        ("2024-03-06 01:30", SlotKey(date(2024, 3, 5), EVENING)),
        ("2024-03-06 02:00", SlotKey(date(2024, 3, 5), EVENING)),  # the tie
        ("2024-03-06 02:01", SlotKey(date(2024, 3, 6), MORNING)),
        ("2024-03-06 14:00", SlotKey(date(2024, 3, 6), MORNING)),  # the other tie
        ("2024-03-06 14:01", SlotKey(date(2024, 3, 6), EVENING)),
    ],
)
def test_a_dose_belongs_to_the_nearest_slot_and_on_a_tie_to_the_earlier(
    local: str, expected: SlotKey
) -> None:
    at = utc(local) - timedelta(hours=8)  # Shanghai is eight hours ahead
    assert nearest_slot([SHANGHAI], at).key == expected


def test_before_the_first_slot_the_first_one_is_nearest() -> None:
    assert nearest_slot([SHANGHAI], utc("2023-11-01 00:00")).key == SlotKey(
        date(2024, 1, 1), MORNING
    )
    assert next_slot([SHANGHAI], utc("2023-11-01 00:00")).key == SlotKey(date(2024, 1, 1), MORNING)


def test_the_next_slot_is_strictly_later() -> None:
    due = slot_at([SHANGHAI], date(2024, 3, 5), MORNING).due_at
    assert next_slot([SHANGHAI], due).half is EVENING
    assert next_slot([SHANGHAI], due - timedelta(seconds=1)).due_at == due


def test_the_wall_clock_holds_over_both_clock_changes() -> None:
    spring = slots_between([LONDON], date(2024, 3, 30), date(2024, 3, 31))
    assert [slot.due_at.hour for slot in spring] == [8, 20, 7, 19]
    autumn = slots_between([LONDON], date(2024, 10, 26), date(2024, 10, 27))
    assert [slot.due_at.hour for slot in autumn] == [7, 19, 8, 20]


def test_a_clock_time_the_night_skips_moves_with_the_clock() -> None:
    early = replace(LONDON, morning=time(1, 30), evening=time(13))
    assert slot_at([early], date(2024, 3, 31), MORNING).due_at == utc("2024-03-31 01:30")


def test_a_clock_time_that_comes_twice_is_meant_the_first_time() -> None:
    early = replace(LONDON, morning=time(1, 30), evening=time(13))
    assert slot_at([early], date(2024, 10, 27), MORNING).due_at == utc("2024-10-27 00:30")


def test_a_calendar_day_that_a_country_skipped_doubles_no_dose() -> None:
    samoa = Timetable(date(2011, 12, 1), "Pacific/Apia", time(8), time(20))
    instants = [
        slot.due_at for slot in slots_between([samoa], date(2011, 12, 28), date(2012, 1, 2))
    ]
    assert len(instants) == len(set(instants))


def test_the_local_date_follows_the_zone_of_the_day() -> None:
    history = [SHANGHAI, replace(LONDON, from_on=date(2024, 3, 6))]
    assert local_date(history, utc("2024-03-04 16:30")) == date(2024, 3, 5)
    assert local_date(history, utc("2024-03-06 16:30")) == date(2024, 3, 6)


def timetables() -> st.SearchStrategy[Timetable]:
    minutes = st.integers(min_value=0, max_value=14 * 60)
    return st.builds(
        lambda days, zone, morning, gap: Timetable(
            date(2024, 1, 1) + timedelta(days=days),
            zone,
            time(morning // 60, morning % 60),
            time((morning + gap) // 60, (morning + gap) % 60),
        ),
        st.integers(min_value=0, max_value=700),
        st.sampled_from(ZONES),
        minutes,
        st.integers(min_value=9 * 60, max_value=9 * 60 + 59),
    )


@given(timetables(), st.integers(min_value=0, max_value=1000))
def test_in_one_zone_every_day_has_both_slots_once_and_in_order(table: Timetable, day: int) -> None:
    first = table.from_on + timedelta(days=day)
    slots = slots_between([table], first, first + timedelta(days=10))
    assert [slot.key.number for slot in slots] == list(
        range(SlotKey(first, MORNING).number, SlotKey(first, MORNING).number + 22)
    )
    assert all(one.due_at < two.due_at for one, two in pairwise(slots))


@given(st.lists(timetables(), min_size=1, max_size=4, unique_by=lambda table: table.from_on))
def test_over_any_journeys_slots_keep_their_order_and_appear_once(history: list[Timetable]) -> None:
    changes = sorted(table.from_on for table in history)
    for change in changes:
        slots = slots_between(history, change - timedelta(days=4), change + timedelta(days=4))
        assert len({slot.key for slot in slots}) == len(slots)
        assert all(one.due_at < two.due_at for one, two in pairwise(slots))
        assert all(slot_at(history, slot.on, slot.half) == slot for slot in slots)
        assert all(nearest_slot(history, slot.due_at) == slot for slot in slots)


@given(
    st.lists(timetables(), min_size=1, max_size=3, unique_by=lambda table: table.from_on),
    st.integers(min_value=0, max_value=900 * 24 * 60),
)
def test_the_nearest_slot_has_no_nearer_neighbour(history: list[Timetable], minute: int) -> None:
    at = utc("2023-12-20 00:00") + timedelta(minutes=minute)
    found = nearest_slot(history, at)
    day = local_date(history, at)
    around = slots_between(history, day - timedelta(days=3), day + timedelta(days=3))
    assert all(abs(found.due_at - at) <= abs(other.due_at - at) for other in around)
    following = next_slot(history, at)
    assert following.due_at > at
    assert not [slot for slot in around if at < slot.due_at < following.due_at]
