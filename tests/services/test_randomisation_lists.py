"""Lists: sealed so that nobody reads an arm to come, imported whole or not at all, audited."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from children_at_the_door import NOW, SEAL, SEED, a_list, randomised, ready
from domain.randomisation import permuted_blocks
from factories import a_clinician, a_participant, a_site, as_actor
from models.audit import AuditEntry
from models.participant import Allocation
from models.randomisation import RandomisationList, RandomisationPlace
from models.site import Site
from results_of_a_child import KHE
from services.actor import Actor
from services.errors import RefusedError
from services.randomisation_audit import audit_lists, strangers
from services.randomisation_import import ListFileError, import_list
from services.randomisation_list import design_of, strata_of_site, use_of_strata
from services.randomisation_seal import Seal, SealError

OTHER_KEY = "another key that is long enough for anybody"


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


@pytest.fixture
def doctor(session: Session, site: Site) -> Actor:
    return as_actor(session, a_clinician(session, site))


def places(session: Session) -> list[RandomisationPlace]:
    return list(session.scalars(select(RandomisationPlace).order_by(RandomisationPlace.id)))


def test_each_stratum_of_the_site_has_whole_blocks_with_room_for_all(
    session: Session, site: Site, doctor: Actor
) -> None:
    a_list(session, doctor, site, places=7)
    uses = use_of_strata(session, KHE.key)
    assert {use.stratum for use in uses} == set(strata_of_site(site, KHE))
    for use in uses:
        arms = permuted_blocks(SEED, use.stratum, design_of(KHE), 7)
        assert (use.places, use.used, use.left) == (len(arms), 0, len(arms))


@pytest.mark.parametrize(("number", "fine"), [(0, False), (1, True), (2000, True), (2001, False)])
def test_a_list_has_a_number_of_places_that_makes_sense(
    session: Session, site: Site, doctor: Actor, number: int, fine: bool
) -> None:
    if fine:
        assert a_list(session, doctor, site, places=number).commitment
        return
    with pytest.raises(RefusedError, match="places_number"):
        a_list(session, doctor, site, places=number)


def test_a_second_list_waits_until_the_first_is_used_up(
    session: Session, site: Site, doctor: Actor
) -> None:
    a_list(session, doctor, site)
    with pytest.raises(RefusedError, match="list_there"):
        a_list(session, doctor, site)
    assert a_list(session, doctor, a_site(session)).parameters["prefix"] == "L2"


def test_no_arm_stands_in_the_database(session: Session, site: Site, doctor: Actor) -> None:
    a_list(session, doctor, site, places=40)
    tables = ("randomisation_list", "randomisation_place", "audit_entry")
    rows = [
        str(tuple(row))
        for table in tables
        for row in session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
    ]
    assert len(rows) > 80
    parameters = str(session.scalars(select(RandomisationList)).one().parameters)
    dump = "\n".join(rows).replace(parameters, "")
    # a token may hold any three letters by chance: an arm would stand there as a word
    for row in places(session):
        assert row.sealed_arm.startswith("gAAAA")
        assert not re.search(r"(?<![\w-])(high|low)(?![\w-])", row.sealed_arm)
    assert SEED.hex() not in dump
    assert not [entry for entry in session.scalars(select(AuditEntry)) if "arm" in str(entry.new)]


def test_equal_arms_are_sealed_differently_and_at_one_length(
    session: Session, site: Site, doctor: Actor
) -> None:
    a_list(session, doctor, site, places=40)
    sealed = [row.sealed_arm for row in places(session)]
    assert len(set(sealed)) == len(sealed)
    assert len({len(one) for one in sealed}) == 1


def test_a_seal_opens_only_with_its_key_and_at_its_place() -> None:
    sealed = SEAL.arm("L1-0001", "high", NOW)
    assert SEAL.open_arm("L1-0001", sealed) == "high"
    for seal, number in ((SEAL, "L1-0002"), (Seal(OTHER_KEY), "L1-0001"), (Seal(None), "L1-0001")):
        with pytest.raises(SealError):
            seal.open_arm(number, sealed)


# --- import


def rows_of(site: Site, *changes: tuple[int, str]) -> str:
    stratum, other = strata_of_site(site, KHE)
    lines = [
        "stratum,position,number,arm",
        f"{stratum},1,T-1,high",
        f"{stratum},2,T-2,low",
        f"{other},1,T-3,low",
    ]
    for at, line in changes:
        lines[at] = line.format(stratum=stratum, other=other)
    return "\n".join(lines)


def imported(session: Session, doctor: Actor, content: str) -> RandomisationList:
    return import_list(session, doctor, content, protocol=KHE, seal=SEAL, now=NOW)


def test_an_imported_list_is_used_like_one_that_was_made(
    session: Session, site: Site, doctor: Actor
) -> None:
    imported(session, doctor, rows_of(site))
    rows = [randomised(session, doctor, ready(session, doctor, site)) for _ in range(2)]
    assert [(row.randomisation_number, row.arm) for row in rows] == [
        ("T-1", "high"),
        ("T-2", "low"),
    ]
    (audit,) = audit_lists(session, seal=SEAL, protocol_key=KHE.key)
    assert (audit.is_whole, audit.places, audit.allocations) == (True, 3, 2)


@pytest.mark.parametrize(
    ("change", "row", "column", "code"),
    [
        ((0, "stratum;position;number;arm"), 1, "stratum,position,number,arm", "columns"),
        ((1, "site=NOWHERE,1,T-1,high"), 2, "stratum", "unknown_stratum"),
        ((2, "{stratum},3,T-2,low"), 3, "position", "not_the_next_position"),
        ((2, "{stratum},1,T-2,low"), 3, "position", "not_the_next_position"),
        ((2, "{stratum},2,T-1,low"), 3, "number", "number_used"),
        ((2, "{stratum},2,t 2,low"), 3, "number", "number_form"),
        ((3, "{other},1,T-3,middle"), 4, "arm", "unknown_arm"),
        ((3, "{other},1,T-3"), 4, "arm", "unknown_arm"),
    ],
)
def test_a_file_with_a_wrong_row_is_refused_whole(
    session: Session, site: Site, doctor: Actor, change: tuple[int, str], row: int, column: str,
    code: str,
) -> None:  # fmt: skip
    with pytest.raises(ListFileError) as refused:
        imported(session, doctor, rows_of(site, change))
    fault = refused.value.faults[0]
    assert (fault.row, fault.column, fault.code) == (row, column, code)
    assert places(session) == []


def test_every_wrong_row_is_named(session: Session, site: Site, doctor: Actor) -> None:
    content = rows_of(site, (1, "{stratum},1,T-1,up"), (3, "{other},1,T-3,down"))
    with pytest.raises(ListFileError) as refused:
        imported(session, doctor, content)
    assert [fault.row for fault in refused.value.faults] == [2, 4]


def test_a_file_without_rows_is_refused(session: Session, site: Site, doctor: Actor) -> None:
    with pytest.raises(ListFileError) as refused:
        imported(session, doctor, rows_of(site).splitlines()[0])
    assert refused.value.faults[0].code == "rows_number"


# --- audit


@pytest.fixture
def used_list(session: Session, site: Site, doctor: Actor) -> Iterator[RandomisationList]:
    """Two children on a list of a known seed; the triggers that keep rows are out of the way."""
    row = a_list(session, doctor, site)
    for _ in range(2):
        randomised(session, doctor, ready(session, doctor, site))
    _unlock(session)
    yield row
    session.rollback()


def _unlock(session: Session) -> None:
    """What somebody with the database's own key could do. Rolled back with the test."""
    tables = ("randomisation_list", "randomisation_place", "allocation")
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(
            text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, table in found:
            if table in tables:
                session.execute(text(f'DROP TRIGGER "{name}"'))
        return
    for table in tables:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def found_by_audit(session: Session) -> set[str]:
    session.expire_all()
    (audit,) = audit_lists(session, seal=SEAL, protocol_key=KHE.key)
    return {difference.code for difference in audit.differences}


def test_an_untouched_list_agrees(session: Session, used_list: RandomisationList) -> None:
    (audit,) = audit_lists(session, seal=SEAL, protocol_key=KHE.key)
    assert (audit.is_whole, audit.allocations) == (True, 2)
    assert audit.row.commitment == used_list.commitment
    assert strangers(session, KHE.key) == ()


def test_a_place_with_another_arm_is_found(session: Session, used_list: RandomisationList) -> None:
    place = places(session)[4]
    arm = "low" if SEAL.open_arm(place.number, place.sealed_arm) == "high" else "high"
    place.sealed_arm = SEAL.arm(place.number, arm, NOW)
    session.flush()
    assert found_by_audit(session) == {"place_differs"}


def test_two_seals_that_changed_places_are_found(
    session: Session, used_list: RandomisationList
) -> None:
    first, second = places(session)[4:6]
    first.sealed_arm, second.sealed_arm = second.sealed_arm, first.sealed_arm
    session.flush()
    assert found_by_audit(session) == {"place_unreadable"}


def test_a_place_that_is_gone_is_found(session: Session, used_list: RandomisationList) -> None:
    session.delete(places(session)[-1])
    session.flush()
    assert found_by_audit(session) == {"place_missing"}


def test_an_arm_that_is_not_the_places_is_found(
    session: Session, used_list: RandomisationList
) -> None:
    row = session.scalars(select(Allocation).order_by(Allocation.id)).first()
    assert row is not None
    row.arm = "low" if row.arm == "high" else "high"
    session.flush()
    assert found_by_audit(session) == {"allocation_arm"}


def test_a_place_that_was_left_out_is_found(session: Session, used_list: RandomisationList) -> None:
    row = session.scalars(select(Allocation).order_by(Allocation.id)).first()
    assert row is not None
    session.delete(row)
    session.flush()
    assert found_by_audit(session) == {"out_of_order"}


def test_another_commitment_is_found(session: Session, used_list: RandomisationList) -> None:
    used_list.commitment = "0" * 64
    session.flush()
    assert found_by_audit(session) == {"commitment"}


def test_with_another_key_nothing_agrees(session: Session, used_list: RandomisationList) -> None:
    (audit,) = audit_lists(session, seal=Seal(OTHER_KEY), protocol_key=KHE.key)
    assert {difference.code for difference in audit.differences} == {"seed_unreadable"}


def test_a_block_without_a_place_is_a_stranger(session: Session, site: Site) -> None:
    child = a_participant(session, site)
    (stranger,) = strangers(session, child.protocol_key)
    assert stranger.code == "allocation_without_place"
