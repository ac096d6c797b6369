"""When the diary calls the clinic: missed doses, doubled doses, silence (trial.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, takewhile

from domain.diary import SlotState, SlotStatus
from domain.protocol import SlotRules
from domain.slots import SlotKey


class AlertKind(StrEnum):
    MISSED_IN_A_ROW = "missed_in_a_row"
    MISSED_OFTEN = "missed_often"
    DOUBLED = "doubled"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class DiaryAlert:
    """`slots` are what it rests on; kind and last slot together name it for ever, so that the
    same facts never raise it twice."""

    kind: AlertKind
    slots: tuple[SlotKey, ...]


def diary_alerts(states: Sequence[SlotState], rules: SlotRules) -> tuple[DiaryAlert, ...]:
    """All alerts that the states (in order) justify; unknown slots are not missed ones."""
    counted = [state for state in states if state.prescribed]
    return (
        *_missed_in_a_row(counted, rules),
        *_missed_often(counted, rules),
        *(DiaryAlert(AlertKind.DOUBLED, (state.key,)) for state in states if _doubled(state)),
        *_silent(counted, rules),
    )


def _missed_in_a_row(states: Sequence[SlotState], rules: SlotRules) -> list[DiaryAlert]:
    """One alert a run, named by the slot that completed it."""
    alerts: list[DiaryAlert] = []
    for missed, run in groupby(states, key=lambda state: state.status is SlotStatus.MISSED):
        keys = tuple(state.key for state in run)[: rules.alert_missed_in_a_row]
        if missed and len(keys) == rules.alert_missed_in_a_row:
            alerts.append(DiaryAlert(AlertKind.MISSED_IN_A_ROW, keys))
    return alerts


def _missed_often(states: Sequence[SlotState], rules: SlotRules) -> list[DiaryAlert]:
    """So many missed within so many local dates; the count starts again after an alert."""
    alerts: list[DiaryAlert] = []
    recent: list[SlotKey] = []
    for state in states:
        if state.status is not SlotStatus.MISSED:
            continue
        recent = [key for key in recent if _within(key, state.key, rules)] + [state.key]
        if len(recent) >= rules.alert_missed_count:
            alerts.append(DiaryAlert(AlertKind.MISSED_OFTEN, tuple(recent)))
            recent = []
    return alerts


def _within(one: SlotKey, other: SlotKey, rules: SlotRules) -> bool:
    return (other.on - one.on).days < rules.alert_missed_in_days


def _doubled(state: SlotState) -> bool:
    return state.status is SlotStatus.DOUBLED


def _silent(states: Sequence[SlotState], rules: SlotRules) -> list[DiaryAlert]:
    """The latest slots that are over without a word; the alert is named by the one reaching the
    limit."""
    over = [s for s in states if s.status is not SlotStatus.NOT_DUE and not s.still_open]
    run = list(takewhile(lambda state: state.status is SlotStatus.UNKNOWN, reversed(over)))
    if len(run) < rules.silent_slots_alert:
        return []
    keys = tuple(state.key for state in reversed(run))[: rules.silent_slots_alert]
    return [DiaryAlert(AlertKind.SILENT, keys)]
