"""One-time codes on our clock, each good for one use."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_security import Totp
from passlib.totp import TOTP
from sqlalchemy import func, select

from models.account import Account, SpentCode
from web.db import db
from web.parts import now

STAFF_METHOD = "authenticator"
CARER_METHOD = "sms"


class CountedTotp(Totp):
    """Flask-Security's codes with the replay protection that it leaves to us."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._totp: Any = TOTP.using(issuer=issuer, secrets=secrets, now=lambda: now().timestamp())

    @cached_property
    def nobodys_secret(self) -> str:
        """Stands in for the secret of a phone that nobody has, so that both take as long."""
        secret: str = self.generate_totp_secret()
        return secret

    def get_last_counter(self, user: Any) -> int | None:
        return last_spent(user, STAFF_METHOD)

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        spend(user, STAFF_METHOD, tmatch.counter)

    def codes_at(self, secret: str, moments: Iterable[datetime]) -> list[tuple[str, int]]:
        """Code and counter of each moment. A counter is the number of its 30 seconds since 1970:
        it grows with time, so an older code stays older."""
        source = self._totp.from_source(secret)
        made = [source.generate(time=moment.timestamp()) for moment in moments]
        return [(token.token, token.counter) for token in made]


def last_spent(account: Account, method: str) -> int | None:
    """The counter of the newest code that was used, or None."""
    return db.session.scalar(
        select(func.max(SpentCode.counter)).where(
            SpentCode.account_id == account.id, SpentCode.method == method
        )
    )


def spend(account: Account, method: str, counter: int) -> None:
    """From now on this code and all before it are refused."""
    db.session.add(SpentCode(account_id=account.id, method=method, counter=counter, at=now()))
