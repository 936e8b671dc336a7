"""What a kit is to the station: the role that every driver plays.

A driver is found by its entry point (group `station.kit_drivers`, name = URL scheme, object
= a `KitDriver`). It makes `KitSource`s, which hand out events with the best time stamp that
the wire gives. `tests/contract/` has the suite that every source passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from station.charts.chart import Chart
from station.clock import Clock
from station.hal.address import Address
from station.model import Flag, StampedBy

END_OF_TIME_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """One MIDI message as it came.

    Attributes
    ----------
    seq
        Its number from this source, from 0, in the order of the wire.
    t_ns, t_sigma_ns
        The best stamp, on the host's monotonic clock, and its standard deviation.
    arrival_ns
        When the host first saw it.
    stamped_by
        Who stamped `t_ns`.
    data
        Status and data bytes.
    """

    seq: int
    t_ns: int
    t_sigma_ns: int
    arrival_ns: int
    stamped_by: StampedBy
    data: bytes


@dataclass(frozen=True, slots=True)
class StrikeEvent:
    """One hit from a wire that knows pads instead of MIDI notes.

    Attributes
    ----------
    pad, zone
        The board's own numbers, from 0.
    velocity
        0 to 127.
    flags
        What the board suspects.
    """

    seq: int
    t_ns: int
    t_sigma_ns: int
    arrival_ns: int
    stamped_by: StampedBy
    pad: int
    zone: int
    velocity: int
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True)
class ChokeEvent:
    """A cymbal was grabbed, on a wire that knows pads instead of MIDI notes.

    Attributes
    ----------
    pad, zone
        The board's own numbers, from 0.
    """

    t_ns: int
    pad: int
    zone: int


@dataclass(frozen=True, slots=True)
class PedalEvent:
    """The hi-hat's pedal moved, on a wire that knows pads instead of MIDI controllers.

    Attributes
    ----------
    pad
        The board's own number of the hi-hat, from 0.
    openness
        0 closed … 127 open.
    """

    t_ns: int
    pad: int
    openness: int


class LinkState(StrEnum):
    """How the wire to the kit is."""

    OPEN = "open"
    LOST = "lost"
    ENDED = "ended"  # a replay is over; nothing will come any more


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """The wire was lost, is back, or is at its end; in order with the hits around it."""

    t_ns: int
    state: LinkState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OverflowEvent:
    """The driver had to drop events: never silently."""

    t_ns: int
    lost: int


KitEvent = MidiEvent | StrikeEvent | ChokeEvent | PedalEvent | LinkEvent | OverflowEvent


@dataclass(frozen=True, slots=True)
class KitInfo:
    """What is known about a kit before or after opening it.

    Attributes
    ----------
    address
        The URL that opens it.
    name
        The port's or the board's own name.
    stamped_by, sigma_ns
        What its stamps are worth, as far as known now.
    simulated
        True for a kit that nobody strikes.
    detail
        For people: which system, firmware, file.
    corrected
        True when the pads' skew and the wire's queue have been taken off the times already:
        the replay of a kept take.
    """

    address: str
    name: str
    stamped_by: StampedBy
    sigma_ns: int
    simulated: bool = False
    detail: str = ""
    corrected: bool = False


class KitSource(Protocol):
    """An open (or to be opened) kit. All methods but the driver's own threads: one thread."""

    @property
    def info(self) -> KitInfo:
        """What it is, and what its stamps are worth by now."""
        ...

    def open(self, wake: Callable[[], None]) -> None:
        """Start listening.

        Parameters
        ----------
        wake
            Called from any thread whenever `read` has something new. Must not block.

        Raises
        ------
        KitError
            When it cannot be opened; the message says the way out.
        """
        ...

    def read(self) -> Sequence[KitEvent]:
        """Everything that came since the last call, in the order of the wire; never blocks."""
        ...

    def watermark_ns(self) -> int:
        """No event with an earlier `t_ns` will come any more; never goes back.

        While a link is lost it stands still (events may be asked for again), but not for
        more than two seconds. What is recovered after that keeps the time that was measured,
        and the engine flags it LATE. At the end of a replay: `END_OF_TIME_NS`.
        """
        ...

    def close(self) -> None:
        """Stop listening; may be called twice, and from `__exit__` after an error."""
        ...


@runtime_checkable
class FollowsChart(Protocol):
    """A source that plays along: a simulated drummer."""

    def follow(self, chart: Chart, start_ns: int) -> None:
        """Play `chart` with its tick 0 at `start_ns`; called once, after `open`."""
        ...


@runtime_checkable
class BringsItsTime(Protocol):
    """A source that already knows when tick 0 was: a replayed take or file."""

    @property
    def start_ns(self) -> int:
        """The chart's tick 0 on the clock of its events; known after `open`."""
        ...


@runtime_checkable
class TakesCues(Protocol):
    """A kit with lights or motors, which it switches by its own clock."""

    def cue(self, at_ns: int, output: int, strength: float, duration_ns: int) -> bool:
        """Switch an output on at a time of the host's clock; from any thread, never blocks.

        Parameters
        ----------
        at_ns
            When; a time that has just passed: at once.
        output
            The kit's own number of the light or motor, from 0.
        strength
            0 off to 1.
        duration_ns
            How long; 0: until the next cue of this output.

        Returns
        -------
        bool
            False when the kit has no outputs, or is not there.
        """
        ...


class KitDriver(Protocol):
    """Makes sources for one URL scheme."""

    @property
    def scheme(self) -> str:
        """The part before `://`."""
        ...

    def discover(self) -> Sequence[KitInfo]:
        """Kits that could be opened now; an absent system means none, not an error."""
        ...

    def create(self, address: Address, clock: Clock) -> KitSource:
        """A source for this address, not yet open.

        Raises
        ------
        WrongUse
            When the address has a parameter that this driver does not know.
        """
        ...


@runtime_checkable
class TellsWhyNot(Protocol):
    """A driver that knows devices which are no kits, or cannot be opened."""

    def why_not(self) -> Sequence[str]:
        """A sentence, with the way out, on each of them that the last `discover` met."""
        ...
