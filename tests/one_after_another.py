"""Two people at the same thing: the second begins before the first has finished."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from models.engine import prepare_sqlite

Deed = Callable[[Session], object]
# long enough for the second to read what the first has not committed
_A_MOMENT = 0.3


def overlapping(url: str, first: Deed, second: Deed) -> Exception | None:
    """Do both, the second while the first is not committed yet: what the second was refused with.

    Each has a session of its own. On SQLite the second waits before it reads anything.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    refusals: list[Exception] = []

    def later() -> None:
        try:
            with Session(engine) as session:
                second(session)
                session.commit()
        except Exception as error:
            refusals.append(error)

    with Session(engine) as session:
        first(session)
        session.flush()
        thread = threading.Thread(target=later)
        thread.start()
        time.sleep(_A_MOMENT)
        session.commit()
    thread.join(30)
    engine.dispose()
    return refusals[0] if refusals else None
