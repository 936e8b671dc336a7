"""Settings beyond the loss of power: two slots, and never none that is good."""

from __future__ import annotations

from binascii import crc_hqx
from random import Random

import pytest

from firmware_bridge.codec import encode
from firmware_bridge.firmware.core_lib import CoreBoard, CoreLib
from firmware_bridge.messages import (
    WHOLE_BOARD,
    Describe,
    Get,
    Parameter,
    Refusal,
    Refused,
    Save,
    Saved,
    Scope,
    Set,
)

ERASED = b"\xff"
Slots = list[bytearray]
Settings = dict[tuple[int, int], int]


def erased(core: CoreLib) -> Slots:
    return [bytearray(ERASED * core.sizes.keep_bytes) for _ in range(2)]


def started(core: CoreLib, slots: Slots) -> CoreBoard:
    board = CoreBoard(core, kept=(bytes(slots[0]), bytes(slots[1])))
    board.say(0)
    return board


@pytest.fixture
def parameters(core, ask) -> list[Parameter]:
    board = started(core, erased(core))
    found: list[Parameter] = []
    while True:
        (piece,) = ask(board, Describe(len(found)))
        found += piece.parameters
        if len(found) == piece.total:
            return found


@pytest.fixture
def settings(core, ask, parameters):
    """All that a board is set to."""

    def settings(board: CoreBoard) -> Settings:
        return {
            (p.id, index): ask(board, Get(p.id, index))[0].value
            for p in parameters
            for index in (range(core.sizes.pads) if p.scope == Scope.PAD else (WHOLE_BOARD,))
        }

    return settings


@pytest.fixture
def shuffle(ask, settings, parameters):
    """Set everything to something."""

    def shuffle(board: CoreBoard, seed: int) -> Settings:
        random = Random(seed)
        ranges = {p.id: (p.min, p.max) for p in parameters}
        for number, index in settings(board):
            ask(board, Set(number, index, random.randint(*ranges[number])))
        return settings(board)

    return shuffle


def write(board: CoreBoard, slots: Slots, until: int | None = None, torn: int = 0) -> bool:
    """Write what is to be kept; the power goes before byte `until`, which becomes `torn`."""
    for number, byte in enumerate(board.to_keep()):
        if number == until:
            slots[byte.slot][byte.at] = torn
            return False
        slots[byte.slot][byte.at] = byte.byte
        if byte.last:
            board.saved()
    return True


def save(board: CoreBoard, slots: Slots, t_us: int = 0) -> list[bytes]:
    board.receive(encode(Save(), 9), t_us)
    assert board.say(t_us) == b""  # not before it is kept
    write(board, slots)
    return [board.say(t_us)]


def test_what_was_saved_outlives_the_power_and_nothing_else_does(core, ask, settings, shuffle):
    slots = erased(core)
    board = started(core, slots)
    fresh = settings(board)
    kept = shuffle(board, 1)
    assert kept != fresh
    assert save(board, slots) == [encode(Saved(), 9)]
    shuffle(board, 2)
    assert settings(started(core, slots)) == kept
    assert settings(started(core, erased(core))) == fresh


def test_the_older_slot_is_written_again_and_again(core, settings, shuffle):
    slots = erased(core)
    board = started(core, slots)
    for seed in range(10):
        wanted = shuffle(board, seed)
        before = [bytes(slot) for slot in slots]
        save(board, slots)
        changed = [bytes(now) != was for now, was in zip(slots, before, strict=True)]
        assert changed == [seed % 2 == 0, seed % 2 == 1]
        board = started(core, slots)
        assert settings(board) == wanted


@pytest.mark.parametrize("saves_before", [0, 1, 2])
def test_torn_at_every_byte_the_old_settings_are_there_and_at_the_end_the_new(
    core, shuffle, saves_before
):
    slots = erased(core)
    board = started(core, slots)
    for seed in range(saves_before):
        shuffle(board, seed)
        save(board, slots)
    old = board.values
    shuffle(board, 99)
    new = board.values
    assert new != old
    board.receive(encode(Save()), 0)
    steps = list(board.to_keep())
    for until in range(len(steps)):
        for torn in (0x00, 0xFF, steps[until].byte ^ 0x10):
            torn_slots = [bytearray(slot) for slot in slots]
            for byte in steps[:until]:
                torn_slots[byte.slot][byte.at] = byte.byte
            torn_slots[steps[until].slot][steps[until].at] = torn
            assert started(core, torn_slots).values == old, until
    for byte in steps:
        slots[byte.slot][byte.at] = byte.byte
    assert started(core, slots).values == new


def test_after_a_torn_save_the_next_one_is_kept(core, settings, shuffle):
    slots = erased(core)
    board = started(core, slots)
    old = shuffle(board, 1)
    save(board, slots)
    shuffle(board, 2)
    board.receive(encode(Save()), 0)
    assert not write(board, slots, until=20)
    board = started(core, slots)
    assert settings(board) == old
    new = shuffle(board, 3)
    save(board, slots)
    assert settings(started(core, slots)) == new


def test_a_wrong_bit_anywhere_is_noticed(core, shuffle):
    slots = erased(core)
    board = started(core, slots)
    shuffle(board, 1)
    first = board.values
    save(board, slots)
    shuffle(board, 2)
    save(board, slots)
    for bit in range(8 * core.sizes.keep_bytes):
        damaged = [bytearray(slot) for slot in slots]
        damaged[1][bit // 8] ^= 1 << bit % 8
        assert started(core, damaged).values == first, bit


def test_whatever_is_in_the_memory_the_settings_are_possible(core, settings, parameters):
    random = Random(4)
    ranges = {p.id: (p.min, p.max) for p in parameters}
    for _ in range(50):
        slots = [bytearray(random.randbytes(random.randrange(400))) for _ in range(2)]
        for slot in slots:
            if len(slot) > 9 and random.random() < 0.8:  # whole by its own word
                length = random.choice((len(slot), random.randrange(9, len(slot) + 1)))
                slot[0] = 0xE1
                slot[5:7] = length.to_bytes(2, "little")
                crc = crc_hqx(bytes(slot[1 : length - 2]), 0xFFFF)
                slot[length - 2 : length] = crc.to_bytes(2, "little")
        for (number, _index), value in settings(started(core, slots)).items():
            low, high = ranges[number]
            assert low <= value <= high


def image(rows: bytes, sequence: int = 1) -> bytearray:
    """A slot as another firmware may have written it."""
    body = sequence.to_bytes(4, "little") + (9 + len(rows)).to_bytes(2, "little") + rows
    return bytearray(b"\xe1" + body + crc_hqx(body, 0xFFFF).to_bytes(2, "little"))


def row(number: int, *values: int, width: int = 2, count: int | None = None) -> bytes:
    """A parameter's values, so many bytes each, behind the promise of `count`."""
    promised = (len(values) if count is None else count) | (0x80 if width == 2 else 0)
    lowest = [(value % 256**width).to_bytes(width, "little") for value in values]
    return number.to_bytes(2, "little") + bytes((promised,)) + b"".join(lowest)


def test_another_firmwares_settings_are_taken_as_far_as_they_are_known(core, settings, parameters):
    fresh = settings(started(core, erased(core)))
    threshold, mask = parameters[0], parameters[1]
    whole = next(p for p in parameters if p.scope == Scope.BOARD)
    rows = (
        row(60_000, 1, 2, 3)  # of nothing that is here
        + row(threshold.id, threshold.max, 65_535, threshold.min)  # the second is impossible
        + row(whole.id, whole.max)
        + row(mask.id, *[mask.max] * 20)  # of more pads than there are
    )
    found = settings(started(core, [image(rows), bytearray()]))
    wanted = dict(fresh)
    wanted[threshold.id, 0] = threshold.max
    wanted[threshold.id, 2] = threshold.min
    wanted[whole.id, WHOLE_BOARD] = whole.max
    wanted |= {(mask.id, pad): mask.max for pad in range(core.sizes.pads)}
    assert found == wanted
    narrow = row(threshold.id, 5, 6, width=1) + row(60_000, width=1) + row(mask.id, 2_000)
    found = settings(started(core, [image(narrow), bytearray()]))
    assert [found[threshold.id, pad] for pad in range(3)] == [5, 6, threshold.default]
    assert [found[mask.id, pad] for pad in range(2)] == [2_000, mask.default]


def test_of_the_older_slot_nothing_stays(core, settings, parameters):
    threshold, mask = parameters[0], parameters[1]
    older = image(row(threshold.id, 55), sequence=8)
    newer = image(row(mask.id, 2_000), sequence=9)
    for slots in ([older, newer], [newer, older]):
        found = settings(started(core, slots))
        assert (found[threshold.id, 0], found[mask.id, 0]) == (threshold.default, 2_000)


@pytest.mark.parametrize("length", [*range(9), 10_000, 65_535])
def test_a_length_that_cannot_be_is_no_image(core, settings, parameters, length):
    threshold = parameters[0]
    good = image(row(threshold.id, 55))
    false = image(b"", sequence=2)
    false[5:7] = length.to_bytes(2, "little")
    false[7:] = crc_hqx(bytes(false[1 : max(1, length - 2)]), 0xFFFF).to_bytes(2, "little")
    assert settings(started(core, [good, false + bytes(300)]))[threshold.id, 0] == 55


@pytest.mark.parametrize("value", range(2_000, 2_020))
def test_a_row_that_is_cut_off_sets_only_what_is_there(core, settings, parameters, value):
    mask = parameters[1]
    found = settings(started(core, [image(row(mask.id, value, count=4)), bytearray()]))
    assert [found[mask.id, pad] for pad in range(3)] == [value, mask.default, mask.default]


def test_until_its_last_byte_an_image_says_itself_that_it_is_not_whole(core, ask):
    board = started(core, erased(core))
    ask(board, Set(1, 0, 50))
    board.receive(encode(Save()), 0)
    first, *middle, last = board.to_keep()
    assert (first.at, first.byte) == (0, 0)
    assert [byte.at for byte in middle] == list(range(1, core.sizes.keep_bytes))
    assert (last.at, last.last) == (0, True)
    assert last.byte not in (0x00, 0xFF)


def test_what_is_set_while_it_is_written_is_kept_with_the_rest(core, ask, settings, shuffle):
    slots = erased(core)
    board = started(core, slots)
    shuffle(board, 1)
    board.receive(encode(Save(), 5), 0)
    for number, byte in enumerate(board.to_keep()):
        slots[byte.slot][byte.at] = byte.byte
        if number == 30:
            ask(board, Set(1, 0, 77))
        if byte.last:
            board.saved()
    assert board.say(0) == encode(Saved(), 5)
    assert settings(started(core, slots)) == settings(board)


def test_what_is_set_behind_the_last_byte_waits_for_the_next_save(core, ask, settings):
    slots = erased(core)
    board = started(core, slots)
    ask(board, Set(1, 0, 50))
    board.receive(encode(Save(), 5), 0)
    for byte in board.to_keep():
        slots[byte.slot][byte.at] = byte.byte
    ask(board, Set(1, 0, 77))
    board.saved()
    assert board.say(0) == encode(Saved(), 5)
    assert settings(started(core, slots))[1, 0] == 50
    save(board, slots)
    assert settings(started(core, slots))[1, 0] == 77


def test_saving_what_is_saved_wears_nothing_out(core, ask):
    slots = erased(core)
    board = started(core, slots)
    ask(board, Set(1, 0, 50))
    save(board, slots)
    assert ask(board, Save()) == [Saved()]
    assert list(board.to_keep()) == []
    again = started(core, slots)
    assert ask(again, Save()) == [Saved()]


def test_asked_twice_it_is_written_once_and_answered_once(core, ask, hear):
    board = started(core, erased(core))
    ask(board, Set(1, 0, 50))
    board.receive(encode(Save(), 5) + encode(Save(), 5), 0)
    slots = erased(core)
    write(board, slots)
    assert hear(board.say(0)) == [Saved()]


def test_a_memory_that_does_not_keep_is_said(core, ask, hear):
    board = started(core, erased(core))
    ask(board, Set(1, 0, 50))
    board.receive(encode(Save(), 5), 0)
    next(board.to_keep())
    board.saved(ok=False)
    assert hear(board.say(0)) == [Refused(0x05, Refusal.FAILED)]
    slots = erased(core)
    save(board, slots)  # and may be tried again
    assert started(core, slots)
