"""The made-up sites and those who work there, and the words that let one in to look around."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from demo.stage import MaskedReader, SitePeople, actor_for
from models.site import Site, StaffRole
from services.actor import SYSTEM, Actor, Grant
from services.staff import NewStaff, add_staff, grant, staff_by_email

DEMO_PASSWORD: Final = "looking-around-sirolog"  # noqa: S105 - for made-up accounts, and printed
# everybody was there before the first child came
OPENED_BEFORE: Final = timedelta(days=400)


class SiteSaid(NamedTuple):
    code: str
    name: str
    locale: str
    mail: str


SITES: Final = (
    SiteSaid("DA", "Demo Children's Hospital 演示儿童医院", "en", "demo-a.example"),
    SiteSaid("DB", "Demo Hospital East 演示东院", "zh", "demo-b.example"),
)
NAMES: Final[Mapping[str, Mapping[StaffRole, str]]] = {
    "DA": {
        StaffRole.INVESTIGATOR: "Dr Gao (demo)",
        StaffRole.PRESCRIBER: "Dr Luo (demo)",
        StaffRole.COORDINATOR: "Nurse Xie (demo)",
        StaffRole.MONITOR: "Monitor Deng (demo)",
        StaffRole.READER: "Reader Peng (demo)",
    },
    "DB": {
        StaffRole.INVESTIGATOR: "曾医生（演示）",
        StaffRole.PRESCRIBER: "萧医生（演示）",
        StaffRole.COORDINATOR: "田护士（演示）",
        StaffRole.MONITOR: "董监查员（演示）",
        StaffRole.READER: "袁阅片员（演示）",
    },
}
# the second and the third who read photos masked
MORE_READERS: Final[Mapping[str, tuple[str, str]]] = {
    "DA": ("Reader Shen (demo)", "Reader Tao (demo)"),
    "DB": ("沈阅片员（演示）", "陶阅片员（演示）"),
}


class Secrets(NamedTuple):
    """How the staff get in: one password hash for all, an authenticator secret for each."""

    password_hash: str
    new_totp: Callable[[], str]


def email_of(site: SiteSaid, role: StaffRole) -> str:
    return f"{role.value}@{site.mail}"


def reader_email(site: SiteSaid, number: int) -> str:
    """Of the first, second or third reader."""
    first = email_of(site, StaffRole.READER)
    return first if number == 1 else first.replace("@", f"{number}@")


def open_sites(
    session: Session, secrets: Secrets, *, protocol_key: str, now: datetime
) -> Mapping[str, SitePeople]:
    """Both sites with one person in each role, by the site's code."""
    opened_at = now - OPENED_BEFORE
    people: dict[str, SitePeople] = {}
    for said in SITES:
        site = Site(
            code=said.code,
            name=said.name,
            time_zone="Asia/Shanghai",
            clinic_phone="+12025550100",
            protocol_key=protocol_key,
            is_made_up=True,
        )
        session.add(site)
        session.flush()
        staff = _staff(session, said, site, secrets, now=opened_at)
        readers = _readers(session, said, site, secrets, now=opened_at)
        people[said.code] = SitePeople(site, staff, readers)
    return people


def _staff(
    session: Session, said: SiteSaid, site: Site, secrets: Secrets, *, now: datetime
) -> dict[StaffRole, Actor]:
    found: dict[StaffRole, Actor] = {}
    for role, name in NAMES[said.code].items():
        new = _new(said, email_of(said, role), name, secrets)
        found[role] = _added(session, site, new, role, now=now)
    return found


def _readers(
    session: Session, said: SiteSaid, site: Site, secrets: Secrets, *, now: datetime
) -> tuple[MaskedReader, ...]:
    """The first reader is among the staff already."""
    for number, name in enumerate(MORE_READERS[said.code], start=2):
        new = _new(said, reader_email(said, number), name, secrets)
        _added(session, site, new, StaffRole.READER, now=now)
    emails = [reader_email(said, number) for number in (1, 2, 3)]
    accounts = [staff_by_email(session, email) for email in emails]
    reads = Grant(site.id, StaffRole.READER)
    return tuple(MaskedReader(account.public_id, actor_for(account, reads)) for account in accounts)


def _new(said: SiteSaid, email: str, name: str, secrets: Secrets) -> NewStaff:
    return NewStaff(
        email=email,
        name=name,
        locale=said.locale,
        password_hash=secrets.password_hash,
        totp_secret=secrets.new_totp(),
    )


def _added(session: Session, site: Site, new: NewStaff, role: StaffRole, *, now: datetime) -> Actor:
    account = add_staff(session, SYSTEM, new, now)
    grant(session, SYSTEM, account, site_code=site.code, role=role, now=now)
    return actor_for(account, Grant(site.id, role))
