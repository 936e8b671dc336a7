"""The one place that reads the wall clock: for names and dates, never for timing."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def now_iso() -> str:
    """ISO 8601 in local time with its offset, to the millisecond."""
    return datetime.now(UTC).astimezone().isoformat(timespec="milliseconds")
