"""A few days on a ward: the nurses give the doses, and the chart is entered afterwards."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from demo.children import Incident
from demo.diary_writing import Diary
from demo.stage import Story, minutes
from domain.entries import DoseSource, Outcome
from domain.orders import OrderKind, order_at
from domain.protocol import Due
from domain.slots import slots_between
from models.visit import VisitState
from services.clinic_doses import ClinicDose, ClinicDoses, enter_doses
from services.inpatient import SaidStay, record_stay
from services.unscheduled_visits import SaidVisit, add_visit
from services.visits import set_state

DAY: Final = timedelta(days=1)
_ADMITTED: Final = time(7)
_ENTERED: Final = time(10)


def stay_on_the_ward(story: Story, diary: Diary, incident: Incident, on: date) -> None:
    """Admitted after a visit outside of the plan; the ward's chart follows on the last day."""
    last_on = on + (incident.days - 1) * DAY

    def begin(now: datetime) -> None:
        said = SaidStay(client_id=story.id("stay", on), from_on=on, note="发热，住院观察")
        row, _new = record_stay(
            story.stage.session, story.people.coordinator, story.row, said, now=now
        )
        story.agenda.at(story.clock(last_on + DAY, _ENTERED), partial(end, row.public_id))

    def end(stay: UUID, now: datetime) -> None:
        diary.flush()
        said = SaidStay(
            client_id=story.id("stay-end", on),
            from_on=on,
            until_on=last_on,
            note="发热，住院观察",
            amends=stay,
            amend_reason="已出院",
        )
        record_stay(story.stage.session, story.people.coordinator, story.row, said, now=now)
        _enter_chart(story, on, last_on, now)
        _visit(story, on, now)

    story.agenda.at(story.clock(on, _ADMITTED), begin)


def _enter_chart(story: Story, on: date, last_on: date, now: datetime) -> None:
    lines = tuple(
        ClinicDose(
            slot=slot.key,
            outcome=Outcome.GIVEN,
            taken_at=slot.due_at + minutes(story.chance.uniform(-5, 15)),
        )
        for slot in slots_between(story.tables, on, last_on)
        if (order := order_at(story.orders, slot.key)) and order.kind is OrderKind.DOSE
    )
    if lines:
        sheet = ClinicDoses(
            client_id=story.id("chart", on), source=DoseSource.WARD_CHART, lines=lines
        )
        stage, actor = story.stage, story.people.coordinator
        enter_doses(stage.session, actor, story.row, sheet, protocol=stage.protocol, now=now)


def _visit(story: Story, on: date, now: datetime) -> None:
    said = SaidVisit(
        client_id=story.id("extra", on),
        purpose="发热",
        on=on,
        due=(Due.BLOOD_COUNT, Due.PHOTOS),
        is_trough_day=False,
    )
    stage, actor = story.stage, story.people.coordinator
    row, _new = add_visit(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)
    set_state(stage.session, actor, story.row, row.public_id, state=VisitState.DONE, now=now)
