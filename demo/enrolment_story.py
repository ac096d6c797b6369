"""A child enters the study: registration, admission, invitations and the first order."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from demo.admission_story import admit
from demo.children import Child
from demo.diary_writing import Diary
from demo.families import CARERS
from demo.kinetics import body_for
from demo.laboratory_story import draw_panels
from demo.slot_times import home_zone, timetables_of
from demo.stage import SitePeople, Stage, Story, actor_for, local_today, made_up_id, minutes
from demo.tumour_story import image, treat_at_first
from domain.order_guards import Guard
from domain.protocol import Half
from domain.slots import SlotKey, Timetable
from models.account import Account
from models.participant import Participant
from models.visit import Visit, VisitState
from services.actor import Actor
from services.audit import Act, record
from services.chart import BASELINE
from services.families import Invitation, invite
from services.orders import SaidOrder, write_order
from services.participants import Registration, register
from services.starting_dose import propose_start
from services.timetables import add_timetable
from services.visits import set_state

HALF_LIFE_HOURS: Final = (13.0, 19.0)
_DAYS_A_MONTH: Final = 30.44
_LATEST: Final = timedelta(minutes=30)


def begin(stage: Stage, child: Child, people: SitePeople, place: int) -> Story:
    """Enrol the child on the day before its first dose and put the baseline on the agenda."""
    first_on = local_today(stage.now, home_zone(child, stage.now)) - timedelta(days=child.days)
    tables = timetables_of(child, first_on, stage.now, place)
    chance = random.Random(child.study_number)  # noqa: S311 - the same story each time
    at = _enrolled_at(first_on, tables, stage.now)
    row = _register(stage, child, people, tables, now=at)
    admit(stage, child, people, row, first_on=first_on, now=at)
    carers = _invite(stage, child, people, row, now=at + minutes(5))
    mg = propose_start(stage.session, row, protocol=stage.protocol, on=first_on).amount.given_mg
    body = body_for(child.exposure, float(mg), chance.uniform(*HALF_LIFE_HOURS))
    story = Story(stage, child, people, row, carers, tables, first_on, body, chance)
    _order_start(story, at + minutes(12))
    return story


def baseline(story: Story, diary: Diary) -> None:
    """What is done before and on the day of the first dose."""
    at = story.row.recorded_at
    due = story.stage.protocol.visit(BASELINE).due
    drawn_at = at - timedelta(hours=1)
    agenda = story.agenda
    agenda.at(at + minutes(15), lambda now: image(story, story.day_of(at), now))
    agenda.at(at + minutes(20), lambda now: treat_at_first(story, now))
    agenda.at(at + timedelta(hours=4), lambda now: draw_panels(story, drawn_at, due, now))
    agenda.at(story.clock(story.first_on, time(9)), lambda now: _begin_dosing(story, diary, now))
    if len(story.tables) > 1:
        moved_on = story.tables[-1].from_on
        told_at = story.clock(moved_on - timedelta(days=2), time(15))
        agenda.at(told_at, lambda now: _move(story, story.tables[-1], now))


def _enrolled_at(first_on: date, tables: tuple[Timetable, ...], now: datetime) -> datetime:
    """In the morning of the day before the first dose, or earlier that day if it is still night."""
    zone = ZoneInfo(tables[0].zone)
    midnight = datetime.combine(first_on - timedelta(days=1), time(), zone).astimezone(UTC)
    return max(midnight, min(midnight + timedelta(hours=10), now - _LATEST))


def _register(
    stage: Stage,
    child: Child,
    people: SitePeople,
    tables: tuple[Timetable, ...],
    *,
    now: datetime,
) -> Participant:
    since = tables[0].from_on
    said = Registration(
        client_id=made_up_id(child.study_number, "enrolment"),
        study_number=child.study_number,
        call_name=child.call_name,
        born_on=since - timedelta(days=round(child.age_months * _DAYS_A_MONTH) + 3),
        sex=child.sex,
        kasabach_merritt=child.kmp,
        enrolled_on=since,
        time_zone=tables[0].zone,
        morning=tables[0].morning,
        evening=tables[0].evening,
        height_cm=Decimal(child.height_cm),
        weight_kg=Decimal(child.weight_kg),
        measured_on=since,
    )
    return register(
        stage.session, people.coordinator, people.site, said, protocol=stage.protocol, now=now
    )


def _invite(
    stage: Stage, child: Child, people: SitePeople, row: Participant, *, now: datetime
) -> tuple[Actor, ...]:
    actors: list[Actor] = []
    for code in child.carers:
        carer = CARERS[code]
        said = Invitation(
            phone=carer.phone,
            display_name=carer.name,
            relation=carer.relation,
            locale=carer.locale,
        )
        tie = invite(
            stage.session,
            people.coordinator,
            row,
            said,
            protocol=stage.protocol,
            public_url=stage.public_url,
            now=now,
        )
        actors.append(actor_for(stage.session.get_one(Account, tie.account_id)))
    return tuple(actors)


def _order_start(story: Story, now: datetime) -> None:
    """The arm's starting dose, with the warning for a young infant read and confirmed."""
    stage, on = story.stage, story.first_on
    start = propose_start(stage.session, story.row, protocol=stage.protocol, on=on)
    said = SaidOrder(
        client_id=story.id("first order"),
        from_slot=SlotKey(on, Half.MORNING),
        reason="Starting dose of the arm",
        prescribed_mg=start.amount.prescribed_mg,
        confirmed=frozenset(Guard),
    )
    actor = story.people.prescriber
    write_order(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)
    story.reread_orders()


def _begin_dosing(story: Story, diary: Diary, now: datetime) -> None:
    diary.flush()
    session = story.stage.session
    first = session.scalars(
        select(Visit).where(Visit.participant_id == story.row.id, Visit.code == BASELINE)
    ).one()
    actor = story.people.coordinator
    set_state(session, actor, story.row, first.public_id, state=VisitState.DONE, now=now)


def _move(story: Story, table: Timetable, now: datetime) -> None:
    """The family moves to another zone."""
    session, actor = story.stage.session, story.people.coordinator
    row = add_timetable(session, actor, story.row.id, table, now=now)
    new = {"from_on": table.from_on, "time_zone": table.zone}
    act = Act("timetable.changed", "day_schedule", row.id, story.row.id, story.row.site_id, new=new)
    record(session, actor, act, now)
