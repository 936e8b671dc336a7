"""Commands in words for the simulated board: one a line, an answer in JSON for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from firmware_bridge.simboard.faults import LineFaults
from firmware_bridge.simboard.runner import PtyBoard
from firmware_bridge.simboard.truth import truth_json
from station.errors import WrongUse

Answer = dict[str, Any]
_OK: Answer = {"ok": True}


@dataclass(frozen=True, slots=True)
class _Command:
    """How it is typed, what it does, and the doing."""

    usage: str
    does: str
    run: Callable[[PtyBoard, list[str]], Answer | None]
    fewest: int
    most: int


def _strike(board: PtyBoard, words: list[str]) -> None:
    board.strike(*(int(word) for word in words))


def _play(board: PtyBoard, words: list[str]) -> None:
    board.play(int(words[0]), float(words[1]))


def _line(board: PtyBoard, words: list[str]) -> None:
    bit_errors = float(words[0])
    board.set_faults(LineFaults(bit_errors, float(words[1]) if words[1:] else 0.0))


def _unplug(board: PtyBoard, words: list[str]) -> None:
    board.unplug(float(words[0]) if words else None, reset="reset" in words[1:])


def _help(_board: PtyBoard, _words: list[str]) -> Answer:
    return {"commands": {command.usage: command.does for command in COMMANDS.values()}}


COMMANDS: dict[str, _Command] = {
    c.usage.split()[0]: c
    for c in (
        _Command("strike PAD [VELOCITY [ZONE]]", "one hit now; velocity 0 to 65535", _strike, 1, 3),
        _Command("play COUNT RATE", "so many hits, so many a second", _play, 2, 2),
        _Command("choke PAD", "grab a cymbal", lambda b, w: b.choke(int(w[0])), 1, 1),
        _Command(
            "pedal PAD VALUE",
            "move a hi-hat's pedal; 0 open to 65535 closed",
            lambda b, w: b.pedal(int(w[0]), int(w[1])),
            2,
            2,
        ),
        _Command("line BIT_ERRORS [DROPS]", "chances of a wrong bit, a lost byte", _line, 1, 2),
        _Command("reset", "press the reset button", lambda b, _: b.reset(), 0, 0),
        _Command("unplug [SECONDS [reset]]", "pull the plug, for a while", _unplug, 0, 2),
        _Command("plug", "put the plug back", lambda b, _: b.plug(), 0, 0),
        _Command(
            "stall SECONDS", "do nothing for a while", lambda b, w: b.stall(float(w[0])), 1, 1
        ),
        _Command("garbage BYTES", "say random bytes", lambda b, w: b.garbage(int(w[0])), 1, 1),
        _Command("half-frame", "half a frame, then silence", lambda b, _: b.half_frame(), 0, 0),
        _Command("speak", "end a silence", lambda b, _: b.mute(False), 0, 0),
        _Command("truth", "true times of all hits", lambda b, _: truth_json(b.truth), 0, 0),
        _Command("help", "this", _help, 0, 0),
    )
}


def perform(board: PtyBoard, line: str) -> Answer:
    """Do what a line says.

    Returns
    -------
    dict
        ``{"ok": true}``, or what was asked for.

    Raises
    ------
    WrongUse
        When it makes no sense.
    """
    name, *words = line.split()
    command = COMMANDS.get(name)
    if command is None:
        raise WrongUse(f"'{name}' is no command; there are {', '.join(COMMANDS)}.")
    if not command.fewest <= len(words) <= command.most:
        raise WrongUse(f"'{line.strip()}' does not fit; write '{command.usage}'.")
    try:
        return command.run(board, words) or _OK
    except ValueError as error:
        raise WrongUse(f"'{line.strip()}': {error}; write '{command.usage}'.") from None
