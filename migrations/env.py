"""How migrations run: the same files on SQLite and on PostgreSQL, each in one transaction."""

import logging
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from flask_security import AsaList
from sqlalchemy import Connection, Engine

from models import Base
from models.base import Exact, UtcDateTime

logger = logging.getLogger("alembic.env")


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types in plain SQLAlchemy: a migration must outlive the models."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Exact):
        return 'sa.Numeric().with_variant(sa.String(40), "sqlite")'
    if isinstance(item, AsaList):
        return "sa.Text()"
    if isinstance(item, sa.JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, sa.Enum):
        values = ", ".join(repr(value) for value in item.enums)
        return (
            f"sa.Enum({values}, name={item.name!r}, native_enum=False, "
            f"create_constraint=True, length={item.length})"
        )
    return False


def skip_when_nothing_changed(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if getattr(context.config.cmd_opts, "autogenerate", False) and (
        directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []
        logger.info("No changes in schema detected.")


OPTIONS: dict[str, Any] = {
    "target_metadata": Base.metadata,
    "render_item": render_item,
    "process_revision_directives": skip_when_nothing_changed,
    "compare_type": True,
    # SQLite cannot alter a table: it is copied; on PostgreSQL the same file alters in place
    "render_as_batch": True,
    # both databases can take back the creation of a table
    "transactional_ddl": True,
}


def run_offline(engine: Engine) -> None:
    """Print the SQL instead of running it."""
    url = engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


def run_online(engine: Engine) -> None:
    with engine.connect() as connection:
        keep_foreign_keys(connection, kept=False)
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        check_foreign_keys(connection)
        keep_foreign_keys(connection, kept=True)


def keep_foreign_keys(connection: Connection, *, kept: bool) -> None:
    """Copying a table drops the old one, which would take the rows that point to it along."""
    if connection.dialect.name == "sqlite":
        # straight to the driver: the pragma does nothing inside a transaction
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys = {'ON' if kept else 'OFF'}")


def check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    connection.rollback()
    if broken is not None:
        raise RuntimeError(f"a row of {broken[0]} points to a row of {broken[2]} that is gone")


engine: Engine = current_app.extensions["migrate"].db.engine
if context.is_offline_mode():
    run_offline(engine)
else:
    run_online(engine)
