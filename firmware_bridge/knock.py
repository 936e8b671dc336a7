"""Who is at the other end of a port: asked and listened to, at one speed after another."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from firmware_bridge.codec import Unread, decode, encode
from firmware_bridge.dialects.firmata import WHY_NOT
from firmware_bridge.dialects.recognise import Dialect, Ear
from firmware_bridge.frames import END, FrameDecoder
from firmware_bridge.handshake import BoardInfo, common_major, greet
from firmware_bridge.messages import TYPE_OF, Hello, HelloAck
from firmware_bridge.port import PortLost, SerialPort, open_port
from station.clock import Clock
from station.errors import KitError, KitReason
from station.units import NS_PER_MS

# Most likely first: what USB takes as well as any other, a UART's exact speeds on 16 MHz, what
# MIDI over serial runs at, and Firmata's.
SPEEDS = (1_000_000, 115_200, 38_400, 31_250, 500_000, 250_000, 57_600)
# A board that resets when it is opened is silent for up to 3 s, and may then be at the last
# of all speeds.
PATIENCE_NS = 4_500 * NS_PER_MS
# First listen: who speaks by himself need not be asked.
_LISTEN_NS = 20 * NS_PER_MS
_SLOT_NS = 150 * NS_PER_MS
_STEP_S = 0.02


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody answers, and the port is open.

    Attributes
    ----------
    port
        Belongs to whoever asked.
    baud
        The speed.
    board
        A board of our protocol; None for a dialect.
    dialect
        What it speaks instead; None for our protocol.
    heard, heard_ns
        The bytes that told, and when the last of them came: whoever goes on with the port
        begins with them, or what is struck meanwhile would be lost.
    """

    port: SerialPort
    baud: int
    board: BoardInfo | None
    dialect: Dialect | None
    heard: bytes = b""
    heard_ns: int = 0


class Knock:
    """Asks at one port until somebody answers; closes the port only when told.

    Parameters
    ----------
    path
        The device.
    speeds
        Tried in turn, again and again.
    clock
        The host's.

    Raises
    ------
    KitError
        When the port cannot be opened.
    """

    def __init__(self, path: str, speeds: Sequence[int], clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._speeds = itertools.cycle(speeds)
        self._several = len(speeds) > 1
        self._tried = tuple(speeds)
        self._baud = next(self._speeds)
        self._port = open_port(path, self._baud)
        self._heard = b""
        self._anything = False
        self._decoder = FrameDecoder()
        self._ear = Ear()
        self._dialect: Dialect | None = None
        self._framed = False
        self._asked = False
        self._slot_ns = clock.now_ns()

    def step(self, timeout_s: float = _STEP_S) -> Found | None:
        """Listen at most so long, ask when it is time, and say who is there once it is clear.

        Raises
        ------
        PortLost
            When the device is gone.
        KitError
            When it is clear that it is no kit, or a board whose protocol we do not speak.
        """
        data = self._port.read(timeout_s)
        now_ns = self._clock.now_ns()
        if data:
            self._heard += data
            found = self._listen(data, now_ns)
            if found is not None:
                return found
        if not self._asked and now_ns - self._slot_ns >= _LISTEN_NS:
            self._asked = True
            # To a MIDI board this is a few controllers on channel 16, where no kit listens.
            self._port.write(END + encode(Hello()))
        if now_ns - self._slot_ns >= _SLOT_NS:
            return self._end_slot()
        return None

    def give_up(self) -> KitError:
        """Why nobody was found, as far as can be said."""
        if self._anything:
            speeds = ", ".join(map(str, self._tried))
            return KitError(
                f"{self.path} sends something that no trigger board says at {speeds} baud; if it "
                "is one, say its speed with '?baud='.",
                KitReason.NOT_A_KIT,
            )
        return KitError(
            f"{self.path} says nothing: no trigger board, or one that speaks only when struck; "
            f"for MIDI over serial open 'serial://{self.path}?dialect=midi&baud=31250'.",
            KitReason.NOT_A_KIT,
        )

    def close(self) -> None:
        """Give the port back."""
        self._port.close()

    def _listen(self, data: bytes, now_ns: int) -> Found | None:
        for frame in self._decoder.feed(data):
            self._framed = True
            message = decode(frame, newer=True)
            if isinstance(message, Unread):
                if frame.type == TYPE_OF[HelloAck] and len(frame.payload) > 1:
                    # Of a newer protocol's greeting only this much is sure to be as ours.
                    common_major(frame.payload[0], frame.payload[1])
            elif isinstance(message, HelloAck):
                board = greet(message)
                return Found(self._port, self._baud, board, None, self._heard, now_ns)
        self._dialect = self._ear.hear(data)
        return None

    def _end_slot(self) -> Found | None:
        """Judge what was heard; a board of ours would have answered by now."""
        dialect = None if self._framed else self._dialect
        if dialect is Dialect.FIRMATA:
            name = self._ear.firmware_name
            raise KitError(
                f"{self.path} is a Firmata board{f' ({name})' if name else ''}, not a kit: "
                f"{WHY_NOT}.",
                KitReason.NOT_A_KIT,
            )
        if dialect is not None:
            return Found(self._port, self._baud, None, dialect, self._heard, self._clock.now_ns())
        if self._several:
            self._baud = next(self._speeds)
            while not self._port.set_baud(self._baud):
                self._baud = next(self._speeds)
        self._begin_slot()
        return None

    def _begin_slot(self) -> None:
        self._anything = self._anything or bool(self._heard)
        self._heard = b""
        self._decoder = FrameDecoder()
        self._ear = Ear()
        self._dialect = None
        self._framed = False
        self._asked = False
        self._slot_ns = self._clock.now_ns()


def who_is_at(
    path: str,
    clock: Clock,
    speeds: Sequence[int] = SPEEDS,
    patience_ns: int = PATIENCE_NS,
    stop: threading.Event | None = None,
) -> Found:
    """Open a device and find out who is there.

    Parameters
    ----------
    path, speeds
        The device, and what to try.
    clock
        The host's.
    patience_ns
        How long to try.
    stop
        Ends it early, as if nobody had answered.

    Raises
    ------
    KitError
        When the port cannot be opened, nobody answers, or it is no kit.
    """
    until_ns = clock.now_ns() + patience_ns
    knock = Knock(path, speeds, clock)
    try:
        while clock.now_ns() < until_ns and not (stop is not None and stop.is_set()):
            found = knock.step()
            if found is not None:
                return found
    except PortLost as error:
        knock.close()
        raise KitError(
            f"{path} went away while it was being asked; plug it in again.", KitReason.LOST
        ) from error
    except BaseException:
        knock.close()
        raise
    knock.close()
    raise knock.give_up()
