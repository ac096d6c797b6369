"""The first fortnight of an example child, so that a study team sees what its protocol does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from domain.protocol import Due, Protocol
from domain.visits import PlannedVisit, photo_days, planned_visits

FORTNIGHT: Final = timedelta(days=14)


def fortnight(protocol: Protocol, first_dose_on: date, zone: tzinfo) -> list[str]:
    """A line a day, from the first dose to the same weekday two weeks later, then all visits.

    Clock times are the child's own. Reminders are those that a child without entries would get:
    an ordinary morning one gives way to "wait" on the day of a trough (trial.md §3).
    """
    last = first_dose_on + FORTNIGHT
    visits = planned_visits(protocol, first_dose_on)
    photos = set(photo_days(protocol, first_dose_on, last))
    lines = [f"{protocol.key} ({protocol.registry_id}), first dose on {first_dose_on}, {zone}"]
    for number in range(FORTNIGHT.days + 1):
        day = first_dose_on + timedelta(days=number)
        parts = [
            ", ".join(f"{at:%H:%M} {name}" for name, at in _slots(protocol, day, zone)),
            "SMS " + ", ".join(_reminder_words(protocol, day, visits, zone)),
            *(f"visit {visit.code}: {', '.join(visit.due)}" for visit in visits if visit.on == day),
            *(["photos"] if day in photos else []),
        ]
        lines.append(f"day {number:>2}  {day:%a} {day}  " + " | ".join(parts))
    return [*lines, "visits (and their windows):", *map(_visit_line, visits)]


def _visit_line(visit: PlannedVisit) -> str:
    window = f"{visit.window_from} to {visit.window_to}"
    return f"{visit.code:<10} {visit.on} ({window}): {', '.join(visit.due)}"


def _slots(protocol: Protocol, day: date, zone: tzinfo) -> list[tuple[str, datetime]]:
    plan = protocol.slots
    return [
        ("morning", _at(day, plan.morning, zone)),
        ("evening", _at(day, plan.evening, zone)),
    ]


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    """That time on the child's wall; one that a clock change leaps over is moved past it."""
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


def _reminder_words(
    protocol: Protocol, day: date, visits: tuple[PlannedVisit, ...], zone: tzinfo
) -> Iterator[str]:
    for name, at in sorted(_reminders(protocol, day, visits, zone), key=lambda item: item[1]):
        other_day = "" if at.date() == day else f" ({at:%a})"
        yield f"{at:%H:%M}{other_day} {name}"


def _reminders(
    protocol: Protocol, day: date, visits: tuple[PlannedVisit, ...], zone: tzinfo
) -> Iterator[tuple[str, datetime]]:
    """What the slots of the day bring: the name of each text and when it is sent."""
    plan = protocol.reminders
    levels_on = {visit.on for visit in visits if Due.LEVEL in visit.due}
    (_, morning), (_, evening) = _slots(protocol, day, zone)
    if day in levels_on:
        early = plan.trough_morning_before_slot_minutes
        yield "trough_morning", _moved(morning, -early)
    else:
        yield "dose_morning", _moved(morning, plan.dose_offset_minutes)
    if day + timedelta(days=1) in levels_on:
        early = plan.trough_eve_before_evening_minutes
        yield "trough_eve", _moved(evening, -early)
    yield "dose_evening", _moved(evening, plan.dose_offset_minutes)


def _moved(at: datetime, minutes: int) -> datetime:
    """So many real minutes later, on the same wall."""
    return (at.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(at.tzinfo)
