"""facts are added, never changed: the database itself refuses

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GROWING = (
    "allocation",
    "adverse_event_grade",
    "assessment",
    "audit_entry",
    "blood_draw",
    "dose_entry",
    "lab_result",
    "level",
    "level_overrule",
    "measurement",
    "message_event",
    "skin_finding",
    "treatment",
    "tumour_volume",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION rows_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % are added, never changed', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END
            $$
            """
        )
    for table in GROWING:
        for act in ("UPDATE", "DELETE"):
            op.execute(_trigger(table, act))


def downgrade() -> None:
    on_table = op.get_bind().dialect.name == "postgresql"
    for table in GROWING:
        for act in ("UPDATE", "DELETE"):
            where = f" ON {table}" if on_table else ""
            op.execute(f"DROP TRIGGER {table}_no_{act.lower()}{where}")
    if on_table:
        op.execute("DROP FUNCTION rows_only_grow")


def _trigger(table: str, act: str) -> str:
    name = f"{table}_no_{act.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        return (
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION rows_only_grow()"
        )
    return (
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are added, never changed'); END"
    )
