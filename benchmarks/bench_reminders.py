"""Planning reminders: from the facts of 2,000 children to rows, beside one APScheduler job each in
its SQLAlchemy store. SQLite."""

from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete
from sqlalchemy.orm import Session

from benchmarks.databases import Database, sqlite
from benchmarks.families import families
from benchmarks.measure import Row, cpu_ms, in_turns, report
from config import HOME
from models.message import Message
from plugins.app import START
from results_of_a_child import SHANGHAI
from services.protocols import load_protocols
from services.reminders import batches, plan

CHILDREN = 2_000
JOBS = 300
PROTOCOLS = load_protocols(HOME / "protocols")


class Bench:
    """Children of one site on a dose, all with the same dose times."""

    def __init__(self, database: Database) -> None:
        self.database = database
        until = START.astimezone(SHANGHAI).date()
        with database.session() as session:
            families(session, CHILDREN, days=2, until=until)

    def plan(self, batches_of_children: int | None = None) -> float:
        """CPU microseconds for each planned reminder; afterwards they are gone again."""
        with self.database.session() as session:
            planned: list[int] = []
            took = cpu_ms(lambda: planned.append(self._plan(session, batches_of_children)))
            session.execute(delete(Message))
            return took * 1000 / planned[0]

    def plan_a_tenth(self) -> float:
        return self.plan(batches_of_children=1)

    def schedule(self) -> float:
        """The same of the reference: a job for each reminder, at its own time."""
        store = SQLAlchemyJobStore(url=_fresh(self.database.folder / "jobs.db"))
        scheduler = BackgroundScheduler(jobstores={"default": store})
        scheduler.start(paused=True)
        due_at = datetime.now(SHANGHAI) + timedelta(days=1)
        took = cpu_ms(lambda: _add_all(scheduler, due_at))
        scheduler.shutdown()
        return took * 1000 / JOBS

    def _plan(self, session: Session, most: int | None) -> int:
        """As the heartbeat does: a commit after each batch of children."""
        planned = 0
        for children in list(batches(session, CHILDREN // 10))[:most]:
            planned += plan(session, PROTOCOLS, START, children)
            session.commit()
        return planned


def remind(number: int) -> None:
    """What a job would call."""


def _add_all(scheduler: BackgroundScheduler, due_at: datetime) -> None:
    for number in range(JOBS):
        _add(scheduler, due_at, number)


def _add(scheduler: BackgroundScheduler, due_at: datetime, number: int) -> None:
    scheduler.add_job(remind, "date", run_date=due_at, args=[number])


def _fresh(path: Path) -> str:
    path.unlink(missing_ok=True)
    return f"sqlite:///{path}"


def main() -> None:
    with sqlite() as database:
        bench = Bench(database)
        cost = in_turns(
            {"ours": bench.plan_a_tenth, "all": bench.plan, "reference": bench.schedule}
        )
    row = Row(
        "one reminder planned, 200 children (goal 50 us)",
        "CPU us",
        cost["ours"],
        reference=cost["reference"],
        ours_at_10x=cost["all"],
    )
    report("reminders", [row])


if __name__ == "__main__":
    main()
