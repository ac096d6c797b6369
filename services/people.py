"""Names of accounts, for pages that say who did something."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import Account


def names_of(session: Session, account_ids: Collection[int | None]) -> dict[int, str]:
    """Display names by account id, in one query; None among the ids is nobody."""
    ids = {one for one in account_ids if one is not None}
    if not ids:
        return {}
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {account_id: name for account_id, name in rows}  # noqa: C416 - a Row is no pair to mypy


def public_ids_of(session: Session, account_ids: Collection[int | None]) -> dict[int, uuid.UUID]:
    """Public ids by account id, for programs, which are told no names."""
    ids = {one for one in account_ids if one is not None}
    if not ids:
        return {}
    rows = session.execute(select(Account.id, Account.public_id).where(Account.id.in_(ids)))
    return {account_id: public_id for account_id, public_id in rows}  # noqa: C416 - as above
