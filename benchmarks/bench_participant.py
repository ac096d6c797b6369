"""The page of one child for a year and for ten, beside an ORM-and-template page of the same rows;
and the worklist of 500 children. SQLite."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from flask import Flask
from sqlalchemy import event

from benchmarks.calls import cookie_of, get, send_all
from benchmarks.charts import a_course
from benchmarks.databases import Database, sqlite
from benchmarks.families import families
from benchmarks.measure import Row, cpu_ms, in_turns, report
from benchmarks.product import product
from benchmarks.reference_participant import create_bare_app
from factories import a_clinician, a_site, sign_in_staff
from models.account import Account
from models.participant import Participant
from plugins.app import START, FakeClock
from results_of_a_child import SHANGHAI

TODAY: date = START.astimezone(SHANGHAI).date()
CHILDREN = 500
PAGE_GOAL = 0.15
WORKLIST_GOAL_MS, MOST_QUERIES_WORKLIST = 15.0, 6
MOST_QUERIES_PAGE = 8


class Bench:
    """The pages of two children and of a site, for a doctor who is signed in."""

    def __init__(self, database: Database, app: Flask) -> None:
        self.app, self.bare = app, create_bare_app(database.url)
        with database.session() as session:
            site = a_site(session)
            self.year = a_course(session, site, years=1, until=TODAY)
            self.decade = a_course(session, site, years=10, until=TODAY)
            self.cookie = self._sign_in(a_clinician(session, site))
            site_id = families(session, CHILDREN, days=10, until=TODAY)[0].child.site_id
            crowd = session.get_one(type(site), site_id)
            self.crowds_cookie = self._sign_in(a_clinician(session, crowd))

    def page(self, child: Participant, days: str = "all") -> Callable[[], float]:
        path = f"/clinic/participants/{child.public_id}"
        return self._cost(self.app, path, self.cookie, f"days={days}")

    def reference(self, child: Participant) -> Callable[[], float]:
        return self._cost(self.bare, f"/children/{child.id}", "")

    def worklist(self) -> float:
        return self._cost(self.app, "/clinic/", self.crowds_cookie)()

    def queries(self, work: Callable[[], float]) -> float:
        """How many queries a page asks, those of the sign-in included."""
        asked: list[str] = []

        def note(*told: object) -> None:
            asked.append(str(told[2]))

        with self.app.app_context():
            engine = self.app.extensions["sqlalchemy"].engine
        event.listen(engine, "before_cursor_execute", note)
        work()
        event.remove(engine, "before_cursor_execute", note)
        return sum(statement.startswith("SELECT") for statement in asked)

    def _cost(self, app: Flask, path: str, cookie: str, query: str = "") -> Callable[[], float]:
        environ = get(path, cookie)
        environ["QUERY_STRING"] = query
        return lambda: cpu_ms(send_all(app, [environ], 200))

    def _sign_in(self, doctor: Account) -> str:
        client = self.app.test_client()
        sign_in_staff(client, doctor)
        return cookie_of(client)


def rows_on(bench: Bench) -> list[Row]:
    year, decade = bench.page(bench.year), bench.page(bench.decade)
    cost = in_turns(
        {
            "year": year,
            "decade": decade,
            "opened": bench.page(bench.year, "90"),
            "opened decade": bench.page(bench.decade, "90"),
            "reference": bench.reference(bench.year),
            "reference decade": bench.reference(bench.decade),
            "worklist": bench.worklist,
        }
    )
    asked = bench.queries(year), bench.queries(decade), bench.queries(bench.worklist)
    page = f"participant page (goal {MOST_QUERIES_PAGE})"
    crowd = f"worklist of {CHILDREN} (goal {WORKLIST_GOAL_MS:.0f} ms)"
    return [
        *_page_rows(cost),
        Row(page, "queries", asked[0], ours_at_10x=asked[1]),
        Row(crowd, "CPU ms", cost["worklist"]),
        Row(f"worklist (goal {MOST_QUERIES_WORKLIST})", "queries", asked[2]),
    ]


def _page_rows(cost: Mapping[str, float]) -> Iterator[Row]:
    """The reference has one page only: all rows of the child."""
    shown = (
        ("as it opens (90 days), one year there", "opened", "reference", "opened decade"),
        ("all of one year", "year", "reference", "decade"),
        ("all of ten years", "decade", "reference decade", None),
    )
    for words, ours, reference, longer in shown:
        yield Row(
            f"participant page, {words}",
            "CPU ms",
            cost[ours],
            reference=cost[reference],
            ours_at_10x=cost[longer] if longer else None,
            goal=PAGE_GOAL,
        )


def main() -> None:
    with sqlite() as database, product(database, FakeClock()) as app:
        report("participant", rows_on(Bench(database, app)))


if __name__ == "__main__":
    main()
