"""How SQLite must be opened to be trusted; PostgreSQL needs nothing of this."""

from typing import Any

from sqlalchemy import Connection, Engine, event

BEGIN_OPTION = "sqlite_begin"


def prepare_sqlite(engine: Engine) -> None:
    """Foreign keys on, WAL, a patient lock, and transactions that begin where we say.

    A transaction takes the write lock at once (IMMEDIATE): one that reads first and writes later
    would otherwise fail when another writer came between. Readers ask for a deferred begin with
    the execution option `sqlite_begin="DEFERRED"`.
    """
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: object) -> None:
    # the driver must not begin transactions by itself, or savepoints lose their meaning
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys = ON",
        "busy_timeout = 15000",
        "journal_mode = WAL",
        "synchronous = NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get(BEGIN_OPTION, "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
