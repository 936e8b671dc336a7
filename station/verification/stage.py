"""Where a drummer with known truth plays: a virtual MIDI port, or a simulated trigger board."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from station.clock import MONOTONIC
from station.drummer.midi import midi_messages
from station.drummer.performance import Performance
from station.errors import WrongUse
from station.hal.rtmidi_port import OutputPort, open_virtual_output
from station.hal.striker import strike
from station.hal.virtual import virtual_midi
from station.hal.virtual_kit import VirtualKit, open_virtual_kit
from station.kits.library import load_library
from station.kits.profile import Profile
from station.units import ms_from_ns

_NOTE_ON = 0x90
BOARD_PROFILE = "trigger-board"


class Stage(Protocol):
    """One end of a wire; the station is at the other."""

    @property
    def address(self) -> str:
        """What the station opens."""
        ...

    def playable(self, performance: Performance) -> Performance:
        """The performance as this wire can carry it.

        Raises
        ------
        WrongUse
            When it is on pads that are not there.
        """
        ...

    def play(self, performance: Performance, start_ns: int) -> list[float]:
        """Play it with tick 0 at `start_ns`; when each strike really was, ms from there."""
        ...


@dataclass(frozen=True, slots=True)
class MidiStage:
    """A virtual MIDI port."""

    port: OutputPort
    address: str

    def playable(self, performance: Performance) -> Performance:
        """MIDI carries everything."""
        return performance

    def play(self, performance: Performance, start_ns: int) -> list[float]:
        """Send each note at its time; when it was handed to the port."""
        messages = midi_messages(performance)
        sent = strike(self.port, messages, start_ns, MONOTONIC, threading.Event())
        return [
            ms_from_ns(t - start_ns)
            for t, (_, data) in zip(sent, messages, strict=True)
            if data[0] & 0xF0 == _NOTE_ON and data[2] > 0
        ]


@dataclass(frozen=True, slots=True)
class BoardStage:
    """A simulated trigger board, struck at exactly the times that were meant."""

    kit: VirtualKit
    profile: Profile

    @property
    def address(self) -> str:
        """What the station opens."""
        return self.kit.address

    def playable(self, performance: Performance) -> Performance:
        """No softer than the board can hear."""
        softest = self.kit.softest
        return replace(
            performance,
            strikes=tuple(
                replace(s, velocity=max(s.velocity, softest)) for s in performance.strikes
            ),
        )

    def play(self, performance: Performance, start_ns: int) -> list[float]:
        """Tell the board all strikes to come; their times are the truth."""
        for s in performance.strikes:
            number = self.profile.strike_number((s.pad, s.zone))
            if number is None or number[0] >= self.kit.pads:
                raise WrongUse(
                    f"The simulated board has no {s.pad.value}; choose a chart without it."
                )
            self.kit.strike(start_ns + s.t_ns, *number, s.velocity)
        return [ms_from_ns(s.t_ns) for s in performance.strikes]


@contextlib.contextmanager
def midi_stage(port_name: str, say: Callable[[str], None]) -> Iterator[MidiStage]:
    """A virtual MIDI port of this name.

    Raises
    ------
    OutsideError
        When there is none to be had.
    """
    with virtual_midi(say), open_virtual_output(port_name) as port:
        yield MidiStage(port, f"midi://{port_name}")


@contextlib.contextmanager
def board_stage() -> Iterator[BoardStage]:
    """A simulated trigger board on a serial line.

    Raises
    ------
    OutsideError
        When there is none to be had.
    """
    with open_virtual_kit("serial") as kit:
        yield BoardStage(kit, load_library().named(BOARD_PROFILE))
