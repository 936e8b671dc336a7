"""`station bench firmware`: the trigger on the piezo model, beside the usual trigger.

Then, where their emulators are: the boards' real images at full load, and what stamps and
lights are worth on a Cortex-M3 whose clock is the host's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware_bridge.bench import firmware_avr, firmware_pico, firmware_sync
from firmware_bridge.bench.firmware_bad import bad_inputs
from firmware_bridge.bench.firmware_scenes import BOARDS, Board, kit, one_pad, summary, told_apart
from firmware_bridge.firmware.emulated import missing
from firmware_bridge.firmware.emulated_avr import missing_avr
from firmware_bridge.firmware.emulated_m3 import missing_m3
from firmware_bridge.piezo import PadKind

ABOUT = (
    "the trigger board's firmware: strikes found, their strength and time, crosstalk, bad inputs"
)
OPTIONS = {"seeds": 12}
# Nothing was tuned on these.
_FIRST_SEED = 90_000
_SYNC_S = 20.0


def run(seeds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure all of it: the core as it is built for this machine, as big as on either board.

    Parameters
    ----------
    seeds
        How many pads of each kind, and how many kits.
    say
        Takes progress.
    """
    no_pico, no_avr, no_m3 = missing(), missing_avr(), missing_m3()
    for why_not in (no_pico, no_avr, no_m3):
        if why_not is not None:
            say(f"left out: {why_not}")
    return {
        "schema": "station.bench.firmware/1",
        "boards": {board.name: _board(board, seeds, say) for board in BOARDS},
        "pico": firmware_pico.measure(say) if no_pico is None else None,
        "arduinos": firmware_avr.measure(say) if no_avr is None else None,
        "cortex_m3": firmware_sync.measure(_SYNC_S, say) if no_m3 is None else None,
    }


def _board(board: Board, seeds: int, say: Callable[[str], None]) -> dict[str, Any]:
    chosen = range(_FIRST_SEED, _FIRST_SEED + seeds)
    pads: dict[str, Any] = {}
    for kind in PadKind:
        say(f"{board.name}: {seeds} {kind} pads")
        pads[str(kind)] = {
            scene: {who: summary(score) for who, score in both.items()}
            for scene, both in one_pad(board, kind, chosen).items()
        }
    say(f"{board.name}: {seeds} kits of five pads")
    scores = kit(board, chosen)
    say(f"{board.name}: bad inputs")
    return {
        "pads": pads,
        "kit": {
            scene: {who: summary(score) for who, score in both.items()}
            for scene, both in scores.items()
        },
        "crosstalk": told_apart(scores),
        "bad_inputs": bad_inputs(board, range(_FIRST_SEED, _FIRST_SEED + max(1, seeds // 4))),
    }


_HEAD = (
    f"{'':26}{'found %':>9}{'doubled':>8}{'not fl.':>8}{'vel. % of':>10}{'of its':>7}"
    f"{'stamp µs':>10}{'SD':>6}{'in 250':>8}{'wire ms':>8}  {'peer: found, doubled, SD':>26}"
)
_GOALS = (
    f"{'  goal':26}{'99.9':>9}{'0.1 %':>8}{'':>8}{'5':>10}{'':>7}{'':>10}{'125':>6}{'100':>8}"
    f"{'5':>8}"
)


def _row(name: str, both: dict[str, dict[str, Any]]) -> str:
    ours, peer = both["ours"], both["peer"]
    return (
        f"  {name:24}{ours['found_percent']:9.3f}{ours['doubled']:8}{ours['doubled_not_flagged']:8}"
        f"{ours['velocity_rms_of_full_percent']:10.2f}{ours['velocity_rms_of_own_percent']:7.1f}"
        f"{ours['stamp_mean_us']:10.0f}{ours['stamp_sd_us']:6.0f}"
        f"{ours['stamp_within_250_us_percent']:8.2f}{ours['wire_p99_ms']:8.2f}"
        f"  {peer['found_percent']:9.2f} %{peer['doubled']:7}{peer['stamp_sd_us']:7.0f}"
        f"{_ratio(peer['stamp_sd_us'], ours['stamp_sd_us'])}"
    )


def _all_together(pads: dict[str, Any]) -> str:
    """Every scene on single pads in one line."""
    parts = []
    for who in ("ours", "peer"):
        rows = [both[who] for scenes in pads.values() for both in scenes.values()]
        strikes = sum(row["strikes"] for row in rows)
        found = sum(row["found"] for row in rows)
        doubled = sum(row["doubled"] for row in rows)
        parts.append(
            f"{found} of {strikes} found ({100.0 * found / strikes:.3f} %), {doubled} doubled"
        )
    return f" single pads, all together: {parts[0]}; the peer: {parts[1]}"


def _ratio(peer: float, ours: float) -> str:
    return f" ({peer / ours:.0f} ×)" if ours else ""


def render(result: dict[str, Any]) -> str:
    """The result for people."""
    lines = []
    for name, board in result["boards"].items():
        lines += [f"{name}", _HEAD, _GOALS]
        for kind, scenes in board["pads"].items():
            lines.append(f" {kind}")
            lines += [_row(scene, both) for scene, both in scenes.items()]
        lines.append(
            " a kit of five pads on one stand (echoes count as doubled; flagged: crosstalk)"
        )
        lines += [_row(scene, both) for scene, both in board["kit"].items()]
        lines.append(_all_together(board["pads"]))
        apart = board["crosstalk"]
        lines += [
            f" crosstalk told from unison: {apart['unison_not_flagged_percent']:.2f} % of unisons "
            f"not suspected, {apart['echoes_flagged_percent']:.2f} % of {apart['echoes']} echoes "
            f"suspected (goal: 98 both); of a third pad's echoes of a unison "
            f"{apart['third_pads_echoes_flagged_percent']:.2f} %",
            " bad inputs: false hits (the peer's), and strikes found on the pad beside",
        ]
        lines += [
            f"  {what:32}{row['false']:6} ({row['peer_false']}) in {row['seconds']:.0f} s, "
            f"{row['found']} of {row['strikes']}"
            for what, row in board["bad_inputs"].items()
        ]
    if result["pico"] is not None:
        lines.append(firmware_pico.render(result["pico"]))
    if result["arduinos"] is not None:
        lines.append(firmware_avr.render(result["arduinos"]))
    if result["cortex_m3"] is not None:
        lines.append(firmware_sync.render(result["cortex_m3"]))
    return "\n".join(lines)
