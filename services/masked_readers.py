"""Who reads a case: readers who know no child of the site, each with an own order and own sides."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.masked_answers import FIRST, SECOND, THIRD
from models.account import Account, AccountKind
from models.reading import ReadingCase, ReadingTask
from models.site import StaffGrant, StaffRole
from services.actor import Actor, account_of
from services.errors import RefusedError

# a whole number from 0 up to and without the bound: secrets.randbelow, but tests name the numbers
Draw = Callable[[int], int]

# the column holds a signed number of 32 bits
_PLACES: Final = 2**31
_FIELDS: Final = {FIRST: "first", SECOND: "second", THIRD: "third"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidReaders:
    """Accounts (public ids) of those who read; the third only when the first two do not settle
    it, and where none is named now, one is asked for then."""

    first: uuid.UUID
    second: uuid.UUID
    third: uuid.UUID | None = None

    @property
    def by_seat(self) -> dict[int, uuid.UUID]:
        named = {FIRST: self.first, SECOND: self.second, THIRD: self.third}
        return {seat: reader for seat, reader in named.items() if reader is not None}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with the role of a reader at a site. `is_masked`: has no other role there and never
    had one, which would have shown the children."""

    account: Account
    is_masked: bool


def readers_at(session: Session, site_id: int) -> tuple[Reader, ...]:
    """Who may be named as a reader at the site, and who may not although the role is there."""
    rows = session.execute(
        select(Account, StaffGrant)
        .join(StaffGrant, StaffGrant.account_id == Account.id)
        .where(
            StaffGrant.site_id == site_id,
            Account.kind == AccountKind.STAFF,
            Account.active,
        )
        .order_by(Account.display_name, Account.id)
    )
    grants: dict[Account, list[StaffGrant]] = {}
    for account, held in rows:
        grants.setdefault(account, []).append(held)
    return tuple(
        Reader(account, all(each.role is StaffRole.READER for each in held))
        for account, held in grants.items()
        if any(each.role is StaffRole.READER and each.revoked_at is None for each in held)
    )


def seated(session: Session, site_id: int, named: dict[int, uuid.UUID]) -> dict[int, Account]:
    """The readers' accounts by seat, each masked at this site.

    Raises RefusedError `not_a_reader`, `reader_not_masked`, `reader_named_twice`.
    """
    known = {reader.account.public_id: reader for reader in readers_at(session, site_id)}
    for number, public_id in named.items():
        if public_id not in known:
            raise RefusedError("not_a_reader", _FIELDS[number])
        if not known[public_id].is_masked:
            raise RefusedError("reader_not_masked", _FIELDS[number])
        if public_id in {other for place, other in named.items() if place < number}:
            raise RefusedError("reader_named_twice", _FIELDS[number])
    return {number: known[public_id].account for number, public_id in named.items()}


def seat(
    session: Session,
    actor: Actor,
    row: ReadingCase,
    accounts: dict[int, Account],
    *,
    draw: Draw,
    now: datetime,
) -> None:
    """Give each of them the case: at a random rank of the own list, with random sides."""
    for number, account in accounts.items():
        session.add(
            ReadingTask(
                case_id=row.id,
                reader_id=account.id,
                seat=number,
                place=draw(_PLACES),
                baseline_is_left=draw(2) == 0,
                recorded_at=now,
                recorded_by_id=account_of(actor),
            )
        )
    session.flush()
