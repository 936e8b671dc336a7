"""The click as MIDI notes: a drum module plays it, without the computer's audio latency."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from station.clock import MONOTONIC, Clock
from station.errors import OutsideError, StationError, WrongUse
from station.sound.click import Clicks
from station.sound.click_voices import Strength

_NOTE_ON, _NOTE_OFF = 0x90, 0x80
_ENDS_WITHIN_S = 2.0


class MidiPort(Protocol):
    """Where the notes go; `hal.rtmidi_port.OutputPort` is one."""

    def send(self, message: bytes) -> None:
        """Send one whole message at once."""
        ...


@dataclass(frozen=True, slots=True)
class ClickNotes:
    """Which notes a click is. The defaults are General MIDI's wood blocks on channel 10.

    Attributes
    ----------
    channel
        1 to 16.
    notes, velocities
        For accent, beat and subdivision: notes 0 to 127, velocities 1 to 127.

    Raises
    ------
    WrongUse
        Naming what is outside.
    """

    channel: int = 10
    notes: tuple[int, int, int] = (76, 77, 77)
    velocities: tuple[int, int, int] = (120, 95, 55)

    def __post_init__(self) -> None:
        """Refuse what MIDI cannot say."""
        if not 1 <= self.channel <= 16:
            raise WrongUse(f"MIDI has the channels 1 to 16, not {self.channel}.")
        for note in self.notes:
            if not 0 <= note <= 127:
                raise WrongUse(f"MIDI has the notes 0 to 127, not {note}.")
        for velocity in self.velocities:
            if not 1 <= velocity <= 127:
                raise WrongUse(f"A click's velocity is 1 to 127, not {velocity}.")

    def messages(self, strength: Strength) -> tuple[bytes, bytes]:
        """Note-on and note-off of a click."""
        note, channel = self.notes[strength], self.channel - 1
        on = bytes((_NOTE_ON | channel, note, self.velocities[strength]))
        return on, bytes((_NOTE_OFF | channel, note, 0))


class MidiClick:
    """Sends a take's clicks, each at its time, from a thread of its own.

    Parameters
    ----------
    port
        Where to. It belongs to whoever opened it, and is only sent to.
    notes
        What to.
    clock
        The host's monotonic clock.

    Attributes
    ----------
    muted
        Whether clicks are left out for now; those that follow keep their times.
    problem
        Why nothing is sent any more, or None.
    late_ns
        How late each click was handed to the port.
    """

    def __init__(self, port: MidiPort, notes: ClickNotes, clock: Clock = MONOTONIC) -> None:
        self.muted = False
        self.problem: StationError | None = None
        self.late_ns: list[int] = []
        self._port = port
        self._messages = [notes.messages(strength) for strength in Strength]
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(
        self, clicks: Clicks, start_ns: int, host_ns: Callable[[int], int] | None = None
    ) -> None:
        """Begin; clicks whose time is over are left out.

        Parameters
        ----------
        start_ns
            Tick 0, on the chart's clock.
        host_ns
            From the chart's clock to the host's (`GridClock.host_at`), where a sound card leads;
            asked shortly before each click. Without it both are the same.
        """
        self.stop()
        self._stop.clear()
        self.late_ns = []
        now = self._clock.now_ns()
        times = clicks.times_ns() + start_ns
        due = [
            (at, strength)
            for at, strength in zip(times.tolist(), clicks.strengths.tolist(), strict=True)
            if at >= now
        ]
        self._thread = threading.Thread(
            target=self._run, args=(due, host_ns), name="midi-click", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Send no more; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            thread.join(_ENDS_WITHIN_S)

    def join(self) -> None:
        """Wait until the last click is sent."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, due: list[tuple[int, int]], host_ns: Callable[[int], int] | None) -> None:
        for at, strength in due:
            at_ns = at if host_ns is None else host_ns(at)
            # The system wakes a sleeper within a tenth of a millisecond: to spin for the rest
            # would take the interpreter away from those who judge.
            if self._clock.wait(self._stop, at_ns - self._clock.now_ns()):
                return
            if self.muted:
                continue
            on, off = self._messages[strength]
            self.late_ns.append(self._clock.now_ns() - at_ns)
            try:
                self._port.send(on)
                self._port.send(off)
            except Exception as error:  # whatever a driver throws
                self.problem = OutsideError(
                    f"The click cannot be sent to the drum module any more ({error}); look at "
                    "its cable, then start again."
                )
                return
