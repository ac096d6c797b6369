"""Names of accounts, for pages that say who did something."""

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
