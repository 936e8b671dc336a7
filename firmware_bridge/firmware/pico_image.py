"""From a linked RP2040 program to what a Pico takes: a plain image and a UF2 file."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

FLASH_START: Final = 0x1000_0000
_BOOT2_SIZE: Final = 256
_BLOCK: Final = 256
_FAMILY_RP2040: Final = 0xE48B_FF56


def finish_pico(elf: Path) -> list[Path]:
    """Write the image and the UF2 file beside a linked program; their paths."""
    image = flash_image(elf.read_bytes())
    made = [elf.with_suffix(".bin"), elf.with_suffix(".uf2")]
    made[0].write_bytes(image)
    made[1].write_bytes(uf2(image))
    return made


def flash_image(elf: bytes) -> bytes:
    """What lies in the flash, from its first byte on, the second-stage boot's check put in.

    Parameters
    ----------
    elf
        A linked 32-bit little-endian program.

    Returns
    -------
    bytes
        The loaded segments, in place; 0xFF between them.

    Raises
    ------
    ValueError
        When it is no such program, or its second-stage boot is too long.
    """
    image = bytearray()
    for start, data in _segments(elf):
        at = start - FLASH_START
        image.extend(b"\xff" * (at + len(data) - len(image)))
        image[at : at + len(data)] = data
    if len(image) < _BOOT2_SIZE or any(image[_BOOT2_SIZE - 4 : _BOOT2_SIZE]):
        raise ValueError("the program has no second-stage boot of at most 252 bytes")
    check = boot_check(bytes(image[: _BOOT2_SIZE - 4]))
    image[_BOOT2_SIZE - 4 : _BOOT2_SIZE] = struct.pack("<I", check)
    return bytes(image)


def boot_check(data: bytes) -> int:
    """The CRC-32 that the RP2040's boot ROM wants behind the second-stage boot.

    Polynomial 0x04C11DB7, start 0xFFFFFFFF, highest bit first, no final exclusive-or.
    """
    crc = 0xFFFF_FFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C1_1DB7 if crc & 0x8000_0000 else 0)
            crc &= 0xFFFF_FFFF
    return crc


def uf2(image: bytes) -> bytes:
    """The image as the Pico's USB drive takes it: blocks of 512 bytes with their addresses."""
    pieces = [image[at : at + _BLOCK] for at in range(0, len(image), _BLOCK)]
    blocks = []
    for number, piece in enumerate(pieces):
        head = struct.pack(
            "<8I",
            0x0A32_4655,
            0x9E5D_5157,
            0x2000,  # the family stands in the last word of the head
            FLASH_START + number * _BLOCK,
            _BLOCK,
            number,
            len(pieces),
            _FAMILY_RP2040,
        )
        body = piece.ljust(_BLOCK, b"\xff").ljust(476, b"\x00")
        blocks.append(head + body + struct.pack("<I", 0x0AB1_6F30))
    return b"".join(blocks)


def _segments(elf: bytes) -> list[tuple[int, bytes]]:
    """Load address and bytes of each segment that has bytes."""
    if elf[:6] != b"\x7fELF\x01\x01":
        raise ValueError("not a 32-bit little-endian ELF program")
    table, size, count = (*struct.unpack_from("<I", elf, 28), *struct.unpack_from("<HH", elf, 42))
    found = []
    for at in range(table, table + size * count, size):
        kind, offset, _, load, length = struct.unpack_from("<5I", elf, at)
        if kind == 1 and length:
            found.append((load, elf[offset : offset + length]))
    return sorted(found)
