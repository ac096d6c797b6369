"""Tokens of machines: good until their moment, hashed at rest, of one site."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from factories import LONG_AGO, a_participant, a_site
from machine import a_token
from models.account import Account
from models.api_token import ApiToken
from models.audit import AuditEntry
from models.site import Site
from services.access import Permission, participant_at_site
from services.actor import SYSTEM, ActorKind
from services.errors import NotFoundError, RefusedError
from services.tokens import NewToken, create_token, find_token, note_use, revoke_token, tokens


@pytest.fixture
def site(session: Session) -> Site:
    return a_site(session)


def test_a_secret_finds_its_machine(session: Session, site: Site) -> None:
    a_token(session, site, "doses:read")
    made = a_token(session, site, "participants:read")
    known = find_token(session, made.secret, LONG_AGO)
    assert known is not None
    assert (known.actor.kind, known.actor.channel) == (ActorKind.MACHINE, "api")
    assert known.actor.verbs == frozenset({"participants:read"})
    assert known.actor.site_ids == (site.id,)


def test_a_machine_reaches_its_own_site_only(session: Session, site: Site) -> None:
    made = a_token(session, site, "participants:read")
    known = find_token(session, made.secret, LONG_AGO)
    assert known is not None
    own, foreign = a_participant(session, site), a_participant(session)
    assert participant_at_site(session, known.actor, own.public_id, Permission.VIEW) is own
    with pytest.raises(NotFoundError):
        participant_at_site(session, known.actor, foreign.public_id, Permission.VIEW)


def test_two_secrets_are_never_the_same_and_never_kept(session: Session, site: Site) -> None:
    one, other = a_token(session, site), a_token(session, site)
    assert one.secret != other.secret
    kept = session.scalars(select(ApiToken.secret_hash)).all()
    assert not {one.secret, other.secret} & set(kept)


@pytest.mark.parametrize("change", ["x", "", "sirolog_", "é"])
def test_a_secret_that_is_not_whole_finds_nothing(
    session: Session, site: Site, change: str
) -> None:
    made = a_token(session, site)
    assert find_token(session, made.secret + "x", LONG_AGO) is None
    assert find_token(session, made.secret[:-1], LONG_AGO) is None
    assert find_token(session, change, LONG_AGO) is None


def test_a_token_works_until_its_moment(session: Session, site: Site) -> None:
    made = a_token(session, site, days=1)
    end = LONG_AGO + timedelta(days=1)
    assert find_token(session, made.secret, end - timedelta(microseconds=1)) is not None
    assert find_token(session, made.secret, end) is None


def test_a_revoked_token_finds_nothing_and_is_revoked_once(session: Session, site: Site) -> None:
    made = a_token(session, site)
    for _ in range(2):
        revoke_token(session, SYSTEM, made.row.public_id, now=LONG_AGO)
    assert find_token(session, made.secret, LONG_AGO) is None
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["token.created", "token.revoked"]


def test_a_machine_that_was_closed_finds_nothing(session: Session, site: Site) -> None:
    made = a_token(session, site)
    session.get_one(Account, made.row.account_id).active = False
    session.flush()
    assert find_token(session, made.secret, LONG_AGO) is None


def test_a_use_is_due_to_be_noted_after_an_hour(session: Session, site: Site) -> None:
    made = a_token(session, site)
    note_use(session, made.row.id, now=LONG_AGO)
    session.expire_all()
    for minutes, is_due in ((59, False), (60, True)):
        known = find_token(session, made.secret, LONG_AGO + timedelta(minutes=minutes))
        assert known is not None
        assert known.is_use_due is is_due


@pytest.mark.parametrize("verbs", [set(), {"everything"}, {"doses:read", "corrections:decide"}])
def test_a_token_names_verbs_that_there_are(session: Session, site: Site, verbs: set[str]) -> None:
    asked = NewToken(site_code=site.code, name="x", verbs=frozenset(verbs), expires_at=LONG_AGO)
    with pytest.raises(RefusedError, match="unknown_verb"):
        create_token(session, SYSTEM, asked, now=LONG_AGO)
    assert tokens(session) == ()
