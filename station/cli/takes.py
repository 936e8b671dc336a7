"""`station takes`: what is kept."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from station.charts import document
from station.cli._output import STDOUT, check_target, clean, say, table, write_json
from station.cli._parser import add_json, whole
from station.cli._take_choice import short_ids
from station.errors import ChartError
from station.takes.rows import TakeSummary
from station.takes.store import Store

DESCRIPTION = "List the takes that are kept, newest first."
EXAMPLE = """\
station takes
station takes --player Ada --limit 5 --json -"""
SCHEMA = "station.takes/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station takes`."""
    parser.add_argument(
        "--limit", type=whole(1, 1_000_000), default=20, metavar="N", help="how many (20)"
    )
    parser.add_argument("--all", action="store_true", help="every one")
    parser.add_argument("--player", metavar="NAME", help="only those of this player")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """List them; returns the exit code.

    Raises
    ------
    StoreError
        When the store cannot be read.
    """
    check_target(args.json)
    with Store.open() as store:
        kept = store.takes()
        chosen = [t for t in kept if args.player is None or t.player == args.player]
        shown = chosen if args.all else chosen[: args.limit]
        tempi = {take.id: _tempo_bpm(store, take.id) for take in shown}
    short = short_ids([take.id for take in kept])
    if args.json != STDOUT:
        _print(shown, short, tempi, len(chosen), args.player)
    told = {
        "schema": SCHEMA,
        "takes": [_to_dict(t, short[t.id], tempi[t.id]) for t in shown],
        "kept": len(chosen),
    }
    write_json(told, args.json)
    return 0


def _print(
    shown: list[TakeSummary],
    short: dict[str, str],
    tempi: dict[str, float | None],
    kept: int,
    player: str | None,
) -> None:
    if not shown and player is not None:
        say(f"No take of '{clean(player)}' is kept; 'station takes' lists everybody's.")
        return
    if not shown:
        say("No take is kept yet; 'station play' records one.")
        return
    table(
        ("id", "when", "player", "chart", "BPM", "hits", "state"),
        [
            (
                short[t.id],
                datetime.fromisoformat(t.started_at).strftime("%Y-%m-%d %H:%M"),
                t.player or "-",
                t.chart_title,
                "-" if (bpm := tempi[t.id]) is None else f"{bpm:g}",
                str(t.hit_count),
                t.state.value,
            )
            for t in shown
        ],
    )
    if kept > len(shown):
        say(f"{kept - len(shown)} older ones: 'station takes --all' lists them too.")


def _tempo_bpm(store: Store, take_id: str) -> float | None:
    """The tempo that a take was played at; None when its chart is damaged."""
    try:
        return document.parse(store.take(take_id).chart_json).bpm
    except ChartError:
        return None


def _to_dict(take: TakeSummary, short_id: str, tempo_bpm: float | None) -> dict[str, Any]:
    return {
        "id": take.id,
        "short_id": short_id,
        "started_at": take.started_at,
        "ended_at": take.ended_at,
        "player": take.player,
        "chart": take.chart_title,
        "tempo_bpm": tempo_bpm,
        "hits": take.hit_count,
        "state": take.state.value,
        "kits": [kit.address for kit in take.kits],
        "calibrated": take.calibrated,
        "version": take.version,
    }
