"""How the click's clock ran in each take, and what was measured between hearing and hitting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "grid_steps",
        sa.Column("take_id", sa.Text, sa.ForeignKey("takes.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("host_ns", sa.BigInteger, nullable=False),
        sa.Column("grid_ns", sa.BigInteger, nullable=False),
        sa.Column("rate_ppb", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kit", sa.Text, nullable=False),
        sa.Column("sound", sa.Text, nullable=False),
        sa.Column("latency_ns", sa.BigInteger, nullable=False),
        sa.Column("spread_ns", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("measured_at", sa.Text, nullable=False),
    )
    op.create_index("calibrations_kit_sound", "calibrations", ["kit", "sound"])
