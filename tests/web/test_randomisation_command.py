"""flask randomisation: lists on the command line, and what must never be printed."""

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from children_at_the_door import randomised, ready
from factories import a_clinician, a_site, as_actor
from models.account import Account
from models.randomisation import RandomisationList
from models.site import Site


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session, code="S01")


@pytest.fixture
def doctor(session: Session, site: Site) -> Account:
    account = a_clinician(session, site, email="gao@hospital.example")
    session.commit()
    return account


def command(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["randomisation", *words])


def make(app: Flask) -> Result:
    return command(app, "make", "--by", "gao@hospital.example", "--places", "8")


def test_a_list_is_made_shown_by_its_commitment_and_audited(
    app: Flask, session: Session, site: Site, doctor: Account
) -> None:
    made = make(app)
    assert made.exit_code == 0, made.output
    session.expire_all()
    row = session.scalars(select(RandomisationList)).one()
    assert row.commitment in made.output
    actor = as_actor(session, doctor)
    for _ in range(3):
        randomised(session, actor, ready(session, actor, site))
    session.commit()
    status = command(app, "status").output
    assert re.search(r"site=S01/kasabach_merritt=yes  3 of \d+ used", status)
    audit = command(app, "audit")
    assert (audit.exit_code, audit.output.split()[0]) == (0, "OK")
    assert row.commitment in audit.output
    printed = made.output + status + audit.output
    assert "high" not in printed
    assert "low" not in printed.replace("allow", "")


def test_two_lists_are_never_the_same(
    app: Flask, session: Session, site: Site, doctor: Account
) -> None:
    make(app)
    a_site(session, code="S02")
    session.commit()
    command(app, "make", "--by", "gao@hospital.example", "--site", "S02")
    session.expire_all()
    first, second = session.scalars(select(RandomisationList))
    assert first.commitment != second.commitment


def test_a_stratum_with_places_gets_no_second_list(
    app: Flask, session: Session, site: Site, doctor: Account
) -> None:
    make(app)
    again = make(app)
    assert again.exit_code == 1
    assert "still has places" in again.output


def test_a_file_is_refused_row_by_row_and_then_taken(
    app: Flask, session: Session, site: Site, doctor: Account, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    stratum = command(app, "strata").output.splitlines()[0]
    heading = "stratum,position,number,arm\n"
    file.write_text(f"{heading}{stratum},1,T-1,up\n{stratum},3,T-1,low\n")
    by = ("--by", "gao@hospital.example")
    refused = command(app, "import", str(file), *by)
    assert refused.exit_code == 1
    assert "row 2, arm" in refused.output
    assert "row 3, position" in refused.output
    assert "row 3, number" in refused.output
    assert "3 mistakes, nothing was kept" in refused.output
    file.write_text(f"{heading}{stratum},1,T-1,high\n{stratum},2,T-2,low\n")
    assert command(app, "import", str(file), *by).exit_code == 0
    assert "0 of 2 used, 2 left" in command(app, "status").output


def test_somebody_must_answer_for_a_list(app: Flask, site: Site, doctor: Account) -> None:
    assert command(app, "make").exit_code == 2
    nobody = command(app, "make", "--by", "nobody@hospital.example")
    assert "nobody has the address" in nobody.output


def test_a_list_that_was_touched_does_not_pass(
    app: Flask, session: Session, site: Site, doctor: Account
) -> None:
    make(app)
    for (name,) in session.execute(
        text(
            "SELECT name FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'randomisation_place'"
        )
    ).all():
        session.execute(text(f'DROP TRIGGER "{name}"'))
    session.execute(text("UPDATE randomisation_place SET position = 99 WHERE position = 1"))
    session.commit()
    audit = command(app, "audit")
    assert audit.exit_code == 1
    assert "DIFFERENCE" in audit.output
