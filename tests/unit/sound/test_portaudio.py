"""Finding and opening a real card, on a made-up PortAudio; what goes wrong is a sentence."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from station.clock import ManualClock
from station.errors import SoundError, SoundReason, WrongUse
from station.sound import portaudio
from station.sound.desk import Desk
from station.sound.output import open_output
from station.sound.portaudio import card_names
from station.sound.voices import voice_bank

INVALID_RATE, UNAVAILABLE = -9997, -9985
SECOND = 10**9


class FakeError(Exception):
    """PortAudioError: a text and a number."""


class FakeStream:
    latency = 0.012
    time = 3.5

    def __init__(self, system: FakeSystem, kind: str, **settings: Any) -> None:
        if system.busy:
            raise FakeError("Device unavailable", UNAVAILABLE)
        self.kind, self.settings, self.did = kind, settings, list[str]()
        system.streams.append(self)

    def start(self) -> None:
        self.did.append("start")

    def abort(self) -> None:
        self.did.append("abort")

    def close(self) -> None:
        self.did.append("close")


class FakeMemory:
    """cffi, of which only casts are wanted."""

    def cast(self, _kind: str, value: int) -> int:
        return value


@dataclass
class FakeDefault:
    device: tuple[int, int] = (-1, 1)


@dataclass
class FakeSystem:
    """The part of sounddevice that a card needs."""

    names: list[str]
    rates: set[int] = field(default_factory=lambda: {48_000})
    own_rate: float = 48_000.0
    busy: bool = False
    default: FakeDefault = field(default_factory=FakeDefault)
    streams: list[FakeStream] = field(default_factory=list)
    _initialized: int = 1
    _ffi: FakeMemory = field(default_factory=FakeMemory)
    PortAudioError: type[Exception] = FakeError

    def _terminate(self) -> None:
        self._initialized -= 1

    def _initialize(self) -> None:
        self._initialized += 1

    def query_devices(self) -> list[dict[str, Any]]:
        assert self._initialized == 1
        mic = {"name": "Microphone", "max_output_channels": 0, "hostapi": 0}
        outs = [
            {
                "name": name,
                "max_output_channels": 8,
                "default_samplerate": self.own_rate,
                "hostapi": 0,
            }
            for name in self.names
        ]
        return [mic, *outs]

    def query_hostapis(self, _number: int) -> dict[str, str]:
        return {"name": "ALSA"}

    def check_output_settings(self, *, samplerate: int, **_settings: Any) -> None:
        if samplerate not in self.rates:
            raise FakeError("Invalid sample rate", INVALID_RATE)

    def _StreamBase(self, kind: str, **settings: Any) -> FakeStream:  # noqa: N802 - its name
        return FakeStream(self, kind, **settings)


def use(monkeypatch: pytest.MonkeyPatch, system: FakeSystem) -> FakeSystem:
    monkeypatch.setattr(portaudio, "load_sounddevice", lambda: system)
    return system


_cards: list[portaudio.PortAudioCard] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _cards:
        _cards.pop().close()


def opened(address: str, clock: ManualClock | None = None) -> portaudio.PortAudioCard:
    card = open_output(address, clock or ManualClock())
    assert isinstance(card, portaudio.PortAudioCard)
    _cards.append(card)
    return card


def refusal(address: str) -> SoundError:
    with pytest.raises(SoundError) as caught:
        opened(address)
    return caught.value


def test_the_systems_choice_or_any_unique_part_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    system = use(monkeypatch, FakeSystem(["HDMI", "USB Audio: hw (1,0)", "USB Headset"]))
    assert card_names() == ["HDMI", "USB Audio: hw (1,0)", "USB Headset"]
    system.default.device = (-1, 3)
    assert card_names()[0] == "USB Headset"
    assert opened("audio://default").name == "USB Headset"
    card = opened("audio://usb audio: hw (1")
    assert card.name == "USB Audio: hw (1,0)"
    assert (card.rate_hz, card.channels, card.jack) == (48_000, 2, None)


def test_no_card_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSystem([]))
    error = refusal("audio://default")
    assert error.reason is SoundReason.NO_DEVICE
    assert "visual click" in str(error)


def test_a_name_that_fits_none_or_several_says_which_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, FakeSystem(["USB A", "USB B"]))
    assert "'USB A', 'USB B'" in str(refusal("audio://hdmi"))
    error = refusal("audio://usb")
    assert error.reason is SoundReason.AMBIGUOUS
    assert "'USB A', 'USB B'" in str(error)


def test_a_rate_that_is_refused_names_the_cards_own(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSystem(["Card"]))
    error = refusal("audio://default?rate=96000")
    assert error.reason is SoundReason.REFUSED_RATE
    assert "96000 Hz" in str(error)
    assert "rate=48000" in str(error)


def test_a_card_that_refuses_its_own_rate_is_offered_the_usual_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, FakeSystem(["Card"], rates={44_100}, own_rate=192_000))
    assert opened("audio://default").rate_hz == 44_100


def test_a_card_that_is_in_use_says_so_and_portaudio_is_let_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = use(monkeypatch, FakeSystem(["Card"], busy=True))
    card = opened("audio://default")
    with pytest.raises(SoundError, match="Device unavailable") as caught:
        card.play(Desk(voice_bank(48_000), 2))
    assert caught.value.reason is SoundReason.BUSY
    assert system._initialized == 0


def test_a_stream_is_compiled_code_on_the_desks_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    system = use(monkeypatch, FakeSystem(["Card"]))
    card = opened("audio://default?buffer_ms=5")
    desk = Desk(voice_bank(48_000), 2)
    card.play(desk)
    (stream,) = system.streams
    assert stream.settings["userdata"] == desk.where.ctypes.data
    assert stream.settings["latency"] == 0.005
    assert card.latency_ns == 12_000_000
    assert card.pair().card_ns == 3_500_000_000
    card.close()
    card.close()
    assert stream.did == ["start", "abort", "close"]
    assert system._initialized == 0


def test_a_card_that_asks_for_nothing_any_more_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSystem(["Card"]))
    clock = ManualClock()
    card = opened("audio://default", clock)
    assert card.tend() is None  # not begun yet
    desk = Desk(voice_bank(48_000), 2)
    card.play(desk)
    clock.advance(SECOND // 4)
    assert card.tend() is None
    desk._control["blocks"] += 1
    clock.advance(SECOND)
    assert card.tend() is None
    clock.advance(SECOND)
    error = card.tend()
    assert error is not None
    assert error.reason is SoundReason.LOST
    assert "'Card'" in str(error)
    card.close()


def test_a_system_without_portaudio_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return plain(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    error = refusal("audio://default")
    assert error.reason is SoundReason.NO_SYSTEM
    assert "libportaudio2" in str(error)


@pytest.mark.parametrize("address", ["audio://x?rate=fast", "audio://x?rate=9", "audio://x?ppm=1"])
def test_parameters_that_make_no_sense(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSystem(["Card"]))
    with pytest.raises(WrongUse):
        opened(address)
