"""Randomising: refused until everything is there, then one place, once, whatever happens."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from children_at_the_door import (
    FIRST,
    NOW,
    SEAL,
    SEED,
    TODAY,
    a_list,
    consented,
    eligible,
    randomised,
    ready,
    registered,
)
from domain.eligibility import Answer
from domain.protocol import Half
from domain.randomisation import permuted_blocks
from domain.slots import SlotKey
from factories import a_clinician, a_participant, a_site, as_actor
from models.audit import AuditEntry
from models.consent import ConsentKind
from models.participant import Allocation, ParticipantStatus, Relation
from models.site import Site, StaffRole
from models.visit import Visit
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import ConflictError, ForbiddenError, RefusedError
from services.randomisation import Envelope, SaidRandomisation, randomise, readiness
from services.randomisation_list import design_of, use_of_strata
from services.randomisation_seal import Seal
from services.withdrawal import SaidEnd, end_participation


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def nurse(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site, StaffRole.COORDINATOR))


def refusal(session: Session, nurse: Actor, child: object) -> str:
    with pytest.raises(RefusedError) as refused:
        randomised(session, nurse, child)  # type: ignore[arg-type]  # a child of the tests
    return refused.value.code


def test_children_of_a_stratum_get_its_places_in_order(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    rows = [randomised(session, nurse, ready(session, nurse, site)) for _ in range(8)]
    stratum = f"site={site.code}/kasabach_merritt=yes"
    assert tuple(row.arm for row in rows) == permuted_blocks(SEED, stratum, design_of(KHE), 8)[:8]
    assert {row.stratum for row in rows} == {stratum}
    assert {row.method for row in rows} == {"block"}
    assert len({row.randomisation_number for row in rows}) == 8


def test_the_phenomenon_has_a_row_of_blocks_of_its_own(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    randomised(session, nurse, ready(session, nurse, site))
    other = randomised(session, nurse, ready(session, nurse, site, kasabach_merritt=False))
    assert other.stratum == f"site={site.code}/kasabach_merritt=no"
    assert [use.used for use in use_of_strata(session, KHE.key)] == [1, 1]


def test_a_child_is_randomised_once(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    first, again = (randomised(session, nurse, child) for _ in range(2))
    assert first.id == again.id
    assert session.scalar(select(func.count()).select_from(Allocation)) == 1


def test_the_visits_are_counted_from_the_first_dose(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    said = SaidRandomisation(first_slot=SlotKey(TODAY + timedelta(days=2), Half.MORNING))
    randomise(session, nurse, child, said, protocol=KHE, seal=SEAL, now=NOW)
    visits = {row.code: row for row in session.scalars(select(Visit))}
    assert len(visits) == len(KHE.visits)
    assert visits["baseline"].on == date(2026, 3, 12)
    assert visits["day_14"].on == date(2026, 3, 26)
    assert visits["month_12"].on == date(2027, 3, 12)


def test_the_trail_tells_who_randomised_and_what_came(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    row = randomised(session, nurse, ready(session, nurse, site))
    entry = session.scalars(select(AuditEntry).filter_by(action="participant.randomised")).one()
    assert entry.actor_id == nurse.account_id
    assert entry.new is not None
    assert (entry.new["arm"], entry.new["randomisation_number"]) == (
        row.arm,
        row.randomisation_number,
    )


def test_what_is_missing_is_said_one_by_one(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = registered(session, nurse, site)
    assert refusal(session, nurse, child) == "eligibility_missing"
    eligible(session, nurse, child, allergy=Answer.YES)
    assert refusal(session, nurse, child) == "not_eligible"
    eligible(session, nurse, child)
    assert refusal(session, nurse, child) == "consent_missing"
    consented(session, nurse, child)
    note = {"kind": ConsentKind.WITHDRAWN, "note": "Moved away"}
    consented(session, nurse, child, **note)
    assert refusal(session, nurse, child) == "consent_withdrawn"
    consented(session, nurse, child)
    assert randomised(session, nurse, child).arm in {"high", "low"}


@pytest.mark.parametrize(
    ("born_on", "asked"), [(date(2018, 3, 10), True), (date(2018, 3, 11), False)]
)
def test_from_eight_years_on_assent_is_asked(
    session: Session, site: Site, nurse: Actor, born_on: date, asked: bool
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site, born_on=born_on)
    found = readiness(session, child, protocol=KHE, now=NOW)
    assert found.obstacles == (("assent_missing",) if asked else ())


@pytest.mark.parametrize(
    "said",
    [
        {"kind": ConsentKind.ASSENT, "relation": Relation.SELF},
        {"kind": ConsentKind.ASSENT_NOT_POSSIBLE, "note": "Sedated"},
    ],
)
def test_assent_or_the_reason_why_not_lets_an_older_child_in(
    session: Session, site: Site, nurse: Actor, said: dict[str, object]
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site, born_on=date(2017, 5, 1))
    consented(session, nurse, child, **said)
    assert randomised(session, nurse, child).arm


def test_a_version_that_the_protocol_dropped_counts_no_more(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    newer = replace(KHE.consent.documents[0], code="ICF-2.0")
    protocol = replace(KHE, consent=replace(KHE.consent, documents=(newer,)))
    said = SaidRandomisation(first_slot=FIRST)
    with pytest.raises(RefusedError, match="consent_version_unknown"):
        randomise(session, nurse, child, said, protocol=protocol, seal=SEAL, now=NOW)


def test_a_used_up_list_is_said_and_a_further_one_goes_on(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site, places=1)
    (stratum,) = (use for use in use_of_strata(session, KHE.key) if use.stratum.endswith("yes"))
    for _ in range(stratum.places):
        randomised(session, nurse, ready(session, nurse, site))
    child = ready(session, nurse, site)
    assert refusal(session, nurse, child) == "list_exhausted"
    with pytest.raises(RefusedError, match="list_there"):
        a_list(session, nurse, site)  # the other stratum still has places


def test_a_place_is_not_given_again_when_its_child_leaves(
    session: Session, site: Site, nurse: Actor
) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    first = randomised(session, nurse, child)
    gone = SaidEnd(status=ParticipantStatus.WITHDRAWN, ended_on=TODAY, reason="Moved away")
    end_participation(session, nurse, child, gone, now=NOW)
    assert randomised(session, nurse, ready(session, nurse, site)).place_id != first.place_id


def test_who_left_is_not_randomised(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    gone = SaidEnd(status=ParticipantStatus.WITHDRAWN, ended_on=TODAY, reason="Moved away")
    end_participation(session, nurse, child, gone, now=NOW)
    assert refusal(session, nurse, child) == "study_over"


def test_without_the_key_nobody_is_randomised(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child, said = ready(session, nurse, site), SaidRandomisation(first_slot=FIRST)
    for seal in (Seal(None), Seal("another key that is long enough for anybody")):
        with pytest.raises(RefusedError, match="list_sealed"):
            randomise(session, nurse, child, said, protocol=KHE, seal=seal, now=NOW)


def test_the_first_dose_is_not_before_today(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    said = SaidRandomisation(first_slot=SlotKey(TODAY - timedelta(days=1), Half.EVENING))
    with pytest.raises(RefusedError, match="first_dose_before_randomisation"):
        randomise(session, nurse, child, said, protocol=KHE, seal=SEAL, now=NOW)


def test_a_monitor_does_not_randomise(session: Session, site: Site, nurse: Actor) -> None:
    monitor = as_actor(session, a_clinician(session, site, StaffRole.MONITOR))
    child = ready(session, nurse, site)
    with pytest.raises(ForbiddenError):
        randomised(session, monitor, child)


# --- envelopes


def from_envelope(session: Session, nurse: Actor, child: object, number: str, arm: str) -> str:
    said = SaidRandomisation(first_slot=FIRST, envelope=Envelope(number, arm))
    row, _new = randomise(
        session,
        nurse,
        child,  # type: ignore[arg-type]  # a child of the tests
        said,
        protocol=KHE,
        seal=SEAL,
        now=NOW,
    )
    return f"{row.method} {row.randomisation_number} {row.arm}"


def test_without_a_list_the_envelope_counts(session: Session, site: Site, nurse: Actor) -> None:
    child = ready(session, nurse, site)
    assert refusal(session, nurse, child) == "no_list"
    assert from_envelope(session, nurse, child, "R-007", "low") == "envelope R-007 low"
    with pytest.raises(ConflictError):
        from_envelope(session, nurse, child, "R-007", "high")


def test_with_a_list_no_envelope_is_opened(session: Session, site: Site, nurse: Actor) -> None:
    a_list(session, nurse, site)
    child = ready(session, nurse, site)
    with pytest.raises(RefusedError, match="envelope_beside_list"):
        from_envelope(session, nurse, child, "R-007", "low")
    assert randomised(session, nurse, child).method == "block"


@pytest.mark.parametrize(
    ("number", "arm", "code"),
    [
        ("R 7", "low", "study_number_form"),
        ("R-7", "middle", "not_a_choice"),
        ("TAKEN", "low", "randomisation_number_used"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(
    session: Session, site: Site, nurse: Actor, number: str, arm: str, code: str
) -> None:
    other = a_participant(session, site)
    used = select(Allocation).filter_by(participant_id=other.id)
    if number == "TAKEN":
        number = session.scalars(used).one().randomisation_number
    with pytest.raises(RefusedError, match=code):
        from_envelope(session, nurse, ready(session, nurse, site), number, arm)
