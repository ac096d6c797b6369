"""Symptoms that families report: what they are told, and what the clinic is told."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from events_of_a_child import NOW, TODAY, a_symptom
from factories import a_carer, a_clinician, a_participant, as_actor
from models.attention import Alert, Urgency
from models.audit import AuditEntry
from models.participant import Participant, ParticipantStatus
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ConflictError, NotFoundError, RefusedError
from services.symptoms import Reported, SaidSymptom, report_symptom, reports_of, standing_reports

D = Decimal


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


@pytest.fixture
def mother(session: Session, child: Participant) -> Actor:
    return as_actor(session, a_carer(session, of=child))


class Diary:
    """A child's symptoms and short words for reporting them."""

    def __init__(self, session: Session, child: Participant, actor: Actor) -> None:
        self.session, self.child, self.actor = session, child, actor

    def report(self, **changes: Any) -> Reported:
        return self.send(a_symptom(**changes))

    def send(self, said: SaidSymptom) -> Reported:
        return report_symptom(self.session, self.actor, self.child, said, protocol=KHE, now=NOW)

    def alerts(self) -> list[tuple[str, Urgency]]:
        rows = self.session.scalars(select(Alert).order_by(Alert.id))
        return [(row.code, row.urgency) for row in rows]


@pytest.fixture
def diary(session: Session, child: Participant, mother: Actor) -> Diary:
    return Diary(session, child, mother)


def test_a_report_keeps_what_was_said_and_leaves_a_trail(session: Session, diary: Diary) -> None:
    told = diary.report(note="two white spots")
    assert told.advice is None
    (row,) = reports_of(session, diary.child)
    assert (row.kind, row.severity, row.note) == ("mouth_sores", "mild", "two white spots")
    assert session.scalars(select(AuditEntry.action)).all() == ["symptom.reported"]
    assert diary.alerts() == []


@pytest.mark.parametrize(
    ("celsius", "advice"), [("37.9", None), ("38.0", "fever"), ("41.5", "fever"), (None, "fever")]
)
def test_fever_from_38_brings_advice_and_calls_the_clinic(
    diary: Diary, celsius: str | None, advice: str | None
) -> None:
    told = diary.report(kind="fever", celsius=D(celsius) if celsius else None)
    assert told.advice == advice
    assert diary.alerts() == ([("fever", Urgency.SAME_DAY)] if advice else [])


@pytest.mark.parametrize(
    ("kind", "matter"),
    [("bleeding", "bleeding"), ("tumour_swollen", "fast_growth"), ("sleepy", "sleepiness")],
)
def test_these_call_the_clinic_however_mild(diary: Diary, kind: str, matter: str) -> None:
    told = diary.report(kind=kind)
    assert told.row.advice_shown == "call_today@khe-sirolimus-v1.zh"
    assert diary.alerts() == [(matter, Urgency.SAME_DAY)]


@pytest.mark.parametrize("kind", ["tumour_painful", "tumour_darker", "vomiting", "cold"])
def test_the_others_call_nobody(diary: Diary, kind: str) -> None:
    assert diary.report(kind=kind, severity="severe").advice is None
    assert diary.alerts() == []


def test_the_same_symptom_of_a_day_is_told_again_only_when_it_is_worse(diary: Diary) -> None:
    for celsius in ("38.4", "38.6", "39.2"):
        diary.report(kind="fever", celsius=D(celsius))
    assert len(diary.alerts()) == 2
    diary.report(kind="fever", celsius=D("38.4"), noticed_on=TODAY - timedelta(days=1))
    assert len(diary.alerts()) == 3


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "hiccups"}, "not_a_choice", "kind"),
        ({"severity": "awful"}, "not_a_choice", "severity"),
        ({"severity": "none"}, "not_a_choice", "severity"),
        ({"kind": "other"}, "required", "note"),
        ({"celsius": D("38.0")}, "only_for_fever", "celsius"),
        ({"kind": "fever", "celsius": D("33.9")}, "temperature_impossible", "celsius"),
        ({"kind": "fever", "celsius": D("43.1")}, "temperature_impossible", "celsius"),
        ({"kind": "fever", "lasted_hours": D(3)}, "hours_need_temperature", "lasted_hours"),
        (
            {"kind": "fever", "celsius": D(39), "lasted_hours": D(0)},
            "out_of_range",
            "lasted_hours",
        ),
        ({"noticed_on": date(2026, 3, 11)}, "in_the_future", "noticed_on"),
        ({"noticed_on": date(2026, 2, 23)}, "too_long_ago", "noticed_on"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    diary: Diary, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        diary.report(**changes)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "other", "note": "hiccups"},
        {"kind": "fever", "celsius": D("34.0")},
        {"kind": "fever", "celsius": D("43.0"), "lasted_hours": D("0.5")},
        {"noticed_on": date(2026, 2, 24)},
    ],
)
def test_the_other_side_of_each_bound_is_taken(diary: Diary, changes: dict[str, Any]) -> None:
    assert diary.report(**changes).is_new


def test_the_clinic_may_enter_what_is_longer_ago(session: Session, child: Participant) -> None:
    desk = Diary(session, child, as_actor(session, a_clinician(session)))
    assert desk.report(noticed_on=date(2026, 1, 20)).is_new
    with pytest.raises(RefusedError, match="symptom_before_birth"):
        desk.report(noticed_on=date(2025, 1, 19))


def test_the_same_form_twice_is_one_report_and_one_alert(session: Session, diary: Diary) -> None:
    said = a_symptom(kind="bleeding")
    first = diary.send(said)
    assert diary.send(said) == Reported(first.row, is_new=False)
    assert len(diary.alerts()) == 1
    with pytest.raises(ConflictError):
        diary.send(a_symptom(client_id=said.client_id, kind="rash"))


def test_a_correction_is_a_new_row_with_a_reason(session: Session, diary: Diary) -> None:
    wrong = diary.report(kind="fever", celsius=D("37.0")).row
    with pytest.raises(RefusedError, match="reason_needed"):
        diary.report(kind="fever", celsius=D("39.0"), amends=wrong.public_id)
    said = a_symptom(
        kind="fever", celsius=D("39.0"), amends=wrong.public_id, amend_reason="misread"
    )
    right = diary.send(said).row
    assert not diary.send(said).is_new
    assert standing_reports(reports_of(session, diary.child)) == (right,)
    assert diary.alerts() == [("fever", Urgency.SAME_DAY)]
    with pytest.raises(RefusedError, match="already_corrected"):
        diary.report(amends=wrong.public_id, amend_reason="again")


def test_a_correction_may_say_that_it_was_not_so(session: Session, diary: Diary) -> None:
    wrong = diary.report().row
    diary.report(severity="none", amends=wrong.public_id, amend_reason="crumbs")
    assert standing_reports(reports_of(session, diary.child)) == ()


def test_a_report_of_another_child_cannot_be_corrected(session: Session, diary: Diary) -> None:
    other = a_participant(session)
    stranger = as_actor(session, a_carer(session, of=other))
    row = Diary(session, other, stranger).report().row
    with pytest.raises(NotFoundError):
        diary.report(amends=row.public_id, amend_reason="not mine")
    assert reports_of(session, diary.child) == []


def test_when_the_study_is_over_families_report_nothing_more(diary: Diary) -> None:
    diary.child.status = ParticipantStatus.COMPLETED
    with pytest.raises(RefusedError, match="diary_closed"):
        diary.report(client_id=uuid.uuid4())
