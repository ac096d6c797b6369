"""What befalls the diary and the orders beside the daily doses: pauses, paper notes, requests."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

from demo.children import Incident, Kind
from demo.diary_story import Telling
from demo.diary_writing import Diary, log
from demo.stage import Story, minutes
from demo.ward_story import stay_on_the_ward
from domain.dosing import nearest_mark
from domain.entries import Channel, DoseSource, Outcome
from domain.order_guards import Guard
from domain.orders import OrderKind, order_at
from domain.slots import Slot, SlotKey, next_slot, slots_between
from services.corrections import Decision, ask, decide
from services.holds import SaidHold, SaidRestart, hold, restart
from services.orders import SaidOrder, write_order
from services.said_dose import SaidDose

DAY: Final = timedelta(days=1)
_NOON: Final = time(12)


def put_on_agenda(story: Story, diary: Diary) -> None:
    """The incidents of the cast that are more than one entry."""
    for incident in story.child.incidents:
        play = _PLAYS.get(incident.kind)
        on = story.day_of(story.stage.now) - incident.days_ago * DAY
        if play is not None and on > story.first_on + DAY:
            play(story, diary, incident, on)


def _pause(story: Story, diary: Diary, incident: Incident, on: date) -> None:
    """An infection: the medicine pauses, for so many days or until somebody says otherwise."""

    def begin(now: datetime) -> None:
        diary.flush()
        said = SaidHold(
            client_id=story.id("hold", on),
            from_slot=_next(story, now),
            reason="发热、咳嗽，暂停用药",
        )
        stage, actor = story.stage, story.people.prescriber
        hold(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)
        story.reread_orders()

    def end(now: datetime) -> None:
        diary.flush()
        said = SaidRestart(
            client_id=story.id("restart", on), from_slot=_next(story, now), reason="感染已恢复"
        )
        stage, actor = story.stage, story.people.prescriber
        restart(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)
        story.reread_orders()

    story.agenda.at(story.clock(on, _NOON), begin)
    if incident.days:
        story.agenda.at(story.clock(on + incident.days * DAY, _NOON), end)


def _from_paper(story: Story, diary: Diary, incident: Incident, on: date) -> None:
    """The family kept notes on paper; the clinic enters all of them at once."""

    def enter(now: datetime) -> None:
        diary.flush()
        for number, slot in enumerate(_slots(story, incident, on)):
            _log_for(story, slot, now + minutes(number))

    story.agenda.at(story.clock(on + incident.days * DAY, time(10)), enter)


def _log_for(story: Story, slot: Slot, now: datetime) -> None:
    order = order_at(story.orders, slot.key)
    if order is None or order.kind is not OrderKind.DOSE:
        return
    said = SaidDose(
        client_id=story.id("paper", slot.on, slot.half),
        entered_at=now,
        channel=Channel.CLINIC,
        slot=slot.key,
        taken_at=slot.due_at + minutes(story.chance.uniform(-10, 20)),
        note="按家庭纸质记录录入",
        source=DoseSource.FAMILY_PAPER,
    )
    log(story, Telling(said, story.people.investigator, now), now)


def _ask(story: Story, diary: Diary, incident: Incident, on: date) -> None:
    """Too late for the diary: the family asks, the investigator decides or has yet to."""
    slot = next(_slots(story, incident, on), None)
    if slot is not None:
        story.agenda.at(
            slot.due_at + 2 * DAY, partial(_asking, story, diary, (incident.kind, slot))
        )


def _asking(story: Story, diary: Diary, about: tuple[Kind, Slot], now: datetime) -> None:
    kind, slot = about
    said = SaidDose(
        client_id=story.id("asked", slot.on),
        entered_at=now,
        channel=Channel.PAGE,
        slot=slot.key,
        outcome=Outcome.GIVEN,
        taken_at=slot.due_at + minutes(10),
    )
    stage, reason = story.stage, "当天忘记记录了，药按时给了"
    row, _new = ask(
        stage.session,
        story.carers[0],
        story.row,
        said,
        reason=reason,
        protocol=stage.protocol,
        now=now,
    )
    decision = _DECISIONS.get(kind)
    if decision is not None:
        about_request = (row.public_id, decision)
        story.agenda.at(now + DAY, partial(_deciding, story, diary, about_request))


def _deciding(story: Story, diary: Diary, about: tuple[uuid.UUID, Decision], now: datetime) -> None:
    diary.flush()
    request_id, decision = about
    stage, actor = story.stage, story.people.investigator
    decide(
        stage.session,
        actor,
        story.row,
        request_id,
        decision=decision,
        protocol=stage.protocol,
        now=now,
    )


def _draft_order(story: Story, _diary: Diary, _incident: Incident, _on: date) -> None:
    """An order below half of the one before waits for a second prescriber."""

    def write(now: datetime) -> None:
        from_slot = _next(story, now).shifted(2)
        current = order_at(story.orders, from_slot)
        if current is None or current.mg is None:
            return
        rules = story.stage.protocol.dosing
        less = nearest_mark(current.mg * 2 / 5, rules)
        said = SaidOrder(
            client_id=story.id("waiting order"),
            from_slot=from_slot,
            reason="Triglycerides rising, lower for now",
            given_ml=less.given_ml,
            confirmed=frozenset(Guard),
        )
        stage, actor = story.stage, story.people.prescriber
        write_order(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)

    story.agenda.at(story.stage.now - timedelta(hours=3), write)


Play = Callable[[Story, Diary, Incident, date], None]
_PLAYS: Final[Mapping[Kind, Play]] = {
    Kind.HOLD: _pause,
    Kind.ON_PAPER: _from_paper,
    Kind.WARD: stay_on_the_ward,
    Kind.ASKED: _ask,
    Kind.ASKED_ACCEPTED: _ask,
    Kind.ASKED_DECLINED: _ask,
    Kind.ORDER_WAITS: _draft_order,
}
_DECISIONS: Final[Mapping[Kind, Decision]] = {
    Kind.ASKED_ACCEPTED: Decision(accepted=True, reason="与电话记录一致"),
    Kind.ASKED_DECLINED: Decision(accepted=False, reason="与血药浓度不符，保留未知"),
}


def _slots(story: Story, incident: Incident, on: date) -> Iterator[Slot]:
    slots = slots_between(story.tables, on, on + (max(incident.days, 1) - 1) * DAY)
    return (slot for slot in slots if incident.days > 1 or slot.half is incident.half)


def _next(story: Story, now: datetime) -> SlotKey:
    return next_slot(story.tables, now).key
