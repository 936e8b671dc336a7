"""Takes and marks as rows of the tables, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from station.model import Calibration, GridStep, KitUsed, Mark, MarkKind, StampedBy, Take, TakeState

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TakeSummary:
    """A take in a list.

    Attributes
    ----------
    id, player, started_at, state, version, chart_title, kits, calibrated
        As in `model.Take`.
    ended_at
        Wall clock, ISO 8601 with offset; None while it is recorded, or when nobody knows.
    hit_count
        Hits kept.
    notes
        What programs noted about it.
    """

    id: str
    player: str
    started_at: str
    ended_at: str | None
    state: TakeState
    version: str
    chart_title: str
    kits: tuple[KitUsed, ...]
    calibrated: bool
    hit_count: int
    notes: Mapping[str, Any]


def row_from_take(take: Take) -> Row:
    """A row of `takes`, as it is when the take begins."""
    return {
        "id": take.id,
        "player": take.player,
        "started_at": take.started_at,
        "ended_at": None,
        "state": TakeState.RECORDING.value,
        "start_ns": take.start_ns,
        "end_ns": take.end_ns,
        "latency_ns": take.latency_ns,
        "calibrated": take.calibrated,
        "hit_count": None,
        "version": take.version,
        "chart_title": take.chart_title,
        "kits": [asdict(kit) for kit in take.kits],
        "notes": {},
        "chart_json": take.chart_json,
        "calibration": None if take.calibration is None else asdict(take.calibration),
    }


def take_from_row(row: Mapping[str, Any]) -> Take:
    """A take from its row."""
    return Take(
        id=row["id"],
        player=row["player"],
        started_at=row["started_at"],
        start_ns=row["start_ns"],
        chart_title=row["chart_title"],
        chart_json=row["chart_json"],
        kits=_kits(row["kits"]),
        latency_ns=row["latency_ns"],
        calibrated=row["calibrated"],
        state=TakeState(row["state"]),
        version=row["version"],
        end_ns=row["end_ns"],
        calibration=None if row["calibration"] is None else Calibration(**row["calibration"]),
    )


def summary_from_row(row: Mapping[str, Any]) -> TakeSummary:
    """A summary from a row of `takes` without its chart."""
    return TakeSummary(
        id=row["id"],
        player=row["player"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        state=TakeState(row["state"]),
        version=row["version"],
        chart_title=row["chart_title"],
        kits=_kits(row["kits"]),
        calibrated=row["calibrated"],
        hit_count=row["hit_count"],
        notes=row["notes"],
    )


def row_from_mark(mark: Mark, take_id: str, number: int) -> Row:
    """A row of `marks`."""
    return {
        "take_id": take_id,
        "number": number,
        "t_ns": mark.t_ns,
        "kind": mark.kind.value,
        "detail": mark.detail,
    }


def mark_from_row(row: Mapping[str, Any]) -> Mark:
    """A mark from its row."""
    return Mark(row["t_ns"], MarkKind(row["kind"]), row["detail"])


def row_from_step(step: GridStep, take_id: str, number: int) -> Row:
    """A row of `grid_steps`."""
    return {"take_id": take_id, "number": number, **asdict(step)}


def step_from_row(row: Mapping[str, Any]) -> GridStep:
    """A step of the grid's clock from its row."""
    return GridStep(row["host_ns"], row["grid_ns"], row["rate_ppb"])


def _kits(rows: list[Row]) -> tuple[KitUsed, ...]:
    return tuple(KitUsed(**row | {"stamped_by": StampedBy(row["stamped_by"])}) for row in rows)
