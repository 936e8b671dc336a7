"""Takes, their hits in blocks, and marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "takes",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("start_ns", sa.BigInteger, nullable=False),
        sa.Column("end_ns", sa.BigInteger),
        sa.Column("latency_ns", sa.BigInteger, nullable=False),
        sa.Column("calibrated", sa.Boolean, nullable=False),
        sa.Column("hit_count", sa.Integer),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("chart_title", sa.Text, nullable=False),
        sa.Column("kits", sa.JSON, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("chart_json", sa.Text, nullable=False),
    )
    op.create_index("takes_state", "takes", ["state"])
    op.create_table(
        "hit_blocks",
        sa.Column("take_id", sa.Text, sa.ForeignKey("takes.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("first_t_ns", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("crc32", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marks",
        sa.Column("take_id", sa.Text, sa.ForeignKey("takes.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("t_ns", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
