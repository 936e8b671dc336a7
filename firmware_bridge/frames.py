"""Frames: packets of bytes on a wire that loses, changes and splits them.

``COBS( type u8 | seq u8 | payload ≤ 240 B | CRC-16 little-endian ) 0x00``

COBS (Cheshire & Baker 1999) takes every zero out of a packet, so that a zero on the wire is
always an end of frame: whatever was lost, the next zero is the place to begin again. A packet
of ours is shorter than 254 bytes and costs exactly one byte more. The check is
CRC-16/CCITT-FALSE, which Python has as `binascii.crc_hqx` with the start value 0xFFFF.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass
from typing import NamedTuple

MAX_PAYLOAD = 240
END = b"\0"
_CRC_START = 0xFFFF
_AROUND = 4  # type, seq and the two bytes of the CRC
_MIN_BLOCK = 1 + _AROUND
_MAX_BLOCK = 1 + _AROUND + MAX_PAYLOAD


class Frame(NamedTuple):
    """One packet whose check was right. A tuple: thousands are made a second."""

    type: int
    seq: int
    payload: bytes


@dataclass(slots=True)
class LineCounters:
    """What came over the line since the decoder was made.

    Attributes
    ----------
    frames
        Whole and right.
    bad_check
        The CRC did not fit.
    bad_form
        Not a COBS block, or too short to be a frame.
    too_long
        More than the longest frame without an end.
    """

    frames: int = 0
    bad_check: int = 0
    bad_form: int = 0
    too_long: int = 0

    @property
    def bad(self) -> int:
        """Everything that was no frame."""
        return self.bad_check + self.bad_form + self.too_long


def crc16(data: bytes | bytearray) -> int:
    """CRC-16/CCITT-FALSE; of ``b"123456789"`` it is 0x29B1."""
    return crc_hqx(data, _CRC_START)


def encode_frame(kind: int, seq: int, payload: bytes = b"") -> bytes:
    """The bytes of a frame as they go on the wire, its end included.

    Parameters
    ----------
    kind, seq
        0 to 255 each.
    payload
        At most `MAX_PAYLOAD` bytes.

    Raises
    ------
    ValueError
        When one of them is out of range.
    """
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"A payload of {len(payload)} bytes; a frame takes {MAX_PAYLOAD}.")
    body = bytes((kind, seq)) + payload
    body += crc_hqx(body, _CRC_START).to_bytes(2, "little")
    return b"".join([bytes((len(run) + 1,)) + run for run in body.split(END)]) + END


class FrameDecoder:
    """Frames out of bytes that come in any portions; never raises, never grows.

    The same bytes give the same frames and the same counts, however they are cut.

    Attributes
    ----------
    counters
        What came so far.
    """

    def __init__(self) -> None:
        self.counters = LineCounters()
        self._rest = b""
        self._skipping = False

    @property
    def waiting(self) -> int:
        """Bytes of a frame that has begun and not ended."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the wire; the frames that they complete, in order."""
        blocks = (self._rest + data).split(END)
        self._rest = blocks.pop()
        if self._skipping and blocks:
            self._skipping = False
            del blocks[0]
        frames = self._decode(blocks)
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > _MAX_BLOCK:
            self.counters.too_long += 1
            self._skipping = True
            self._rest = b""
        return frames

    def forget(self) -> None:
        """Drop a frame that has begun: the line was opened anew."""
        self._rest = b""
        self._skipping = False

    def _decode(self, blocks: list[bytes]) -> list[Frame]:
        """Blocks between two zeros to frames. One function, no calls: it is the hot path."""
        counters = self.counters
        frames: list[Frame] = []
        for block in blocks:
            length = len(block)
            if not length:
                continue  # a zero more than needed hurts nobody
            if length > _MAX_BLOCK:
                counters.too_long += 1
                continue
            packet = bytearray(block)
            at = 0
            while at < length:  # every code byte points at the next, and stands for a zero
                step = packet[at]
                packet[at] = 0
                at += step
            if at != length or length < _MIN_BLOCK:
                counters.bad_form += 1
            elif crc_hqx(packet[1:-2], _CRC_START) != packet[-2] | packet[-1] << 8:
                counters.bad_check += 1
            else:
                frames.append(Frame(packet[1], packet[2], bytes(packet[3:-2])))
        counters.frames += len(frames)
        return frames
