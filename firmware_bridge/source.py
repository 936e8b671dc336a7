"""A kit on a serial line: a board of our own protocol, or one that speaks a dialect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from firmware_bridge.board_talk import SIGMA_NS, BoardTalk
from firmware_bridge.boards import find_board, is_device
from firmware_bridge.cues import FULL, WantedCue, WhenDone
from firmware_bridge.dialects import edrumulus
from firmware_bridge.dialects.recognise import Dialect
from firmware_bridge.handshake import BoardInfo
from firmware_bridge.knock import SPEEDS, Found, who_is_at
from firmware_bridge.link import Link
from firmware_bridge.messages import Capability, Message
from firmware_bridge.midi_talk import SIGMA_NS as ARRIVAL_SIGMA_NS
from firmware_bridge.midi_talk import MidiTalk
from firmware_bridge.port import open_port
from station.clock import Clock
from station.errors import KitError, KitReason, WrongUse
from station.hal.address import Address
from station.hal.api import KitEvent, KitInfo
from station.hal.inbox import Inbox
from station.model import StampedBy
from station.units import NS_PER_S, NS_PER_US

# While a link is lost, or a hit is missing, hits may come out of the board's ring; not for ever.
# Counted from when the line was last heard, not from now: what came while we were held up is
# still to be read. What comes out of the ring after all keeps the time that the board measured,
# and is late: a stamp moved by seconds would be worth nothing.
_HOLD_NS = 2 * NS_PER_S
_MIDI_BAUD = 31_250
_LONGEST_CUE_US = 2**32 - 1
# Those that can be asked for by name, and how fast they usually run.
DIALECTS = {Dialect.MIDI.value: _MIDI_BAUD, Dialect.EDRUMULUS.value: edrumulus.BAUD}
# As kit profiles look for them.
DIALECT_NAMES = {
    Dialect.MIDI: "MIDI over serial",
    Dialect.EDRUMULUS: "Edrumulus",
    Dialect.FIRMATA: "Firmata",
}


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
        quiet_ns = max(self.talk.quiet_ns, self._link.heard_ns - _HOLD_NS)
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

    def cue(
        self,
        at_ns: int,
        output: int,
        strength: float,
        duration_ns: int,
        done: WhenDone = lambda _: None,
    ) -> bool:
        """Switch a light or motor on at a time of the host's clock; see `hal.api.TakesCues`.

        `done`, where it is given, is told when that really was; it is called on another
        thread and must not block.
        """
        talk = self.talk
        if not isinstance(talk, BoardTalk) or self._link is None or not talk.tied:
            return False
        board = talk.board
        if board is None or not board.capabilities & (Capability.LED | Capability.HAPTIC):
            return False
        value = round(FULL * min(1.0, max(0.0, strength)))
        duration_us = min(_LONGEST_CUE_US, max(0, duration_ns) // NS_PER_US)
        talk.cue(WantedCue(at_ns, output, value, duration_us), done)
        self._wake_link()
        return True

    @property
    def board(self) -> BoardInfo:
        """The board, once open.

        Raises
        ------
        KitError
            When the kit is no board of our own protocol.
        """
        return self._own_talk()[1]

    def ask(self, question: Message, within_s: float = 3.0) -> Message:
        """Ask the board something and wait for its answer; not from the link's thread.

        Raises
        ------
        KitError
            When the board is not there or does not answer, or the kit is no board of ours.
        """
        talk, _ = self._own_talk()
        answers: list[Message | None] = []
        answered = threading.Event()

        def reply(answer: Message | None) -> None:
            answers.append(answer)
            answered.set()

        talk.ask(question, reply)
        self._wake_link()
        if not answered.wait(within_s) or answers[0] is None:
            raise KitError(
                f"{self._name} does not answer; look at its cable and try again.", KitReason.LOST
            )
        return answers[0]

    def _own_talk(self) -> tuple[BoardTalk, BoardInfo]:
        talk = self.talk
        if not isinstance(talk, BoardTalk) or talk.board is None or self._link is None:
            raise KitError(
                f"{self._name} cannot be asked anything: it is no open trigger board of this "
                "station's own protocol.",
                KitReason.NOT_A_KIT,
            )
        return talk, talk.board

    def _wake_link(self) -> None:
        if self._link is not None:
            self._link.wake()

    def _find(self) -> Found:
        target = self._address.target
        if not is_device(target):
            return find_board(board_id_of(self._address), self._clock)
        if self._dialect:
            baud = self._baud or DIALECTS[self._dialect]
            return Found(open_port(target, baud), baud, None, Dialect(self._dialect))
        return who_is_at(target, self._clock, (self._baud,) if self._baud else SPEEDS)

    def _begin(self, found: Found, wake: Callable[[], None]) -> None:
        inbox = Inbox(wake)
        first_seq = self.talk.next_seq if self.talk is not None else 0
        if found.board is None:
            kind = found.dialect or Dialect.MIDI
            self._name = DIALECT_NAMES[kind]
            self._detail = f"{found.port.path}, {found.baud} baud"
            talk: BoardTalk | MidiTalk = MidiTalk(found.baud, inbox, first_seq)
        else:
            board = found.board
            self._name = board_name(board)
            self._detail = f"{found.port.path}, {board.firmware}, {board.pads} pads"
            talk = BoardTalk(found.baud, inbox, first_seq, board)
        self.talk = talk
        self._watermark_ns = max(self._watermark_ns, self._clock.now_ns() - _HOLD_NS)
        self._link = Link(found, talk, self._clock)


def board_name(board: BoardInfo) -> str:
    """As the kit profile for boards of our own protocol looks for it."""
    return f"Trigger board ({board.board or board.board_id})"


def board_id_of(address: Address) -> str:
    """The id that an address names, as 16 hexadecimal digits.

    Raises
    ------
    WrongUse
        When it is none.
    """
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
