"""Which sound card a command means, and how its click sounds."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from station.cli._parser import number, whole
from station.engine.messages import Click, KitVoices
from station.errors import SoundError, SoundReason, WrongUse
from station.sound_choice import GATES, MOST_BARS, SUBDIVISIONS, SoundChoice

VARIABLE = "STATION_SOUND"


def add_sound_argument(parser: argparse._ActionsContainer, default: str) -> None:
    """`--sound ADDRESS`, as every command that clicks has it."""
    parser.add_argument(
        "--sound",
        metavar="ADDRESS",
        help="sound card: audio://default, audio:// and a part of its name, audio://none; "
        f"without it what {VARIABLE} says, else {default}",
    )


def chosen_sound(args: argparse.Namespace, default: str) -> str:
    """The address that was typed, else the environment's, else `default`."""
    return str(args.sound or os.environ.get(VARIABLE) or default)


def add_click_arguments(parser: argparse.ArgumentParser) -> None:
    """How a take sounds."""
    sound = parser.add_argument_group("how it sounds")
    add_sound_argument(sound, "none")
    sound.add_argument(
        "--click", default="wood", metavar="VOICE", help="wood, beep, cowbell, rim or tick (wood)"
    )
    sound.add_argument(
        "--midi-click",
        default="",
        metavar="PORT",
        help="the drum module behind this MIDI port clicks, without the computer's own latency",
    )
    sound.add_argument(
        "--subdivision",
        choices=SUBDIVISIONS,
        default="none",
        help="what sounds between the beats (none)",
    )
    sound.add_argument(
        "--on",
        type=whole(1, MOST_BARS),
        default=1,
        metavar="BARS",
        help="so many bars sound, then …",
    )
    sound.add_argument(
        "--off",
        type=whole(0, MOST_BARS),
        default=0,
        metavar="BARS",
        help="… so many are silent (0)",
    )
    sound.add_argument(
        "--volume", type=number(0, 1), default=0.8, metavar="X", help="of the click, 0 to 1 (0.8)"
    )
    sound.add_argument(
        "--kit-voices", action="store_true", help="hits sound, for pads that have no drum module"
    )
    sound.add_argument(
        "--module-voices",
        default="",
        metavar="PORT",
        help="the drum module behind this MIDI port plays the hits that --gate lets through; "
        "switch its local control off",
    )
    sound.add_argument(
        "--gate",
        choices=GATES,
        default="off",
        help="with --kit-voices or --module-voices: only hits sound that are in time, to 35, 20 "
        "or 10 ms (off)",
    )


def click_of(args: argparse.Namespace) -> Click:
    """The click as it was asked for."""
    return Click(
        voice=args.click,
        subdivision=args.subdivision,
        on_bars=args.on,
        off_bars=args.off,
        volume=args.volume,
        midi_port=args.midi_click,
    )


def kit_voices_of(args: argparse.Namespace) -> KitVoices | None:
    """How hits sound, where that was asked for.

    Raises
    ------
    WrongUse
        When nothing would come of it.
    """
    port: str = args.module_voices
    if args.kit_voices and port:
        raise WrongUse("Either the card plays the hits or the module; leave out one of the two.")
    if not args.kit_voices and not port:
        if args.gate != GATES[0]:
            raise WrongUse(
                f"'--gate {args.gate}' says which hits sound, and none do; add '--kit-voices' or "
                "'--module-voices PORT'."
            )
        return None
    return KitVoices(gate=args.gate, midi_port=port)


def silent_bars(args: argparse.Namespace) -> Callable[[int], bool]:
    """Which bars, from 0, have no click."""
    return SoundChoice(on_bars=args.on, off_bars=args.off).is_silent


def no_sound() -> SoundError:
    """There is nothing to hear, and so nothing to measure."""
    return SoundError(
        "Without a sound card there is no click to measure by; name one that is there (--sound).",
        SoundReason.NO_DEVICE,
    )
