from __future__ import annotations

import pytest

from firmware_bridge.frames import MAX_PAYLOAD, Frame, FrameDecoder, crc16, encode_frame

PAYLOAD = bytes((0, 0, 5, 0, 255, 1, 0))
WIRE = encode_frame(0x40, 9, PAYLOAD)


def plain_cobs(packet: bytes) -> bytes:
    """COBS as its paper writes it, for packets of less than 254 bytes."""
    out = bytearray()
    for run in packet.split(b"\0"):
        out.append(len(run) + 1)
        out += run
    return bytes(out)


def test_the_check_is_ccitt_false() -> None:
    assert crc16(b"123456789") == 0x29B1


def test_a_frame_is_as_the_page_says() -> None:
    packet = bytes((0x40, 9)) + PAYLOAD
    packet += crc16(packet).to_bytes(2, "little")
    assert plain_cobs(packet) + b"\0" == WIRE


@pytest.mark.parametrize("size", [0, 1, 12, MAX_PAYLOAD])
@pytest.mark.parametrize("fill", [0, 1, 255])
def test_a_payload_costs_six_bytes(size: int, fill: int) -> None:
    payload = bytes([fill]) * size
    wire = encode_frame(1, 2, payload)
    assert len(wire) == size + 6
    assert wire.count(0) == 1
    assert FrameDecoder().feed(wire) == [Frame(1, 2, payload)]


def test_a_payload_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="241 bytes"):
        encode_frame(1, 2, bytes(MAX_PAYLOAD + 1))


def test_a_frame_byte_by_byte() -> None:
    decoder = FrameDecoder()
    heard = [frame for byte in WIRE for frame in decoder.feed(bytes([byte]))]
    assert heard == [Frame(0x40, 9, PAYLOAD)]
    assert decoder.waiting == 0


def test_more_zeros_than_needed_are_nothing() -> None:
    decoder = FrameDecoder()
    assert len(decoder.feed(b"\0\0" + WIRE + b"\0\0" + WIRE)) == 2
    assert decoder.counters.bad == 0


@pytest.mark.parametrize(
    ("noise", "counter"),
    [
        (b"\x02\x05\x02\x05", "bad_form"),  # shorter than type, seq and check
        (b"\x09\x05\x07\x1d\x92", "bad_form"),  # a code byte that points beyond the end
        (b"\x05\x05\x07\x1d\x93", "bad_check"),
        (b"\x05" * 246, "too_long"),
    ],
)
def test_noise_costs_itself_and_is_counted(noise: bytes, counter: str) -> None:
    decoder = FrameDecoder()
    assert decoder.feed(noise + b"\0" + WIRE) == [Frame(0x40, 9, PAYLOAD)]
    assert getattr(decoder.counters, counter) == decoder.counters.bad == 1
    assert decoder.counters.frames == 1


def test_half_a_frame_for_ever_takes_no_memory() -> None:
    decoder = FrameDecoder()
    for _ in range(1000):
        assert decoder.feed(b"\x7f" * 100) == []
        assert decoder.waiting <= 246
    assert decoder.counters.too_long == 1
    assert decoder.feed(b"\x7f\0" + WIRE) == [Frame(0x40, 9, PAYLOAD)]


def test_a_line_opened_anew_forgets_the_half_frame() -> None:
    decoder = FrameDecoder()
    decoder.feed(WIRE[:7])
    decoder.forget()
    assert decoder.feed(WIRE) == [Frame(0x40, 9, PAYLOAD)]
    assert decoder.counters.bad == 0
