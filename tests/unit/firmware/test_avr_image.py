"""What avrdude takes, made of a linked program."""

from __future__ import annotations

import struct

import pytest

from firmware_bridge.firmware.avr_image import AvrMemory, avr_memory, flash_image, intel_hex


def program(*segments: tuple[int, int, bytes, int]) -> bytes:
    """A linked AVR program: (address, address in the flash, bytes, size in memory) of each part."""
    head = 52
    table = head + 32 * len(segments)
    parts, data = [], b""
    for address, flash, held, size in segments:
        at = table + len(data)
        parts.append(struct.pack("<8I", 1, at, address, flash, len(held), size, 5, 1))
        data += held
    start = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 83, 1)
    rest = struct.pack("<IIIIHHHHHH", 0, head, 0, 0, head, 32, len(segments), 0, 0, 0)
    return start + rest + b"".join(parts) + data


def test_variables_lie_behind_the_code_in_the_flash() -> None:
    code, values = b"\x0c\x94\x34\x00", b"\x01\x02"
    elf = program((0, 0, code, 4), (0x80_0100, 4, values, 2), (0x80_0102, 6, b"", 40))
    assert flash_image(elf) == code + values
    assert avr_memory(elf) == AvrMemory(flash=6, ram=42)


def test_a_gap_is_flash_that_was_erased() -> None:
    elf = program((0, 0, b"\x01", 1), (4, 4, b"\x02", 1))
    assert flash_image(elf) == b"\x01\xff\xff\xff\x02"


def test_intel_hex_is_as_everybody_writes_it() -> None:
    # The format's usual example, moved to address 0.
    assert intel_hex(b"address gap") == ":0B0000006164647265737320676170B7\n:00000001FF\n"
    lines = intel_hex(bytes(40)).splitlines()
    assert [line[1:7] for line in lines] == ["100000", "100010", "080020", "000000"]


@pytest.mark.parametrize("what", [b"", b"MZ" + bytes(60), b"\x7fELF\x01\x01" + bytes(60)])
def test_what_is_no_avr_program_is_refused(what: bytes) -> None:
    with pytest.raises(ValueError, match="not a linked AVR program"):
        flash_image(what)
