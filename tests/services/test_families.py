import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from factories import a_carer, a_clinician, a_participant, as_actor
from models.account import Account
from models.audit import AuditEntry
from models.engine import prepare_sqlite
from models.message import ContactPreference, Message, MessageKind, MessageState
from models.participant import Guardianship, Participant, Relation
from models.site import Site, StaffRole
from results_of_a_child import KHE
from services.access import children_of
from services.actor import Actor
from services.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from services.families import Invitation, carers_of, change_phone, end_tie, invite

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
MOTHER = Invitation(phone="138 1234 5678", display_name="Mum", relation=Relation.MOTHER)


@pytest.fixture
def child(session: Session) -> Participant:
    return a_participant(session)


def staff(session: Session, child: Participant, role: StaffRole = StaffRole.COORDINATOR) -> Actor:
    return as_actor(session, a_clinician(session, session.get_one(Site, child.site_id), role))


@pytest.fixture
def nurse(session: Session, child: Participant) -> Actor:
    return staff(session, child)


def invited(
    session: Session, actor: Actor, child: Participant, said: Invitation = MOTHER
) -> Guardianship:
    return invite(
        session,
        actor,
        child,
        said,
        protocol=KHE,
        public_url="https://study.example",
        now=NOW,
    )


def account(session: Session, tie: Guardianship) -> Account:
    return session.get_one(Account, tie.account_id)


def test_an_invited_carer_cares_for_the_child(
    session: Session, child: Participant, nurse: Actor
) -> None:
    tie = invited(session, nurse, child)
    carer = account(session, tie)
    assert carer.us_phone_number == "+8613812345678"
    assert (carer.display_name, tie.relation, tie.may_log) == ("Mum", Relation.MOTHER, True)
    assert [one.id for one in children_of(session, as_actor(session, carer))] == [child.id]


def test_the_invitation_is_queued_without_a_word_of_health_and_without_a_link_to_china(
    session: Session, child: Participant, nurse: Actor
) -> None:
    tie = invited(session, nurse, child)
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.state) == (MessageKind.INVITATION, MessageState.PLANNED)
    assert (message.account_id, message.phone) == (tie.account_id, "+8613812345678")
    body = message.body or ""
    assert body == KHE.text("invitation_one_way", "zh")
    assert not any(word in body for word in ("http", "西罗莫司", "药", "孩子", child.call_name))


def test_where_links_pass_the_invitation_carries_ours(
    session: Session, child: Participant, nurse: Actor
) -> None:
    invited(session, nurse, child, replace(MOTHER, phone="+1 415 555 2671", locale="en"))
    assert (session.scalars(select(Message)).one().body or "").endswith("https://study.example")


def test_a_known_number_is_the_same_person_with_another_child(
    session: Session, child: Participant, nurse: Actor
) -> None:
    carer = a_carer(session, a_participant(session), us_phone_number="+8613812345678")
    tie = invited(session, nurse, child, replace(MOTHER, display_name="Somebody"))
    assert tie.account_id == carer.id
    assert carer.display_name != "Somebody"
    assert len(children_of(session, as_actor(session, carer))) == 2


def test_the_same_invitation_twice_is_one_tie_and_one_message(
    session: Session, child: Participant, nurse: Actor
) -> None:
    assert invited(session, nurse, child).id == invited(session, nurse, child).id
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_the_same_carer_with_other_rights_is_a_conflict(
    session: Session, child: Participant, nurse: Actor
) -> None:
    invited(session, nurse, child)
    with pytest.raises(ConflictError):
        invited(session, nurse, child, replace(MOTHER, may_log=False))


@pytest.mark.parametrize("phone", ["12345", "+999 1", "mother"])
def test_what_is_no_phone_number_is_refused(
    session: Session, child: Participant, nurse: Actor, phone: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        invited(session, nurse, child, replace(MOTHER, phone=phone))
    assert (refused.value.code, refused.value.field) == ("not_a_phone", "phone")


def test_a_number_of_staff_is_no_carers_number(
    session: Session, child: Participant, nurse: Actor
) -> None:
    a_clinician(session, us_phone_number="+8613812345678")
    with pytest.raises(RefusedError) as refused:
        invited(session, nurse, child)
    assert refused.value.code == "phone_of_staff"


def test_a_monitor_invites_nobody(session: Session, child: Participant) -> None:
    with pytest.raises(ForbiddenError):
        invited(session, staff(session, child, StaffRole.MONITOR), child)


def test_an_ended_tie_shows_nothing_any_more_and_may_begin_again(
    session: Session, child: Participant, nurse: Actor
) -> None:
    tie = invited(session, nurse, child)
    carer = account(session, tie)
    for _ in range(2):
        end_tie(session, nurse, child, carer.public_id, reason="moved away", now=NOW)
    assert children_of(session, as_actor(session, carer)) == ()
    assert invited(session, nurse, child).id != tie.id


def test_ending_one_tie_leaves_the_other_child(
    session: Session, child: Participant, nurse: Actor
) -> None:
    sibling = a_participant(session)
    carer = a_carer(session, sibling, us_phone_number="+8613812345678")
    invited(session, nurse, child)
    end_tie(session, nurse, child, carer.public_id, reason="mistake", now=NOW)
    assert [one.id for one in children_of(session, as_actor(session, carer))] == [sibling.id]


def test_a_stranger_to_the_child_is_not_found(
    session: Session, child: Participant, nurse: Actor
) -> None:
    stranger = a_carer(session, a_participant(session))
    with pytest.raises(NotFoundError):
        end_tie(session, nurse, child, stranger.public_id, reason="", now=NOW)
    with pytest.raises(NotFoundError):
        change_phone(session, nurse, child, stranger.public_id, phone="13812345679", now=NOW)


def test_a_new_number_is_reachable_and_signs_the_old_phone_out(
    session: Session, child: Participant, nurse: Actor
) -> None:
    carer = a_carer(session, child, phone_unreachable_at=NOW, phone_unreachable_code="30005")
    before = carer.fs_uniquifier
    change_phone(session, nurse, child, carer.public_id, phone="138-1234-5679", now=NOW)
    assert carer.us_phone_number == "+8613812345679"
    assert (carer.phone_unreachable_at, carer.phone_unreachable_code) == (None, None)
    assert carer.fs_uniquifier != before


def test_a_number_of_somebody_else_is_refused(
    session: Session, child: Participant, nurse: Actor
) -> None:
    carer, other = a_carer(session, child), a_carer(session)
    phone = other.us_phone_number or ""
    with pytest.raises(RefusedError) as refused:
        change_phone(session, nurse, child, carer.public_id, phone=phone, now=NOW)
    assert refused.value.code == "phone_taken"


def test_another_sites_carer_cannot_be_taken_over_by_inviting_them_and_changing_the_number(
    session: Session, child: Participant, nurse: Actor
) -> None:
    elsewhere = a_participant(session)
    mother = a_carer(session, elsewhere, us_phone_number="+8613812345678")
    tie = invited(session, nurse, child)
    assert account(session, tie).id == mother.id
    with pytest.raises(RefusedError) as refused:
        change_phone(session, nurse, child, mother.public_id, phone="13812345679", now=NOW)
    assert (refused.value.code, refused.value.field) == ("carer_of_other_site", "phone")
    assert mother.us_phone_number == "+8613812345678"


def test_who_no_longer_cares_for_another_sites_child_gets_a_new_number(
    session: Session, child: Participant, nurse: Actor
) -> None:
    elsewhere = a_participant(session)
    mother = a_carer(session, elsewhere, us_phone_number="+8613812345678")
    invited(session, nurse, child)
    there = staff(session, elsewhere)
    end_tie(session, there, elsewhere, mother.public_id, reason="moved", now=NOW)
    change_phone(session, nurse, child, mother.public_id, phone="13812345679", now=NOW)
    assert mother.us_phone_number == "+8613812345679"


def test_no_phone_number_stands_in_the_audit_trail(
    session: Session, child: Participant, nurse: Actor
) -> None:
    tie = invited(session, nurse, child)
    carer = account(session, tie)
    change_phone(session, nurse, child, carer.public_id, phone="13812345679", now=NOW)
    entries = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.action for entry in entries] == ["carer.invited", "carer.phone_changed"]
    assert not any("138" in str(entry.new) for entry in entries)


def test_the_clinic_sees_who_opted_out_and_when_they_were_last_seen(
    session: Session, child: Participant, nurse: Actor
) -> None:
    silent, out = a_carer(session, child), a_carer(session, child)
    a_carer(session, a_participant(session))
    phone = out.us_phone_number or ""
    session.add(ContactPreference(phone=phone, wants_messages=False, at=NOW, source="sms"))
    session.add(
        AuditEntry(
            at=NOW, actor_id=out.id, actor_name="x", channel="page", action="log", subject="dose"
        )
    )
    session.flush()
    found = {one.account.id: one for one in carers_of(session, child)}
    assert found.keys() == {silent.id, out.id}
    assert (found[out.id].wants_messages, found[out.id].last_seen_at) == (False, NOW)
    assert (found[silent.id].wants_messages, found[silent.id].last_seen_at) == (True, None)


def test_two_taps_on_invite_at_once_are_one_tie_and_one_message(
    session: Session, child: Participant, nurse: Actor, database_url: str
) -> None:
    session.commit()
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    gate = threading.Barrier(4)

    def tap(_: int) -> int:
        with Session(engine, expire_on_commit=False) as own:
            gate.wait()
            tie = invited(own, nurse, own.get_one(Participant, child.id))
            own.commit()
            return tie.id

    with ThreadPoolExecutor(4) as pool:
        ties = set(pool.map(tap, range(4)))
    engine.dispose()
    session.expire_all()
    assert [session.scalars(select(Guardianship.id)).all()] == [list(ties)]
    assert len(session.scalars(select(Message)).all()) == 1
