"""With which calibration each take was judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("takes", sa.Column("calibration", sa.JSON))
