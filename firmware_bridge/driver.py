"""`serial://`: trigger boards on a serial line.

`serial:///dev/ttyACM0` opens a device, `serial://00c0ffee00c0ffee` a board by its id, wherever
it is plugged in. Parameters: `baud` (otherwise the usual speeds are tried) and `dialect`
(`midi` or `edrumulus`, for boards that say nothing until they are struck).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from firmware_bridge.board_talk import SIGMA_NS, BoardTalk
from firmware_bridge.boards import ask_everywhere, find_board, is_device
from firmware_bridge.dialects import edrumulus
from firmware_bridge.dialects.recognise import Dialect
from firmware_bridge.handshake import BoardInfo
from firmware_bridge.knock import SPEEDS, Found, who_is_at
from firmware_bridge.link import Link
from firmware_bridge.midi_talk import SIGMA_NS as ARRIVAL_SIGMA_NS
from firmware_bridge.midi_talk import MidiTalk
from firmware_bridge.port import open_port
from station.clock import MONOTONIC, Clock
from station.errors import WrongUse
from station.hal.address import Address
from station.hal.api import KitEvent, KitInfo
from station.hal.inbox import Inbox
from station.model import StampedBy
from station.units import NS_PER_S

# While a link is lost, hits may come out of the board's ring; not for ever.
_HOLD_NS = 2 * NS_PER_S
_MIDI_BAUD = 31_250
_DIALECTS = {Dialect.MIDI.value: _MIDI_BAUD, Dialect.EDRUMULUS.value: edrumulus.BAUD}


class SerialSource:
    """A kit on a serial line.

    Parameters
    ----------
    address
        Its target is a device or a board's id.
    clock
        What arrivals are read from.

    Attributes
    ----------
    talk
        The conversation, once open: a `BoardTalk` with boards of our own protocol.
    """

    def __init__(self, address: Address, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._baud = _baud_of(address)
        self._dialect = address.params.get("dialect")
        self.talk: BoardTalk | MidiTalk | None = None
        self._link: Link | None = None
        self._name = address.target
        self._detail = ""
        self._watermark_ns = 0

    @property
    def info(self) -> KitInfo:
        """The board and its stamps; before `open`, what can be said without asking."""
        talk = self.talk
        if talk is None:
            by = StampedBy.ARRIVAL if self._dialect else StampedBy.DEVICE
            sigma_ns = ARRIVAL_SIGMA_NS if self._dialect else SIGMA_NS
            return KitInfo(str(self._address), self._name, by, sigma_ns)
        detail = self._detail
        if isinstance(talk, MidiTalk) and talk.status is not None:
            detail = f"{talk.status}; {detail}"
        return KitInfo(
            str(self._address), self._name, talk.stamped_by, talk.sigma_ns, detail=detail
        )

    def open(self, wake: Callable[[], None]) -> None:
        """Find the board, ask who it is, and start listening; what was open is closed first.

        Takes some 30 ms with a board on USB, up to 4.5 s with one that resets when it is
        opened, or with a device that is no board.

        Raises
        ------
        KitError
            When there is no such device or board, it may not be opened, another program has
            it, or it is no kit.
        """
        self.close()
        found = self._find()
        try:
            self._begin(found, wake)
        except BaseException:
            found.port.close()
            raise

    def read(self) -> Sequence[KitEvent]:
        """Everything that came since the last call, in the order of the wire; never blocks."""
        if self._link is None or self.talk is None:
            return []
        # First: what was put before it is in what we drain.
        quiet_ns = max(self.talk.quiet_ns, self._clock.now_ns() - _HOLD_NS)
        events = self.talk.inbox.drain()
        self._watermark_ns = max(self._watermark_ns, quiet_ns)
        return events

    def watermark_ns(self) -> int:
        """All that was struck before this has been read; goes on with `read`."""
        return self._watermark_ns

    def close(self) -> None:
        """Stop listening; what was not read by now is dropped."""
        link, self._link = self._link, None
        if link is not None:
            link.stop()

    def wake(self) -> None:
        """Let the link send what its conversation was asked to; from any thread."""
        if self._link is not None:
            self._link.wake()

    def _find(self) -> Found:
        target = self._address.target
        if not is_device(target):
            return find_board(_board_id(self._address), self._clock)
        if self._dialect:
            baud = self._baud or _DIALECTS[self._dialect]
            return Found(open_port(target, baud), baud, None, Dialect(self._dialect))
        return who_is_at(target, self._clock, (self._baud,) if self._baud else SPEEDS)

    def _begin(self, found: Found, wake: Callable[[], None]) -> None:
        inbox = Inbox(wake)
        first_seq = self.talk.next_seq if self.talk is not None else 0
        if found.board is None:
            kind = found.dialect or Dialect.MIDI
            self._name = _DIALECT_NAMES[kind]
            self._detail = f"{found.port.path}, {found.baud} baud"
            talk: BoardTalk | MidiTalk = MidiTalk(found.baud, inbox, first_seq)
        else:
            board = found.board
            self._name = _board_name(board)
            self._detail = f"{found.port.path}, {board.firmware}, {board.pads} pads"
            talk = BoardTalk(found.baud, inbox, first_seq)
        self.talk = talk
        self._watermark_ns = max(self._watermark_ns, self._clock.now_ns() - _HOLD_NS)
        self._link = Link(found, talk, self._clock)


class SerialDriver:
    """Makes sources for `serial://`."""

    scheme = "serial"

    def __init__(self, clock: Clock = MONOTONIC) -> None:
        self._clock = clock

    def discover(self) -> Sequence[KitInfo]:
        """Every board that answers or is heard; takes 2.5 s at most.

        A device that says nothing, is taken or may not be opened is none, and no error: this
        is asked before somebody chooses a MIDI kit, too.
        """
        infos = []
        for answer in ask_everywhere(self._clock):
            if answer.found is not None:
                answer.found.port.close()
                infos.append(_info(answer.found))
        return infos

    def create(self, address: Address, clock: Clock) -> SerialSource:
        """A source for a device or a board's id.

        Raises
        ------
        WrongUse
            For a parameter that is not known, or a value that makes no sense.
        """
        address.only({"baud", "dialect"})
        if not is_device(address.target):
            _board_id(address)
        dialect = address.params.get("dialect")
        if dialect is not None and dialect not in _DIALECTS:
            known = ", ".join(sorted(_DIALECTS))
            raise WrongUse(f"{address}: '{dialect}' is no dialect; known are {known}.")
        return SerialSource(address, clock)


# As kit profiles look for them.
_DIALECT_NAMES = {
    Dialect.MIDI: "MIDI over serial",
    Dialect.EDRUMULUS: "Edrumulus",
    Dialect.FIRMATA: "Firmata",
}


def _info(found: Found) -> KitInfo:
    path = found.port.path
    if found.board is not None:
        board = found.board
        return KitInfo(
            f"serial://{board.board_id}",
            _board_name(board),
            StampedBy.DEVICE,
            SIGMA_NS,
            detail=f"{path}, {board.firmware}, {board.pads} pads",
        )
    dialect = found.dialect or Dialect.MIDI
    return KitInfo(
        f"serial://{path}?dialect={dialect.value}&baud={found.baud}",
        _DIALECT_NAMES[dialect],
        StampedBy.ARRIVAL,
        ARRIVAL_SIGMA_NS,
        detail=f"{path}, {found.baud} baud",
    )


def _board_name(board: BoardInfo) -> str:
    """As the kit profile for boards of our own protocol looks for it."""
    return f"Trigger board ({board.board or board.board_id})"


def _board_id(address: Address) -> str:
    try:
        number = int(address.target, 16)
        if 0 <= number < 1 << 64:
            return f"{number:016x}"
    except ValueError:
        pass
    raise WrongUse(
        f"{address}: write a device, as in 'serial:///dev/ttyACM0', or a board's id of up to 16 "
        "hexadecimal digits ('station kits' lists both)."
    )


def _baud_of(address: Address) -> int | None:
    text = address.params.get("baud")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not 300 <= int(text) <= 12_000_000:
        raise WrongUse(f"{address}: 'baud' is a whole number from 300 to 12000000, not '{text}'.")
    return int(text)


driver = SerialDriver()
