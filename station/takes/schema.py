"""The tables as they are now; `migrations` says how they became so."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData()

takes = Table(
    "takes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("player", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),  # nobody knows for a take that was broken off
    Column("state", Text, nullable=False),
    Column("start_ns", BigInteger, nullable=False),
    Column("end_ns", BigInteger),  # none when it was played to the end of the chart
    Column("latency_ns", BigInteger, nullable=False),
    Column("calibrated", Boolean, nullable=False),
    Column("hit_count", Integer),  # counted when the take ends
    Column("version", Text, nullable=False),
    Column("chart_title", Text, nullable=False),
    Column("kits", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    # Behind all that a listing shows, since it is long: then its pages are never touched.
    Column("chart_json", Text, nullable=False),
    Column("calibration", JSON(none_as_null=True)),
    Index("takes_state", "state"),
)

# Without a rowid a block is one page in one tree, and that page is all that a commit writes.
hit_blocks = Table(
    "hit_blocks",
    metadata,
    Column("take_id", Text, ForeignKey("takes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_t_ns", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("format", Integer, nullable=False),
    Column("crc32", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

marks = Table(
    "marks",
    metadata,
    Column("take_id", Text, ForeignKey("takes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("t_ns", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Of takes whose click came from a sound card: how its clock ran.
grid_steps = Table(
    "grid_steps",
    metadata,
    Column("take_id", Text, ForeignKey("takes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("host_ns", BigInteger, nullable=False),
    Column("grid_ns", BigInteger, nullable=False),
    Column("rate_ppb", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What was measured between hearing and hitting; the newest of a kit and a sound counts.
calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kit", Text, nullable=False),
    Column("sound", Text, nullable=False),
    Column("latency_ns", BigInteger, nullable=False),
    Column("spread_ns", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("measured_at", Text, nullable=False),
    Index("calibrations_kit_sound", "kit", "sound"),
)
