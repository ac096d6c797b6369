"""Several notifiers look at the same worklist at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import Session

from factories import PROTOCOL_KEY, a_carer, a_participant, an_order
from models.attention import Alert, AlertEvent, Urgency
from models.engine import prepare_sqlite
from models.participant import Participant
from results_of_a_child import KHE
from services.escalation import Tally, sweep

NOW = datetime(2026, 3, 10, 0, 30, tzinfo=UTC)
NOTIFIERS = 4


def an_unanswered_matter(session: Session) -> Participant:
    """Beside it an order waits, which has no row yet."""
    child = a_participant(session)
    a_carer(session, child)
    an_order(session, child, signed_at=None, signed_by_id=None, recorded_at=NOW)
    session.add(
        Alert(
            key=f"bleeding:{child.id}:1",
            site_id=child.site_id,
            participant_id=child.id,
            code="bleeding",
            urgency=Urgency.SAME_DAY,
            facts={},
            raised_at=NOW - timedelta(hours=4),
            rule_version=PROTOCOL_KEY,
        )
    )
    session.commit()
    return child


def test_a_matter_is_raised_and_passed_on_once_whoever_comes_first(
    session: Session, database_url: str
) -> None:
    child = an_unanswered_matter(session)
    engine = create_engine(database_url)
    prepare_sqlite(engine)
    together = Barrier(NOTIFIERS)

    def a_notifier(_number: int) -> Tally:
        together.wait()
        return a_round(engine, child.site_id)

    with ThreadPoolExecutor(NOTIFIERS) as pool:
        tallies = list(pool.map(a_notifier, range(NOTIFIERS)))
    engine.dispose()
    assert sum(tally.escalated for tally in tallies) == 1
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(AlertEvent)) == 1
    codes = session.scalars(select(Alert.code).order_by(Alert.code)).all()
    assert codes == ["bleeding", "second_signature"]


def a_round(engine: Engine, site_id: int) -> Tally:
    with Session(engine) as session:
        tally = sweep(session, site_id, {PROTOCOL_KEY: KHE}, now=NOW)
        session.commit()
    return tally
