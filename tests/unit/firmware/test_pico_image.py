"""The Pico's image as its boot ROM and its USB drive want it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from firmware_bridge.firmware.pico_image import (
    FLASH_START,
    boot_check,
    finish_pico,
    flash_image,
    uf2,
)


def program(*segments: tuple[int, bytes]) -> bytes:
    """The least of an ELF program with these segments: (load address, bytes)."""
    head, row = 52, 32
    at = head + row * len(segments)
    rows, bodies = b"", b""
    for load, data in segments:
        rows += struct.pack("<8I", 1, at + len(bodies), 0, load, len(data), len(data), 5, 4)
        bodies += data
    elf = b"\x7fELF\x01\x01" + bytes(22) + struct.pack("<I", head) + bytes(8)
    elf += struct.pack("<HHHHHH", head, row, len(segments), 0, 0, 0)
    return elf.ljust(head, b"\0") + rows + bodies


BOOT = bytes(range(1, 101)).ljust(256, b"\0")


def test_the_check_is_the_one_of_the_boot_rom() -> None:
    assert boot_check(b"123456789") == 0x0376_E6E7  # CRC-32/MPEG-2's published check value


def test_the_check_stands_behind_the_second_stage() -> None:
    image = flash_image(program((FLASH_START, BOOT), (FLASH_START + 256, b"code")))
    assert image[:252] == BOOT[:252]
    assert int.from_bytes(image[252:256], "little") == boot_check(BOOT[:252])
    assert image[256:] == b"code"


def test_segments_lie_where_they_are_loaded_in_whatever_order() -> None:
    image = flash_image(program((FLASH_START + 260, b"later"), (FLASH_START, BOOT)))
    assert image[256:] == b"\xff\xff\xff\xfflater"


@pytest.mark.parametrize(
    ("elf", "says"),
    [
        (b"MZ" + bytes(100), "not a 32-bit"),
        (b"\x7fELF\x02\x01" + bytes(100), "not a 32-bit"),
        (program((FLASH_START, b"short")), "second-stage"),
        (program((FLASH_START, bytes(range(256)))), "252 bytes"),
    ],
)
def test_what_is_no_program_for_it_is_refused(elf: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        flash_image(elf)


def test_a_uf2_file_is_blocks_that_know_their_places() -> None:
    image = bytes(i % 251 for i in range(600))
    blocks = [uf2(image)[at : at + 512] for at in range(0, len(uf2(image)), 512)]
    assert len(blocks) == 3
    for number, block in enumerate(blocks):
        magic, more, flags, address, size, own, count, family = struct.unpack_from("<8I", block)
        assert (magic, more) == (0x0A32_4655, 0x9E5D_5157)
        assert block[508:] == (0x0AB1_6F30).to_bytes(4, "little")
        assert (flags, family) == (0x2000, 0xE48B_FF56)
        assert (address, size) == (FLASH_START + 256 * number, 256)
        assert (own, count) == (number, 3)
    joined = b"".join(block[32 : 32 + 256] for block in blocks)
    assert joined == image.ljust(768, b"\xff")


def test_both_files_are_made_beside_the_program(tmp_path: Path) -> None:
    elf = tmp_path / "a.elf"
    elf.write_bytes(program((FLASH_START, BOOT)))
    made = finish_pico(elf)
    assert [path.name for path in made] == ["a.bin", "a.uf2"]
    assert made[0].read_bytes() == flash_image(elf.read_bytes())
    assert made[1].read_bytes() == uf2(made[0].read_bytes())
