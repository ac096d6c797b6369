"""The visits of a child: blood, sizes, imaging, findings, and some days later the assessment."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from demo.diary_writing import Diary
from demo.laboratory_story import draw_panels
from demo.level_story import draw_level, report_level
from demo.stage import Story, minutes
from demo.tumour_story import Given, examine, give, image
from domain.protocol import Due, Half
from domain.slots import slot_at
from models.tumour import TreatmentKind
from models.visit import Visit, VisitState
from services.assessments import SaidAssessment, draft, needs_reason, sign
from services.blood_draws import record_blood_taken
from services.chart import BASELINE
from services.measurements import SaidMeasurement
from services.visits import set_state, visits_of
from services.weighing import weigh

RESULTS_AFTER: Final = timedelta(hours=5)
LEVEL_AFTER: Final = timedelta(hours=27)
SIGNED_AFTER: Final = timedelta(days=2, hours=6)
_TRANSFUSED_BEFORE: Final = timedelta(days=3)
# a growing child, a month
_CM: Final = 0.8
_KG: Final = 0.17


def put_on_agenda(story: Story, diary: Diary) -> None:
    """Every visit whose day has come."""
    today = story.day_of(story.stage.now)
    for visit in visits_of(story.stage.session, story.row.id):
        if visit.code == BASELINE or visit.on > today:
            continue
        if visit.code in story.child.missed_visits:
            closes_at = story.clock(visit.window_to + timedelta(days=1), _noon())
            story.agenda.at(closes_at, partial(_mark, story, visit, VisitState.MISSED))
            continue
        _expect(story, diary, visit)


def _expect(story: Story, diary: Diary, visit: Visit) -> None:
    """The blood is drawn a little after the time of the morning dose, which waits for it."""
    due_at = slot_at(story.tables, visit.on, Half.MORNING).due_at
    drawn_at = due_at + minutes(story.chance.uniform(-10, 35))
    if visit.code in story.child.dose_first:
        drawn_at = due_at + minutes(95)
    else:
        story.draws[visit.on] = drawn_at
    story.agenda.at(drawn_at, lambda now: _visit(story, diary, visit, now))
    if visit.code == story.child.transfused:
        on = visit.on - _TRANSFUSED_BEFORE
        kind = TreatmentKind.PLATELETS
        at = story.clock(on, _noon())
        story.agenda.at(at, lambda now: give(story, Given(kind, "Platelets", on), now))


def _visit(story: Story, diary: Diary, visit: Visit, drawn_at: datetime) -> None:
    diary.flush()
    stage = story.stage
    due = stage.protocol.visit(visit.code).due
    entered_at = drawn_at + minutes(4)
    record_blood_taken(
        stage.session,
        story.people.coordinator,
        story.row,
        drawn_at,
        client_id=story.id("draw", visit.code),
        protocol=stage.protocol,
        now=entered_at,
    )
    _mark(story, visit, VisitState.DONE, entered_at)
    measure(story, entered_at)
    agenda = story.agenda
    agenda.at(drawn_at + RESULTS_AFTER, lambda now: draw_panels(story, drawn_at, due, now))
    level = draw_level(story, drawn_at, None)

    def level_comes(now: datetime) -> None:
        diary.flush()
        report_level(story, level, now)

    agenda.at(drawn_at + LEVEL_AFTER, level_comes)
    if Due.ASSESSMENT in due:
        _examine_and_assess(story, visit, drawn_at)


def _examine_and_assess(story: Story, visit: Visit, at: datetime) -> None:
    agenda = story.agenda
    agenda.at(at + timedelta(hours=2), lambda now: examine(story, visit.on, now))
    agenda.at(at + timedelta(hours=4), lambda now: image(story, visit.on, now))
    agenda.at(at + SIGNED_AFTER, lambda now: _assess(story, visit, now))


def measure(story: Story, now: datetime) -> None:
    """Height and weight as they are by now."""
    child, month = story.child, max(0.0, story.month(now))
    said = SaidMeasurement(
        client_id=story.id("size", story.day_of(now)),
        measured_on=story.day_of(now),
        height_cm=Decimal(f"{float(child.height_cm) + _CM * month:.1f}"),
        weight_kg=Decimal(f"{float(child.weight_kg) + _KG * month:.1f}"),
    )
    stage, actor = story.stage, story.people.coordinator
    weigh(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)


def _assess(story: Story, visit: Visit, now: datetime) -> None:
    """The investigator signs what the chart and the rule propose, with a reason where asked."""
    stage = story.stage
    offered = draft(stage.session, story.row, visit.code, stage.protocol, now=now)
    category = offered.proposal.category
    explained = needs_reason(offered.proposal, category)
    said = SaidAssessment(
        client_id=story.id("assessment", visit.code),
        visit_code=visit.code,
        inputs=offered.inputs,
        decided=category,
        reason="Flags looked at; the proposal holds." if explained else None,
    )
    actor = story.people.investigator
    sign(stage.session, actor, story.row, said, protocol=stage.protocol, now=now)


def _mark(story: Story, visit: Visit, state: VisitState, now: datetime) -> None:
    session, actor = story.stage.session, story.people.coordinator
    reason = "家里临时有事，没有来" if state is VisitState.MISSED else None
    set_state(session, actor, story.row, visit.public_id, state=state, reason=reason, now=now)


def _noon() -> time:
    return time(12)
