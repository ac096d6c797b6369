"""The fortnight a study team sees before it enrols a child."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.preview import fortnight
from domain.protocol import Protocol
from domain.protocol_file import load_protocol

PROTOCOL = load_protocol(Path(__file__).parents[2] / "protocols/khe-sirolimus-v1.toml")
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2025, 3, 3)


def the_day(on: date, lines: list[str]) -> str:
    (line,) = (line for line in lines if line.startswith("day ") and f" {on}  " in line)
    return line


def days(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("day ")]


def with_morning(protocol: Protocol, morning: time) -> Protocol:
    return replace(protocol, slots=replace(protocol.slots, morning=morning))


def test_it_runs_from_the_first_dose_to_the_same_weekday_two_weeks_later() -> None:
    shown = days(fortnight(PROTOCOL, MONDAY, SHANGHAI))
    assert len(shown) == 15
    assert shown[0].startswith("day  0  Mon 2025-03-03")
    assert shown[-1].startswith("day 14  Mon 2025-03-17")


def test_an_ordinary_day_has_two_slots_and_two_reminders() -> None:
    line = the_day(date(2025, 3, 5), fortnight(PROTOCOL, MONDAY, SHANGHAI))
    assert line.endswith(
        "08:00 morning, 20:00 evening | SMS 08:00 dose_morning, 20:00 dose_evening"
    )


def test_the_evening_before_a_level_says_so_beforehand() -> None:
    line = the_day(date(2025, 3, 16), fortnight(PROTOCOL, MONDAY, SHANGHAI))
    assert "SMS 08:00 dose_morning, 19:00 trough_eve, 20:00 dose_evening" in line


def test_on_the_morning_of_a_level_nobody_is_reminded_of_the_dose() -> None:
    line = the_day(date(2025, 3, 17), fortnight(PROTOCOL, MONDAY, SHANGHAI))
    assert "SMS 07:00 trough_morning, 20:00 dose_evening" in line
    assert "visit day_14: level, " in line


def test_a_visit_without_level_leaves_the_reminders_alone() -> None:
    line = the_day(MONDAY, fortnight(PROTOCOL, MONDAY, SHANGHAI))
    assert "08:00 dose_morning" in line
    assert "visit baseline: " in line


def test_photo_days_are_marked() -> None:
    marked = [
        line[4:6] for line in days(fortnight(PROTOCOL, MONDAY, SHANGHAI)) if "| photos" in line
    ]
    assert marked == [" 0", " 7", "14"]


def test_all_visits_of_the_plan_follow_with_their_windows() -> None:
    lines = fortnight(PROTOCOL, MONDAY, SHANGHAI)
    assert any(
        line.startswith("month_12   2026-03-03 (2026-02-17 to 2026-03-17): level, ")
        for line in lines
    )
    assert len(lines) == 1 + 15 + 1 + len(PROTOCOL.visits)


def test_clock_times_stay_the_same_over_a_clock_change() -> None:
    lines = days(fortnight(PROTOCOL, date(2025, 3, 24), BERLIN))  # clocks go forward on 30 March
    assert all("08:00 morning, 20:00 evening" in line for line in lines)


def test_a_time_the_clocks_leap_over_is_moved_past_the_gap() -> None:
    early = with_morning(PROTOCOL, time(2, 30))
    lines = fortnight(early, date(2025, 3, 24), BERLIN)
    assert "03:30 morning" in the_day(date(2025, 3, 30), lines)
    assert "02:30 morning" in the_day(date(2025, 3, 29), lines)
    assert "02:30 morning" in the_day(date(2025, 3, 31), lines)


def test_a_reminder_counts_real_minutes_before_its_slot() -> None:
    early = with_morning(PROTOCOL, time(3, 15))
    lines = fortnight(early, date(2025, 3, 16), BERLIN)  # day 14 is the night of the change
    assert "SMS 01:15 trough_morning" in the_day(date(2025, 3, 30), lines)


def test_a_reminder_that_falls_on_another_day_says_which() -> None:
    early = with_morning(PROTOCOL, time(0, 30))
    line = the_day(date(2025, 3, 17), fortnight(early, MONDAY, SHANGHAI))
    assert "23:30 (Sun) trough_morning" in line
