"""Rows with honest defaults, flushed and not committed: `a_carer(session, of=child)` and so on.

The test client commits the test's session before each request.
"""

import itertools
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.orders import OrderKind
from domain.protocol import Half
from models import Base
from models.account import Account, AccountKind
from models.order import DoseOrder
from models.participant import (
    Allocation,
    DaySchedule,
    Guardianship,
    Measurement,
    Participant,
    Relation,
)
from models.site import Site, StaffGrant, StaffRole
from services.actor import Actor, ActorKind, Grant
from web.session import begin

PROTOCOL_KEY = "khe-sirolimus-v1"
# before every moment that tests play at
LONG_AGO = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
Row = TypeVar("Row", bound=Base)
_numbers = itertools.count(1)


def a_site(session: Session, **changes: Any) -> Site:
    number = next(_numbers)
    values: dict[str, Any] = {
        "code": f"S{number}",
        "name": f"Hospital {number}",
        "time_zone": "Asia/Shanghai",
        "clinic_phone": "+862885422114",
        "protocol_key": PROTOCOL_KEY,
    }
    return _added(session, Site(**(values | changes)))


def an_account(session: Session, kind: AccountKind, **changes: Any) -> Account:
    values: dict[str, Any] = {
        "kind": kind,
        "display_name": f"Person {next(_numbers)}",
        "locale": "en",
        "created_at": LONG_AGO,
        "active": True,
        "fs_uniquifier": uuid.uuid4().hex,
    }
    return _added(session, Account(**(values | changes)))


def a_clinician(
    session: Session,
    site: Site | None = None,
    role: StaffRole = StaffRole.INVESTIGATOR,
    **changes: Any,
) -> Account:
    """A member of staff with `role` at `site` (a new site if none is given)."""
    email = f"staff{next(_numbers)}@hospital.example"
    account = an_account(session, AccountKind.STAFF, **({"email": email} | changes))
    grant = StaffGrant(
        account_id=account.id,
        site_id=(site or a_site(session)).id,
        role=role,
        granted_at=LONG_AGO,
    )
    _added(session, grant)
    return account


def a_carer(
    session: Session, of: Participant | None = None, may_log: bool = True, **changes: Any
) -> Account:
    """A carer with a phone, tied to the child `of` if one is given."""
    phone = f"+86138{next(_numbers):08d}"
    account = an_account(session, AccountKind.CARER, **({"us_phone_number": phone} | changes))
    if of is not None:
        a_guardianship(session, account, of, may_log=may_log)
    return account


def a_guardianship(
    session: Session, carer: Account, child: Participant, **changes: Any
) -> Guardianship:
    values: dict[str, Any] = {
        "account_id": carer.id,
        "participant_id": child.id,
        "relation": Relation.MOTHER,
        "may_log": True,
        "wants_reminders": True,
        "invited_at": LONG_AGO,
        "invited_by_id": child.recorded_by_id,
    }
    return _added(session, Guardianship(**(values | changes)))


def a_participant(
    session: Session, site: Site | None = None, *, arm: str = "high", **changes: Any
) -> Participant:
    """An enrolled child: day schedule 08:00/20:00 at the site's zone, one measurement."""
    site = site or a_site(session)
    recorder = _recorder(session, site)
    number = next(_numbers)
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "site_id": site.id,
        "study_number": f"{site.code}-{number:03d}",
        "call_name": "Lele",
        "born_on": date(2025, 1, 20),
        "sex": "female",
        "kasabach_merritt": True,
        "enrolled_on": date(2026, 2, 2),
        "protocol_key": PROTOCOL_KEY,
        "recorded_at": LONG_AGO,
        "recorded_by_id": recorder.id,
    }
    child = _added(session, Participant(**(values | changes)))
    session.add_all(_first_facts(child, site.time_zone, arm))
    session.flush()
    return child


def _first_facts(child: Participant, zone: str, arm: str) -> list[Base]:
    """What enrolment writes beside the child: schedule, size and arm."""
    recorded = {
        "participant_id": child.id,
        "recorded_at": LONG_AGO,
        "recorded_by_id": child.recorded_by_id,
    }
    schedule = DaySchedule(
        from_on=child.enrolled_on,
        time_zone=zone,
        morning_local=time(8),
        evening_local=time(20),
        **recorded,
    )
    size = Measurement(
        client_id=uuid.uuid4(),
        measured_on=child.enrolled_on,
        height_cm=Decimal("80.0"),
        weight_kg=Decimal("10.5"),
        bsa_m2=Decimal("0.48"),
        bsa_formula="mosteller",
        rule_version=PROTOCOL_KEY,
        **recorded,
    )
    allocation = Allocation(
        arm=arm, method="block", randomisation_number=f"R{child.id:04d}", **recorded
    )
    return [schedule, size, allocation]


def an_order(session: Session, child: Participant, **changes: Any) -> DoseOrder:
    """A signed dose order of 0.36 mL, valid from the morning after enrolment."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "participant_id": child.id,
        "kind": OrderKind.DOSE,
        "from_on": date(2026, 2, 3),
        "from_half": Half.MORNING,
        "prescribed_mg": Decimal("0.36"),
        "given_ml": Decimal("0.36"),
        "strength_mg_per_ml": Decimal("1"),
        "rounding_error_mg": Decimal("0.00"),
        "dose_mg_per_m2": Decimal("0.75"),
        "height_cm": Decimal("80.0"),
        "weight_kg": Decimal("10.5"),
        "measured_on": date(2026, 2, 2),
        "bsa_m2": Decimal("0.48"),
        "bsa_formula": "mosteller",
        "reason": "starting dose",
        "guards": [],
        "rule_version": PROTOCOL_KEY,
        "signed_at": LONG_AGO,
        "signed_by_id": child.recorded_by_id,
        "recorded_at": LONG_AGO,
        "recorded_by_id": child.recorded_by_id,
    }
    return _added(session, DoseOrder(**(values | changes)))


def as_actor(session: Session, account: Account, channel: str = "page") -> Actor:
    """The account as an actor, for calling services without a request."""
    rows = session.scalars(
        select(StaffGrant).where(
            StaffGrant.account_id == account.id, StaffGrant.revoked_at.is_(None)
        )
    )
    return Actor(
        kind=ActorKind(account.kind.value),
        account_id=account.id,
        name=account.display_name,
        channel=channel,
        locale=account.locale,
        grants=tuple(Grant(row.site_id, row.role) for row in rows),
    )


def sign_in_carer(client: FlaskClient, carer: Account) -> None:
    """Put the carer's session into the client, as after the right code."""
    _sign_in(client, carer, ["sms"])


def sign_in_staff(client: FlaskClient, clinician: Account) -> None:
    """Put the clinician's session into the client, as after password and code."""
    _sign_in(client, clinician, ["password", "authenticator"])


def _sign_in(client: FlaskClient, account: Account, via: list[str]) -> None:
    from flask import session as cookie

    with client.application.test_request_context():
        begin(account, via)
        content, permanent = dict(cookie), cookie.permanent
    with client.session_transaction() as kept:
        kept.clear()
        kept.update(content)
        kept.permanent = permanent


def _recorder(session: Session, site: Site) -> Account:
    """Somebody of the site who entered things: the first one there, or a new one."""
    found = session.scalar(
        select(Account)
        .join(StaffGrant, StaffGrant.account_id == Account.id)
        .where(StaffGrant.site_id == site.id)
        .order_by(Account.id)
    )
    return found or a_clinician(session, site, StaffRole.COORDINATOR)


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
