"""What came since a person last reviewed a child, and the calls that results make."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from domain.entries import Outcome
from domain.protocol import Half
from factories import a_clinician, a_participant, a_site, an_order, as_actor
from models.account import Account
from models.attention import Alert, ReviewMark
from models.dose import DoseEntry
from models.laboratory import Level
from models.participant import Participant
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.errors import ConflictError, ForbiddenError
from services.labs import SaidLabs, SaidResult, record_labs
from services.measurements import SaidMeasurement
from services.review_since import SinceReview, mark_reviewed, new_since
from services.weighing import weigh

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def gao(session: Session, site: Site) -> Account:
    return a_clinician(session, site)


@pytest.fixture
def child(session: Session, site: Site, gao: Account) -> Participant:
    return a_participant(session, site)


def a_dose(session: Session, child: Participant, at: datetime, outcome: Outcome) -> None:
    session.add(
        DoseEntry(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            slot_on=date(2026, 3, 9),
            half=Half.MORNING,
            outcome=outcome,
            entered_at=at,
            received_at=at,
            entered_by_id=child.recorded_by_id,
            channel="clinic",
        )
    )
    session.flush()


def a_level(session: Session, child: Participant, at: datetime) -> None:
    session.add(
        Level(
            client_id=uuid.uuid4(),
            participant_id=child.id,
            drawn_at=at - timedelta(days=3),
            value=Decimal("9.9"),
            recorded_at=at,
            recorded_by_id=child.recorded_by_id,
        )
    )
    session.flush()


def review(session: Session, who: Account, child: Participant, at: datetime) -> ReviewMark:
    actor = as_actor(session, who)
    return mark_reviewed(session, actor, child, client_id=uuid.uuid4(), now=at)


def since(session: Session, who: Account, child: Participant) -> SinceReview:
    return new_since(session, who.id, [child.id])[child.id]


def test_before_the_first_review_everything_is_new(
    session: Session, child: Participant, gao: Account
) -> None:
    a_level(session, child, NOW)
    a_dose(session, child, NOW, Outcome.MISSED)
    assert since(session, gao, child) == SinceReview(None, mishaps=1, levels=1)


def test_only_what_came_after_the_review_is_new(
    session: Session, child: Participant, gao: Account
) -> None:
    a_level(session, child, NOW)
    review(session, gao, child, NOW)
    assert since(session, gao, child).total == 0
    a_level(session, child, NOW + timedelta(seconds=1))
    assert since(session, gao, child) == SinceReview(NOW, levels=1)


def test_a_dose_given_as_ordered_is_nothing_to_look_at(
    session: Session, child: Participant, gao: Account
) -> None:
    for outcome in (Outcome.GIVEN, Outcome.VOMITED, Outcome.PARTIAL):
        a_dose(session, child, NOW, outcome)
    assert since(session, gao, child).mishaps == 2


def test_each_person_has_an_own_mark_and_the_newest_counts(
    session: Session, site: Site, child: Participant, gao: Account
) -> None:
    other = a_clinician(session, site)
    a_level(session, child, NOW)
    review(session, gao, child, NOW - HOUR)
    review(session, gao, child, NOW + HOUR)
    assert since(session, gao, child) == SinceReview(NOW + HOUR)
    assert since(session, other, child) == SinceReview(None, levels=1)


def test_the_same_click_twice_is_one_mark(
    session: Session, child: Participant, gao: Account
) -> None:
    actor, client_id = as_actor(session, gao), uuid.uuid4()
    first = mark_reviewed(session, actor, child, client_id=client_id, now=NOW)
    again = mark_reviewed(session, actor, child, client_id=client_id, now=NOW + HOUR)
    assert (again, again.reviewed_at) == (first, NOW)
    stranger = a_participant(session, session.get_one(Site, child.site_id))
    with pytest.raises(ConflictError):
        mark_reviewed(session, actor, stranger, client_id=client_id, now=NOW)


@pytest.mark.parametrize("role", [StaffRole.READER])
def test_who_may_not_see_the_child_cannot_review_it(
    session: Session, site: Site, child: Participant, role: StaffRole
) -> None:
    for who in (a_clinician(session, site, role), a_clinician(session)):
        with pytest.raises(ForbiddenError):
            review(session, who, child, NOW)


def test_one_question_for_any_number_of_children(
    session: Session, site: Site, gao: Account
) -> None:
    children = [a_participant(session, site) for _ in range(4)]
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    found = new_since(session, gao.id, [child.id for child in children])
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 1
    assert found == {child.id: SinceReview(None) for child in children}


# --- results that call


def count_platelets(
    session: Session, child: Participant, gao: Account, result: str, at: datetime
) -> None:
    said = SaidLabs(
        client_id=uuid.uuid4(),
        drawn_at=at,
        results=(SaidResult(analyte="platelets", result=result, unit="10*9/L"),),
    )
    record_labs(session, as_actor(session, gao), child, said, protocol=KHE, now=NOW)


def calls(session: Session) -> list[str]:
    return list(session.scalars(select(Alert.code).order_by(Alert.id)))


@pytest.mark.parametrize(
    ("before", "result", "told"),
    [
        (None, "20", []),
        (None, "19.9", ["platelets_low"]),
        ("200", "140", ["platelets_falling"]),
        ("200", "140.1", []),
        ("300", "150", []),
        ("300", "149.9", ["platelets_falling"]),
        ("100", "120", []),
        ("100", "<25", ["platelets_falling"]),
    ],
)
def test_platelets_call_below_a_bound_and_when_they_fall_by_a_share(
    session: Session,
    child: Participant,
    gao: Account,
    before: str | None,
    result: str,
    told: list[str],
) -> None:
    if before is not None:
        count_platelets(session, child, gao, before, NOW - 48 * HOUR)
    count_platelets(session, child, gao, result, NOW - 24 * HOUR)
    # draft grades wait beside them
    assert [code for code in calls(session) if code.startswith("platelets_")] == told


@pytest.mark.parametrize(("weight", "told"), [("12.0", []), ("13.0", ["reweigh"])])
def test_a_child_that_outgrew_its_order_calls(
    session: Session, child: Participant, gao: Account, weight: str, told: list[str]
) -> None:
    # 80 cm and 10.5 kg: 0.483 m²; 12.0 kg is 6.9 % more surface, 13.0 kg 11.3 %
    an_order(session, child)
    said = SaidMeasurement(
        client_id=uuid.uuid4(),
        measured_on=date(2026, 3, 10),
        height_cm=Decimal("80.0"),
        weight_kg=Decimal(weight),
    )
    for _ in range(2):
        weigh(session, as_actor(session, gao), child, said, protocol=KHE, now=NOW)
    assert calls(session) == told
