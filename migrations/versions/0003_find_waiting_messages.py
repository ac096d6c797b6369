"""find the messages that wait for one person

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('planned', 'sending')")


def upgrade() -> None:
    op.create_index(
        "ix_message_waiting",
        "message",
        ["account_id", "due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_message_waiting", table_name="message")
