"""`station calibrate`: the constant between what a player hears and what the kit reports."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from station.calibration.names import kit_name
from station.calibration.outcome import Measured, Outcome
from station.cli._kit_choice import choose_kits
from station.cli._output import STDOUT, check_target, note, say, write_json
from station.cli._parser import add_json, bpm, whole
from station.cli._sound_choice import add_sound_argument, chosen_sound
from station.errors import WrongUse
from station.model import Calibration
from station.units import ms_from_ns

DESCRIPTION = """\
Measure the constant between what you hear and what the kit reports, so that the station can say
whether you play ahead of the click or behind it. It is kept for this kit with this sound card,
and every take on them is judged with it; measure again when either changes.
  tap  tap any pad along with the click. You are part of what is measured: people tap a little
       before a click that they know is coming. 'Centred' then means: where you tap at ease.
  loopback    a cable from the card's output to its input: what the card itself adds to what it
       says. You and the kit's own delay are not in it.
  microphone  first at the headphones, then at the pad: the card and the pad's own delay, without
       you. The microphone's own delay is in both and cancels."""
EXAMPLE = """\
station calibrate midi://TD-17
station calibrate midi://TD-17 --sound audio://USB --bpm 100 --beats 32
station calibrate midi://TD-17 --sound audio://USB --method microphone --input USB
station calibrate 'sim://?player=steady&offset_ms=12&realtime=0' --sound simsound:// --json -"""

SCHEMA = "station.calibration/1"
_DEFAULT_SOUND = "audio://default"
_METHODS = ("tap", "loopback", "microphone")
# What the engine measures, it keeps itself.
_BY_ENGINE = "tap"
_MEANINGS = {
    "tap": "Your own anticipation is in it: 'centred' now means where you tap at ease, 'ahead' and "
    "'behind' are from there.",
    "loopback": "It is the card's part, its input's own latency included; the pad's own delay is "
    "not in it ('--method microphone' measures both).",
    "microphone": "It is the card's part and the pad's own delay together; you are not in it.",
}
_NO = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station calibrate`."""
    parser.add_argument(
        "kits", nargs="*", metavar="ADDRESS", help="the kit ('station kits' lists them)"
    )
    add_sound_argument(parser, _DEFAULT_SOUND)
    parser.add_argument("--method", choices=_METHODS, default="tap", help="how (tap)")
    parser.add_argument(
        "--input",
        default="",
        metavar="NAME",
        help="a part of the input's name, to record with (the system's own choice)",
    )
    parser.add_argument("--bpm", type=bpm, default=90.0, help="the click's tempo (90)")
    parser.add_argument(
        "--beats", type=whole(20, 400), default=24, metavar="N", help="clicks after a count-in (24)"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Measure and keep; returns the exit code.

    Raises
    ------
    StationError
        When kit or sound card cannot be opened, or what was measured cannot be kept.
    """
    check_target(args.json)
    addresses, remark = choose_kits(args.kits)
    if remark:
        note(remark)
    sound, outcome = _measure(args, addresses)
    told = _told(kit_name(addresses), sound, args.method, outcome)
    if isinstance(outcome, Measured) and args.method != _BY_ENGINE:
        _keep(told, outcome)
    if args.json != STDOUT:
        _show(told, outcome)
    write_json(told, args.json)
    return 0 if isinstance(outcome, Measured) else _NO


def _measure(args: argparse.Namespace, addresses: list[str]) -> tuple[str, Outcome]:
    sound = chosen_sound(args, _DEFAULT_SOUND)
    if args.method == _BY_ENGINE:
        from station.cli._calibrate_tap import tap

        return tap(addresses, sound, args.bpm, args.beats)
    if sound.startswith("simsound:"):
        raise WrongUse("What a simulated card plays, nobody can record; name a real one (--sound).")
    from station.cli import _calibrate_recorded as recorded

    if args.method == "loopback":
        return recorded.loopback(sound, args.input)
    return recorded.microphone(addresses, sound, args.input)


def _told(kit: str, sound: str, method: str, outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "kit": kit,
        "sound": sound,
        "method": method,
        "measured_at": datetime.now(UTC).astimezone().isoformat(timespec="milliseconds"),
    }
    if isinstance(outcome, Measured):
        numbers = {
            "latency_ms": outcome.latency_ns,
            "spread_ms": outcome.spread_ns,
            "sd_ms": outcome.sd_ns,
        }
        told |= {name: round(ms_from_ns(ns), 3) for name, ns in numbers.items()}
        return told | {"n": outcome.count, "refused": None}
    return told | {
        "latency_ms": None,
        "spread_ms": None,
        "sd_ms": None,
        "n": None,
        "refused": outcome.reason,
    }


def _keep(told: dict[str, Any], outcome: Measured) -> None:
    from station.takes.store import Store

    with Store.open() as store:
        store.calibrate(
            Calibration(
                kit=told["kit"],
                sound=told["sound"],
                latency_ns=outcome.latency_ns,
                spread_ns=outcome.spread_ns,
                count=outcome.count,
                method=told["method"],
                measured_at=told["measured_at"],
            )
        )


def _show(told: dict[str, Any], outcome: Outcome) -> None:
    if not isinstance(outcome, Measured):
        say(f"Not calibrated: {outcome.reason}")
        return
    say(
        f"latency {told['latency_ms']:+.1f} ms, known to ± {told['spread_ms']:.1f} ms "
        f"(by {told['method']} from {outcome.count}, each ± {told['sd_ms']:.1f} ms)"
    )
    say(f"Kept for {told['kit']} with {told['sound']}: takes on both are judged with it.")
    say(_MEANINGS[told["method"]])
