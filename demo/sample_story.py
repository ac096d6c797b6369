"""Samples between the visits, as they go wrong: too soon after a dose or a change, before the
evening dose, typed wrongly. They show what a verdict says of each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

from demo.diary_writing import Diary
from demo.level_story import draw_level, report_level
from demo.stage import Story, minutes
from domain.protocol import Half
from domain.slots import slot_at
from domain.trough import Finding
from models.laboratory import Level
from services.level_overrules import OverruleSaid, overrule_level
from services.levels import SaidLevel, record_level

AFTER: Final = timedelta(hours=27)
# days after the first dose
NOT_STEADY, TOO_EARLY, BEFORE_EVENING, MISTYPED = 3, 40, 55, 70
_AT_NIGHT: Final = time(5, 10)
_DIGIT_TOO_MANY: Final = Decimal(20)
_OVERRULED_AFTER: Final = timedelta(days=1)


def put_on_agenda(story: Story, diary: Diary) -> None:
    """The samples whose day has come, for a child that has any."""
    if not story.child.extra_samples:
        return
    for day, drawn_at in _samples(story):
        if drawn_at + AFTER + _OVERRULED_AFTER < story.stage.now:
            story.agenda.at(drawn_at, _drawing(story, diary, day, drawn_at))


def _samples(story: Story) -> list[tuple[int, datetime]]:
    found: list[tuple[int, datetime]] = []
    for day in (NOT_STEADY, TOO_EARLY, BEFORE_EVENING, MISTYPED):
        on = story.first_on + timedelta(days=day)
        if day == TOO_EARLY:
            found.append((day, story.clock(on, _AT_NIGHT)))
        elif day == BEFORE_EVENING:
            found.append((day, slot_at(story.tables, on, Half.EVENING).due_at - minutes(60)))
        else:
            drawn_at = slot_at(story.tables, on, Half.MORNING).due_at - minutes(5)
            story.draws[on] = drawn_at
            found.append((day, drawn_at))
    return found


def _drawing(
    story: Story, diary: Diary, day: int, drawn_at: datetime
) -> Callable[[datetime], None]:
    def draw(_now: datetime) -> None:
        told_at = None
        if day == BEFORE_EVENING:
            told_at = slot_at(story.tables, story.day_of(drawn_at), Half.MORNING).due_at
        said = draw_level(story, drawn_at, told_at)
        story.agenda.at(drawn_at + AFTER, lambda now: _report(story, diary, day, said, now=now))

    return draw


def _report(story: Story, diary: Diary, day: int, said: SaidLevel, *, now: datetime) -> None:
    diary.flush()
    if day == MISTYPED and said.value is not None:
        _mistype(story, said, now)
        return
    report_level(story, said, now)
    if day == TOO_EARLY:
        story.agenda.at(now + _OVERRULED_AFTER, lambda at: _overrule(story, said, at))


def _mistype(story: Story, said: SaidLevel, now: datetime) -> None:
    """A digit too many, seen ten minutes later."""
    wrong = replace(
        said,
        client_id=story.id("mistyped", said.drawn_at.date()),
        value=(said.value or Decimal(0)) + _DIGIT_TOO_MANY,
    )
    row = _record(story, wrong, now)
    right = replace(said, amends=row.public_id, amend_reason="看错一位数字")
    report_level(story, right, now + minutes(10))


def _record(story: Story, said: SaidLevel, now: datetime) -> Level:
    stage, actor = story.stage, story.people.coordinator
    row, _new = record_level(
        stage.session, actor, story.row, said, protocol=stage.protocol, now=now
    )
    return row


def _overrule(story: Story, said: SaidLevel, now: datetime) -> None:
    """The investigator knows more than the diary."""
    row = _record(story, said, now)
    verdict = OverruleSaid(
        client_id=story.id("overrule", said.drawn_at.date()),
        verdict=Finding.VALID,
        reason="病房给药记录：前一晚18:50给药，日记时间有误",
    )
    overrule_level(story.stage.session, story.people.investigator, row, verdict, now=now)
