"""The table of doors: every endpoint stands in it, and each lets in only whom it names."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter
from werkzeug.routing import Rule as Address

from factories import a_carer, a_clinician, as_actor, sign_in_carer, sign_in_staff
from models.site import StaffGrant, StaffRole
from plugins.app import START
from services.access import Permission
from services.actor import Actor, ActorKind
from web.access import ENTRIES, Entry, admits
from web.identity import actor_of


def addresses(app: Flask) -> list[Address]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def path_of(address: Address) -> str:
    """The address with something in each of its places."""
    built = address.build({name: filling(kind) for name, kind in address._converters.items()})
    assert built is not None
    return built[1]


def filling(kind: BaseConverter) -> str:
    match kind:
        case IntegerConverter():
            return "1"
        case AnyConverter():
            return min(kind.items)
        case _:
            return "5f0c7a52-0d6c-4a2b-9b1e-3f7f2d1c9a10"


def method_of(address: Address) -> str:
    return "GET" if "GET" in (address.methods or set()) else min(address.methods or {"POST"})


def closed(app: Flask) -> list[Address]:
    return [
        address
        for address in addresses(app)
        if ENTRIES.get(address.endpoint) not in {Entry.PUBLIC, Entry.SIGNED}
    ]


def test_every_endpoint_stands_in_the_table(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - ENTRIES.keys() == set()


def test_the_table_names_no_endpoint_that_is_gone(app: Flask) -> None:
    assert ENTRIES.keys() - {rule.endpoint for rule in app.url_map.iter_rules()} == set()


def test_an_endpoint_outside_the_table_is_closed_to_everybody(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    app.add_url_rule("/forgotten", endpoint="forgotten", view_func=lambda: "secret")
    assert client.get("/forgotten").status_code == 403
    sign_in_staff(client, a_clinician(session))
    assert client.get("/forgotten").status_code == 403


def test_signed_out_every_closed_door_leads_to_a_sign_in(app: Flask, client: FlaskClient) -> None:
    for address in closed(app):
        answer = client.open(path_of(address), method=method_of(address))
        if ENTRIES[address.endpoint] is Entry.API:
            assert answer.status_code == 401, address
        else:
            assert answer.status_code == 303, address
            assert "/sign-in" in answer.location, address


def test_a_script_is_told_401_and_never_sent_to_a_page(app: Flask, client: FlaskClient) -> None:
    for address in closed(app):
        answer = client.open(
            path_of(address), method=method_of(address), headers={"Accept": "application/json"}
        )
        assert answer.status_code == 401, address
        assert answer.mimetype == "application/problem+json"


def test_a_carer_finds_every_door_of_the_staff_closed(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    sign_in_carer(client, a_carer(session))
    for address in closed(app):
        rule = ENTRIES[address.endpoint]
        if rule is Entry.STAFF or isinstance(rule, Permission):
            answer = client.open(path_of(address), method=method_of(address))
            assert answer.status_code == 403, address


def test_staff_find_every_door_of_the_carers_closed(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    sign_in_staff(client, a_clinician(session))
    for address in closed(app):
        if ENTRIES[address.endpoint] is Entry.CARER:
            answer = client.open(path_of(address), method=method_of(address))
            assert answer.status_code == 403, address


@pytest.mark.parametrize(
    ("role", "permission", "admitted"),
    [
        (StaffRole.INVESTIGATOR, Permission.ASSESS, True),
        (StaffRole.PRESCRIBER, Permission.ORDER, True),
        (StaffRole.COORDINATOR, Permission.ORDER, False),
        (StaffRole.MONITOR, Permission.RECORD, False),
        (StaffRole.READER, Permission.VIEW, False),
    ],
)
def test_a_permission_must_be_held_at_one_site_at_least(
    session: Session, role: StaffRole, permission: Permission, admitted: bool
) -> None:
    actor = as_actor(session, a_clinician(session, role=role))
    assert admits(permission, actor) is admitted


def test_a_machine_enters_the_api_and_nothing_else() -> None:
    machine = Actor(ActorKind.MACHINE, 1, "lab", "api", verbs=frozenset({"results:write"}))
    assert admits(Entry.API, machine)
    for rule in (Entry.STAFF, Entry.CARER, Entry.ANYBODY, Permission.RECORD):
        assert not admits(rule, machine)


def test_a_role_that_was_taken_away_counts_no_more(app: Flask, session: Session) -> None:
    account = a_clinician(session)
    grant = session.scalars(select(StaffGrant)).one()
    session.commit()
    with app.test_request_context():
        assert actor_of(account, channel="clinic").site_ids == (grant.site_id,)
    grant.revoked_at = START
    session.commit()
    with app.test_request_context():
        assert actor_of(account, channel="clinic").site_ids == ()


def test_a_wrong_token_is_no_session(client: FlaskClient, session: Session) -> None:
    """The header decides alone: a request with a token never borrows the cookie beside it."""
    sign_in_carer(client, a_carer(session))
    answer = client.get("/diary/", headers={"Authorization": "Bearer sirolog_made_up"})
    assert answer.status_code == 303
