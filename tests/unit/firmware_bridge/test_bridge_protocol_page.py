"""PROTOCOL.md says what the code does: its tables are compared with the classes."""

from __future__ import annotations

import re
from enum import IntEnum, IntFlag
from pathlib import Path

import pytest

import firmware_bridge
from firmware_bridge.codec import encode
from firmware_bridge.frames import MAX_PAYLOAD, crc16
from firmware_bridge.messages import (
    ANSWER,
    BY_TYPE,
    TYPE_OF,
    Capability,
    HitFlag,
    PadHit,
    Parameter,
    Refusal,
    Save,
)
from firmware_bridge.wire import Number, layout_of

PAGE = (Path(firmware_bridge.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^### (?:0x([0-9A-F]{2}) )?(\w+)\n(.*?)(?=^#|\Z)", re.M | re.S)
ROW = re.compile(r"^\| (\d+|…) \| (\w+) \| ([\w ]+) \|", re.M)
SECTIONS = {name: (kind, body) for kind, name, body in HEADING.findall(PAGE)}


def columns_of(record: type) -> list[tuple[str, str, str]]:
    rows, at = [], 0
    for name, kind in layout_of(record).columns:
        rows.append(("…" if at < 0 else str(at), name, kind.name))
        sizes = {"u8": 1, "u16": 2, "u32": 4, "i32": 4, "u64": 8}
        at = at + sizes[kind.name] if isinstance(kind, Number) and at >= 0 else -1
    return rows


def test_every_message_is_on_the_page_and_no_other() -> None:
    on_page = {int(kind, 16): name for name, (kind, _) in SECTIONS.items() if kind}
    assert on_page == {kind: cls.__name__ for kind, cls in BY_TYPE.items()}


@pytest.mark.parametrize("record", [*BY_TYPE.values(), Parameter], ids=lambda c: c.__name__)
def test_the_table_is_the_layout(record: type) -> None:
    assert ROW.findall(SECTIONS[record.__name__][1]) == columns_of(record)


@pytest.mark.parametrize("bits", [Capability, HitFlag])
def test_every_bit_is_on_the_page(bits: type[IntFlag]) -> None:
    for bit in bits:
        assert re.search(rf"^\| {int(bit)} \| {bit.name}: ", PAGE, re.M), bit


def test_every_refusal_is_on_the_page() -> None:
    reasons: type[IntEnum] = Refusal
    for reason in reasons:
        words = str(reason.name).lower().replace("_", " ")
        assert re.search(rf"^\| {int(reason)} \| {words}", PAGE, re.M), reason


def test_an_answer_is_its_question_and_80() -> None:
    questions = [kind for kind in BY_TYPE if kind < 0x40]
    assert {kind + ANSWER for kind in questions} <= set(BY_TYPE)


def test_the_examples_are_real_frames() -> None:
    hit = PadHit(1_000_000, 2, 0, 40_000, 255, 0, 1_300)
    assert f"`{encode(hit, 5).hex(' ').upper()}`" in PAGE
    assert f"`{encode(Save(), 7).hex(' ').upper()}`" in PAGE
    assert f"crc 0x{crc16(bytes((TYPE_OF[Save], 7))):04X}" in PAGE


def test_no_message_of_numbers_is_longer_than_a_frame() -> None:
    assert max(layout_of(cls).fixed_size for cls in BY_TYPE.values()) < MAX_PAYLOAD
