"""One-time codes on our clock, each good for one use."""

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

    def get_last_counter(self, user: Account) -> int | None:
        return last_spent(user, STAFF_METHOD)

    def set_last_counter(self, user: Account, tmatch: Any) -> None:
        spend(user, STAFF_METHOD, tmatch.counter)

    def code_at(self, secret: str, moment: float) -> str:
        """The code of the 30 seconds around `moment` (seconds since 1970)."""
        token: str = self._totp.from_source(secret).generate(time=int(moment)).token
        return token

    def counter_at(self, secret: str, moment: float) -> int:
        """The number of those 30 seconds: grows with time, so an older code stays older."""
        counter: int = self._totp.from_source(secret).generate(time=int(moment)).counter
        return counter


def last_spent(account: Account, method: str) -> int | None:
    return db.session.scalar(
        select(func.max(SpentCode.counter)).where(
            SpentCode.account_id == account.id, SpentCode.method == method
        )
    )


def spend(account: Account, method: str, counter: int) -> None:
    """From now on this code and all before it are refused."""
    db.session.add(SpentCode(account_id=account.id, method=method, counter=counter, at=now()))
