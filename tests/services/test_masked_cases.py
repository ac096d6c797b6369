"""Which pairs are proposed, and which cases are refused."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from factories import a_clinician, a_participant, a_site
from models.audit import AuditEntry
from models.reading import ReadingCase, ReadingTask
from models.site import StaffGrant, StaffRole
from models.visit import Visit
from pairs_to_read import (
    FIRST_DOSE_ON,
    NOW,
    PROTOCOLS,
    ReadingRoom,
    a_reading_room,
    always,
)
from photos_of_a_child import a_photo
from services.errors import ConflictError, NotFoundError, RefusedError
from services.masked_cases import SaidPair, make_case
from services.masked_readers import SaidReaders, readers_at
from services.photo_pairs import PhotoPair, proposed_pairs

# after month 6 and before month 9
TODAY = FIRST_DOSE_ON + timedelta(days=200)


@pytest.fixture
def room(session: Session) -> ReadingRoom:
    return a_reading_room(session)


def proposals(room: ReadingRoom) -> dict[str, PhotoPair]:
    found = proposed_pairs(room.session, room.site.id, PROTOCOLS, today=TODAY)
    return {f"{pair.visit.code} {pair.baseline.view}": pair for pair in found}


def test_the_nearest_photos_of_the_same_view_are_proposed(room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    a_photo(room.session, child, shown_on=FIRST_DOSE_ON - timedelta(days=3))
    a_photo(room.session, child, shown_on=FIRST_DOSE_ON + timedelta(days=60))
    a_photo(room.session, child, shown_on=FIRST_DOSE_ON + timedelta(days=92), body_site="arm")
    close = a_photo(room.session, child, view="close_up", shown_on=FIRST_DOSE_ON)
    near = a_photo(
        room.session, child, view="close_up", shown_on=FIRST_DOSE_ON + timedelta(days=150)
    )
    found = proposals(room)
    assert list(found) == ["month_3 overview", "month_6 close_up"]
    assert (found["month_3 overview"].baseline, found["month_3 overview"].followup) == (then, later)
    assert (found["month_6 close_up"].baseline, found["month_6 close_up"].followup) == (close, near)
    assert not found["month_3 overview"].is_outside_window
    assert found["month_6 close_up"].is_outside_window


def test_a_photo_between_two_visits_belongs_to_the_nearer_one(room: ReadingRoom) -> None:
    child, _then, later = room.a_child()
    later.unusable_reason = "blurred"
    dates = dict(room.session.query(Visit.code, Visit.on).filter_by(participant_id=child.id).all())
    middle = dates["month_3"] + (dates["month_6"] - dates["month_3"]) / 2
    assert (middle - dates["month_3"]) == (dates["month_6"] - middle)
    photo = a_photo(room.session, child, shown_on=middle)
    assert list(proposals(room)) == ["month_3 overview"]
    photo.shown_on = middle + timedelta(days=1)
    assert list(proposals(room)) == ["month_6 overview"]


def test_of_two_equally_near_photos_the_earlier_is_proposed(room: ReadingRoom) -> None:
    child, then, _later = room.a_child()
    visit = room.session.query(Visit).filter_by(participant_id=child.id, code="month_6").one()
    before = a_photo(room.session, child, shown_on=visit.on - timedelta(days=4))
    a_photo(room.session, child, shown_on=visit.on + timedelta(days=4))
    found = proposals(room)["month_6 overview"]
    assert (found.baseline, found.followup) == (then, before)


def test_photos_set_aside_are_not_proposed(room: ReadingRoom) -> None:
    _child, _then, later = room.a_child()
    later.unusable_reason = "blurred"
    assert proposals(room) == {}


def test_a_visit_to_come_is_not_proposed(room: ReadingRoom) -> None:
    child, _then, later = room.a_child()
    visit = room.session.query(Visit).filter_by(participant_id=child.id, code="month_3").one()
    found = [
        proposed_pairs(room.session, room.site.id, PROTOCOLS, today=day)
        for day in (visit.on - timedelta(days=1), visit.on)
    ]
    assert [len(pairs) for pairs in found] == [0, 1]
    assert later.shown_on == visit.on


def test_a_visit_with_a_case_is_proposed_again_only_when_a_photo_is_set_aside(
    room: ReadingRoom,
) -> None:
    child, then, later = room.a_child()
    room.a_case(always(1, 0), child=child, baseline=then, followup=later)
    assert proposals(room) == {}
    later.unusable_reason = "another child"
    a_photo(room.session, child, shown_on=later.shown_on)
    assert list(proposals(room)) == ["month_3 overview"]


def made(room: ReadingRoom, **changes: Any) -> tuple[ReadingCase, bool]:
    """A case as asked for, with one thing different."""
    child, then, later = room.a_child()
    values: dict[str, Any] = {
        "pair": SaidPair(child.public_id, "month_3", then.public_id, later.public_id),
        "readers": room.named,
        "client_id": uuid.uuid4(),
    } | changes
    return make_case(
        room.session,
        room.investigator,
        values["pair"],
        values["readers"],
        client_id=values["client_id"],
        protocols=PROTOCOLS,
        draw=always(1, 0),
        now=NOW,
    )


def test_a_case_sent_twice_is_made_once(room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    pair = SaidPair(child.public_id, "month_3", then.public_id, later.public_id)
    same = {"pair": pair, "client_id": uuid.uuid4()}
    (row, is_new), (again, is_new_again) = made(room, **same), made(room, **same)
    assert (is_new, is_new_again, again.id) == (True, False, row.id)
    assert room.session.query(ReadingTask).count() == 3
    other = SaidPair(child.public_id, "month_6", then.public_id, later.public_id)
    with pytest.raises(ConflictError):
        made(room, **(same | {"pair": other}))


def test_the_trail_names_photos_and_readers_and_neither_side_nor_order(room: ReadingRoom) -> None:
    made(room)
    entry = room.session.query(AuditEntry).filter_by(action="reading.case_made").one()
    assert entry.new is not None
    assert set(entry.new) == {"case", "visit", "photos", "readers"}
    assert entry.participant_id is not None


def test_photos_that_cannot_be_compared_are_refused(room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    other_view = a_photo(room.session, child, view="close_up", shown_on=later.shown_on)
    aside = a_photo(room.session, child, shown_on=later.shown_on, unusable_reason="dark")
    same_day = a_photo(room.session, child, shown_on=then.shown_on)
    refused = {
        "photos_not_alike": (then, other_view),
        "photo_unusable": (then, aside),
        "photos_wrong_order": (later, then),
    }
    for code, (baseline, followup) in [*refused.items(), ("photos_wrong_order", (then, same_day))]:
        pair = SaidPair(child.public_id, "month_3", baseline.public_id, followup.public_id)
        with pytest.raises(RefusedError, match=code):
            made(room, pair=pair)


def test_photos_of_another_child_are_not_found(room: ReadingRoom) -> None:
    child, then, _later = room.a_child()
    _other, _then, foreign = room.a_child()
    pair = SaidPair(child.public_id, "month_3", then.public_id, foreign.public_id)
    with pytest.raises(NotFoundError):
        made(room, pair=pair)


@pytest.mark.parametrize("visit", ["month_1", "day_14", "nowhere"])
def test_only_visits_with_an_assessment_are_read(room: ReadingRoom, visit: str) -> None:
    child, then, later = room.a_child()
    pair = SaidPair(child.public_id, visit, then.public_id, later.public_id)
    with pytest.raises(RefusedError, match="not_an_assessment_visit"):
        made(room, pair=pair)


def test_a_visit_has_one_case_and_a_pair_too(room: ReadingRoom) -> None:
    child, then, later = room.a_child()
    made(room, pair=SaidPair(child.public_id, "month_3", then.public_id, later.public_id))
    newer = a_photo(room.session, child, shown_on=later.shown_on)
    for code, visit, followup in (
        ("visit_has_case", "month_3", newer),
        ("pair_has_case", "month_6", later),
    ):
        pair = SaidPair(child.public_id, visit, then.public_id, followup.public_id)
        with pytest.raises(RefusedError, match=code):
            made(room, pair=pair)


def test_a_reader_who_knows_the_children_is_refused(room: ReadingRoom, session: Session) -> None:
    session.add(
        StaffGrant(
            account_id=room.readers[1].id,
            site_id=room.site.id,
            role=StaffRole.INVESTIGATOR,
            granted_at=NOW,
        )
    )
    session.flush()
    with pytest.raises(RefusedError, match="reader_not_masked") as refused:
        made(room)
    assert refused.value.field == "second"
    assert [reader.is_masked for reader in readers_at(session, room.site.id)].count(False) == 1


def test_who_had_another_role_at_the_site_is_refused_too(
    room: ReadingRoom, session: Session
) -> None:
    former = {"role": StaffRole.COORDINATOR, "granted_at": NOW, "revoked_at": NOW}
    session.add(StaffGrant(account_id=room.readers[0].id, site_id=room.site.id, **former))
    session.flush()
    with pytest.raises(RefusedError, match="reader_not_masked"):
        made(room)


def test_who_is_a_reader_no_more_is_not_named(room: ReadingRoom, session: Session) -> None:
    grant = session.query(StaffGrant).filter_by(account_id=room.readers[0].id).one()
    grant.revoked_at = NOW
    session.flush()
    assert len(readers_at(session, room.site.id)) == 2
    with pytest.raises(RefusedError, match="not_a_reader"):
        made(room)


def test_another_role_at_another_site_does_no_harm(room: ReadingRoom, session: Session) -> None:
    elsewhere = a_site(session)
    session.add(
        StaffGrant(
            account_id=room.readers[0].id,
            site_id=elsewhere.id,
            role=StaffRole.INVESTIGATOR,
            granted_at=NOW,
        )
    )
    session.flush()
    assert made(room)[1]


def test_only_readers_of_the_site_read_and_nobody_twice(
    room: ReadingRoom, session: Session
) -> None:
    first, second, third = (reader.public_id for reader in room.readers)
    nurse = a_clinician(session, room.site, StaffRole.COORDINATOR).public_id
    stranger = a_clinician(session, role=StaffRole.READER).public_id
    for named, code in (
        (SaidReaders(first=first, second=first), "reader_named_twice"),
        (SaidReaders(first=first, second=second, third=second), "reader_named_twice"),
        (SaidReaders(first=nurse, second=second), "not_a_reader"),
        (SaidReaders(first=first, second=second, third=stranger), "not_a_reader"),
    ):
        with pytest.raises(RefusedError, match=code):
            made(room, readers=named)
    assert made(room, readers=SaidReaders(first=first, second=third))[1]


def test_a_child_of_another_site_has_no_case_here(room: ReadingRoom, session: Session) -> None:
    stranger = a_participant(session)
    pair = SaidPair(stranger.public_id, "month_3", uuid.uuid4(), uuid.uuid4())
    with pytest.raises(NotFoundError):
        made(room, pair=pair)
