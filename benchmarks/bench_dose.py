"""One dose logged through the whole product path, beside a bare Flask insert with audit.

Ours: a signed-in carer's session, access check, CSRF token, form, rule, row and audit, commit,
redirect. Both apps are called in this process; the CPU of PostgreSQL's own processes counts too.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Flask

from benchmarks.calls import Environ, cookie_of, get, post, send_all, token_in
from benchmarks.databases import Database, postgres, sqlite
from benchmarks.families import Family, families
from benchmarks.measure import Row, cpu_ms, in_turns, report
from benchmarks.product import product
from benchmarks.reference_dose import create_bare_app
from domain.protocol import Half
from factories import sign_in_carer
from plugins.app import START, FakeClock
from results_of_a_child import SHANGHAI

CHILDREN = 12
DAYS = 36
# the least share of the reference's requests that is aimed at, as cost
GOAL = 1 / 0.7
TODAY_GOAL_MS = 6.0


class Bench:
    """One database with families, the product and the bare app on it."""

    def __init__(self, database: Database, app: Flask, clock: FakeClock) -> None:
        self.database, self.app, self.clock = database, app, clock
        self.bare = create_bare_app(database.url)
        until = START.astimezone(SHANGHAI).date()
        with database.session() as session:
            self.short = families(session, CHILDREN, days=DAYS, until=until)
            self.long = families(session, CHILDREN, days=DAYS * 10, until=until)
            self.others = families(session, CHILDREN, days=DAYS, until=until)

    def log_doses(self, some: Sequence[Family]) -> Callable[[], float]:
        return lambda: self._cost(self.app, [self._dose(family) for family in some], 303)

    def see_today(self, some: Sequence[Family]) -> Callable[[], float]:
        return lambda: self._cost(self.app, [self._today(family) for family in some], 200)

    def insert(self) -> float:
        """The bare app's turn, which is the last one of a slot: then the next one begins."""
        cost = self._cost(self.bare, [self._row(family) for family in self.others], 303)
        self.clock.advance(hours=12)
        return cost

    def _cost(self, app: Flask, environs: Sequence[Environ], expect: int) -> float:
        work = send_all(app, environs, expect)
        return cpu_ms(work, self.database.cpu_seconds) / len(environs)

    def _today(self, family: Family) -> Environ:
        return get(f"/diary/{family.child.public_id}/", self._signed_in(family)[0])

    def _dose(self, family: Family) -> Environ:
        cookie, token = self._signed_in(family)
        fields = {
            "csrf_token": token,
            "client_id": str(uuid.uuid4()),
            "slot": self._slot(),
            "just_now": "yes",
        }
        return post(f"/diary/{family.child.public_id}/doses/given", fields, cookie)

    def _row(self, family: Family) -> Environ:
        on, _, half = self._slot().rpartition("-")
        ids = {"child": str(family.child.id), "account": str(family.carer.id)}
        slot = {"slot_on": on, "half": half, "client_id": str(uuid.uuid4())}
        return post("/doses", ids | slot)

    def _slot(self) -> str:
        wall = self.clock.now.astimezone(SHANGHAI)
        return f"{wall.date()}-{Half.MORNING if wall.hour < 12 else Half.EVENING}"

    def _signed_in(self, family: Family) -> tuple[str, str]:
        client = self.app.test_client()
        sign_in_carer(client, family.carer)
        page = client.get(f"/diary/{family.child.public_id}/").text
        return cookie_of(client), token_in(page)


def rows_on(database: Database) -> list[Row]:
    clock = FakeClock(START - timedelta(minutes=20))
    with product(database, clock) as app:
        bench = Bench(database, app, clock)
        cost = in_turns(
            {
                "today": bench.see_today(bench.short),
                "today long": bench.see_today(bench.long),
                "ours": bench.log_doses(bench.short),
                "ours long": bench.log_doses(bench.long),
                "bare": bench.insert,
            }
        )
    return [
        Row(
            f"dose logged, {database.name}",
            "CPU ms",
            cost["ours"],
            reference=cost["bare"],
            ours_at_10x=cost["ours long"],
            goal=GOAL,
        ),
        Row(
            f"Today page, {database.name} (goal {TODAY_GOAL_MS:.0f} ms)",
            "CPU ms",
            cost["today"],
            ours_at_10x=cost["today long"],
        ),
    ]


def main() -> None:
    rows: list[Row] = []
    for database_of_kind in (sqlite, postgres):
        with database_of_kind() as database:
            rows += rows_on(database)
    report("dose", rows)


if __name__ == "__main__":
    main()
