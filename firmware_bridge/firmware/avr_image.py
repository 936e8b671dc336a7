"""From a linked AVR program to what avrdude takes, and how full the chip is."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Where avr-gcc lays the chip's memories in one address space.
_RAM = 0x80_0000
_EEPROM = 0x81_0000
_LOADED = 1
_BYTES_A_LINE = 16
_END = ":00000001FF\n"


@dataclass(frozen=True, slots=True)
class AvrMemory:
    """How much of a chip a program takes.

    Attributes
    ----------
    flash
        Bytes of program memory: code, constants, and what variables start with.
    ram
        Bytes of variables; the stack has what is left.
    """

    flash: int
    ram: int


def finish_avr(elf: Path) -> list[Path]:
    """Write the Intel HEX file beside a linked program; its path."""
    made = elf.with_suffix(".hex")
    made.write_text(intel_hex(flash_image(elf.read_bytes())), encoding="ascii")
    return [made]


def flash_image(elf: bytes) -> bytes:
    """What lies in the program memory, from its first byte on.

    Raises
    ------
    ValueError
        When it is no linked AVR program.
    """
    image = bytearray()
    for _, at, data, _ in _segments(elf):
        if data:
            image.extend(b"\xff" * (at + len(data) - len(image)))
            image[at : at + len(data)] = data
    return bytes(image)


def avr_memory(elf: bytes) -> AvrMemory:
    """How much of the chip a linked program takes.

    Raises
    ------
    ValueError
        When it is no linked AVR program.
    """
    ram = sum(size for address, _, _, size in _segments(elf) if _RAM <= address < _EEPROM)
    return AvrMemory(len(flash_image(elf)), ram)


def intel_hex(image: bytes) -> str:
    """An image as Intel HEX: what every programmer of AVRs takes."""
    lines = []
    for at in range(0, len(image), _BYTES_A_LINE):
        data = image[at : at + _BYTES_A_LINE]
        record = struct.pack(">BHB", len(data), at, 0) + data
        lines.append(f":{record.hex()}{-sum(record) & 0xFF:02x}\n".upper())
    return "".join(lines) + _END


def _segments(elf: bytes) -> Iterator[tuple[int, int, bytes, int]]:
    """Of each loaded segment: address, address in the flash, bytes there, size in memory."""
    machine_avr = 83
    if elf[:6] != b"\x7fELF\x01\x01" or struct.unpack_from("<H", elf, 18)[0] != machine_avr:
        raise ValueError("not a linked AVR program")
    at, size, count = struct.unpack_from("<28xI10xHH", elf)
    for number in range(count):
        kind, offset, address, flash, stored, length = struct.unpack_from(
            "<6I", elf, at + number * size
        )
        if kind == _LOADED:
            yield address, flash, elf[offset : offset + stored], length
