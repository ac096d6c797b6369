"""Hospitals that take part. Used from the command line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.site import Site
from services.actor import Actor
from services.audit import Act, record
from services.errors import NotFoundError, RefusedError
from services.phones import canonical_phone
from services.protocols import Protocols

_CODE: Final = re.compile(r"[A-Z0-9]{2,8}")
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """A hospital to be added. `clinic_phone`, in any spelling, is what families are shown."""

    code: str
    name: str
    time_zone: str
    protocol_key: str
    clinic_phone: str | None


def add_site(
    session: Session, actor: Actor, new: NewSite, *, protocols: Protocols, now: datetime
) -> Site:
    """Add a site; children who enrol there follow the protocol that it names.

    Raises RefusedError: "site_code_form", "site_code_taken" at `code`, "site_name_form" at `name`,
    "unknown_zone" at `time_zone`, "unknown_protocol" at `protocol_key`, "not_a_phone" at
    `clinic_phone`.
    """
    phone = _checked(session, new, protocols)
    site = Site(
        code=new.code,
        name=new.name.strip(),
        time_zone=new.time_zone,
        clinic_phone=phone,
        protocol_key=new.protocol_key,
    )
    session.add(site)
    session.flush()
    told = {"code": site.code, "time_zone": site.time_zone, "protocol": site.protocol_key}
    record(session, actor, Act("site_added", "site", site.id, site_id=site.id, new=told), now)
    return site


def follow_protocol(
    session: Session,
    actor: Actor,
    site_code: str,
    protocol_key: str,
    *,
    protocols: Protocols,
    now: datetime,
) -> Site:
    """Children who enrol from now on follow this protocol; those there keep their own.

    Raises NotFoundError, and RefusedError("unknown_protocol").
    """
    site = session.scalar(select(Site).where(Site.code == site_code))
    if site is None:
        raise NotFoundError
    _check_protocol(protocol_key, protocols)
    old, site.protocol_key = site.protocol_key, protocol_key
    session.flush()
    act = Act(
        "protocol_followed",
        "site",
        site.id,
        site_id=site.id,
        old={"protocol": old},
        new={"protocol": protocol_key},
    )
    record(session, actor, act, now)
    return site


def all_sites(session: Session) -> Sequence[Site]:
    return session.scalars(select(Site).order_by(Site.code)).all()


def _checked(session: Session, new: NewSite, protocols: Protocols) -> str | None:
    """The phone number in its canonical form, when everything is right."""
    if not _CODE.fullmatch(new.code):
        raise RefusedError("site_code_form", "code")
    if session.scalar(select(Site.id).where(Site.code == new.code)) is not None:
        raise RefusedError("site_code_taken", "code")
    if not 0 < len(new.name.strip()) <= _LONGEST_NAME:
        raise RefusedError("site_name_form", "name")
    if new.time_zone not in available_timezones():
        raise RefusedError("unknown_zone", "time_zone")
    _check_protocol(new.protocol_key, protocols)
    if new.clinic_phone is None:
        return None
    phone = canonical_phone(new.clinic_phone)
    if phone is None:
        raise RefusedError("not_a_phone", "clinic_phone")
    return phone


def _check_protocol(key: str, protocols: Protocols) -> None:
    if key not in protocols:
        raise RefusedError("unknown_protocol", "protocol_key", known=sorted(protocols))
