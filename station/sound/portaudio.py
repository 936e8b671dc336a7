"""The one module that opens sound cards: PortAudio, by way of sounddevice.

PortAudio calls a compiled function of ours (`card.callback`) in its own thread. Python is not
in it: no interpreter lock to wait for, so a busy engine does not make the click stumble.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Iterator
from typing import Any

from station.clock import Clock
from station.errors import SoundError, SoundReason
from station.sound.card import callback
from station.sound.desk import Desk
from station.sound.jack_clock import JackClock, open_jack_clock
from station.sound.output import ClockPair, SoundAddress
from station.units import NS_PER_MS, NS_PER_S

# PortAudio and the systems under it print what they do not find.
_STDERR = 2
# A card that asks for nothing in this time is gone: the longest blocks are 0.1 s.
_SILENT_NS = 500 * NS_PER_MS
_INVALID_RATE, _DEVICE_UNAVAILABLE = -9997, -9985
_FALLBACK_RATES = (48_000, 44_100)


def open_card(address: SoundAddress, clock: Clock) -> PortAudioCard:
    """A card by a unique part of its name, or the system's own choice.

    Raises
    ------
    WrongUse
        When the address makes no sense.
    SoundError
        When there is no such card, or it refuses.
    """
    address.only("rate", "buffer_ms")
    rate_hz = int(address.number("rate", 0, 8_000, 384_000))
    buffer_ms = address.number("buffer_ms", 0, 0.5, 500)
    return PortAudioCard(address, clock, rate_hz or None, buffer_ms or None)


def card_names() -> list[str]:
    """Every card that sound can go to; the system's own choice first."""
    sd, asking = load_sounddevice(), object()
    _begin(sd, asking)
    try:
        chosen = sd.default.device[1]
        outputs = _outputs(sd)
    finally:
        _end(sd, asking)
    return [info["name"] for number, info in sorted(outputs, key=lambda row: row[0] != chosen)]


class PortAudioCard:
    """A `SoundOutput`.

    Parameters
    ----------
    rate_hz
        None: the card's own.
    buffer_ms
        How much sound waits in the card; None: as little as its driver thinks right.
    """

    def __init__(
        self, address: SoundAddress, clock: Clock, rate_hz: int | None, buffer_ms: float | None
    ) -> None:
        self.address = str(address)
        self._clock = clock
        self._sd = load_sounddevice()
        self._stream: Any = None
        self.jack: JackClock | None = None
        self._desk: Desk | None = None
        _begin(self._sd, self)
        try:
            self._choose(address, rate_hz)
        except BaseException:
            _end(self._sd, self)
            raise
        self.latency_ns = 0
        self._latency = "low" if buffer_ms is None else buffer_ms / 1000
        self._last_blocks, self._last_alive_ns = 0, 0

    def _choose(self, address: SoundAddress, rate_hz: int | None) -> None:
        number, info = _find(self._sd, address)
        self.name: str = info["name"]
        self.channels = min(2, info["max_output_channels"])
        self._number = number
        own_hz = round(info["default_samplerate"])
        rates = [rate_hz] if rate_hz else list(dict.fromkeys([own_hz, *_FALLBACK_RATES]))
        self.rate_hz = self._first_taken(rates, own_hz)
        if _is_jack(self._sd, info):
            self.jack = open_jack_clock()

    def play(self, desk: Desk) -> None:
        """Open the stream and let it ask for blocks."""
        ffi = self._sd._ffi
        try:
            # A function in C is what this base class is for; the others wrap Python's.
            self._stream = self._sd._StreamBase(
                "output",
                samplerate=self.rate_hz,
                device=self._number,
                channels=self.channels,
                dtype="float32",
                latency=self._latency,
                callback=ffi.cast("PaStreamCallback *", callback().address),
                userdata=ffi.cast("void *", desk.where.ctypes.data),
            )
            self._stream.start()
        except self._sd.PortAudioError as error:
            if self.jack is not None:  # its server has just gone: there is no other reason
                self._abandon(desk)
            self.close()
            raise self._refused(error) from error
        self._desk = desk
        self.latency_ns = round(self._stream.latency * NS_PER_S)
        self._last_alive_ns = self._clock.now_ns()

    def pair(self) -> ClockPair:
        """The stream's clock, or JACK's, between two looks at the host's."""
        before = self._clock.now_ns()
        card_ns = self.jack.now_ns() if self.jack else round(self._stream.time * NS_PER_S)
        after = self._clock.now_ns()
        return ClockPair(card_ns, (before + after) // 2, after - before)

    def tend(self) -> SoundError | None:
        """Whether it still asks for blocks."""
        if self._desk is None:
            return None
        blocks, now = self._desk.blocks_played, self._clock.now_ns()
        if blocks != self._last_blocks:
            self._last_blocks, self._last_alive_ns = blocks, now
            return None
        if now - self._last_alive_ns < _SILENT_NS:
            return None
        if self.jack is not None:
            self._abandon(self._desk)
        return SoundError(
            f"The sound card '{self.name}' is gone; the take goes on without its click: plug it "
            "in again before the next one.",
            SoundReason.LOST,
        )

    def close(self) -> None:
        """Stop the stream; the desk is not looked at any more after this."""
        stream, self._stream = self._stream, None
        self._desk = None
        if stream is not None:
            with contextlib.suppress(self._sd.PortAudioError):
                stream.abort()
            with contextlib.suppress(self._sd.PortAudioError):
                stream.close()
        jack, self.jack = self.jack, None
        if jack is not None:
            jack.close()
        _end(self._sd, self)

    def _first_taken(self, rates: list[int], own_hz: int) -> int:
        for rate_hz in rates:
            try:
                self._sd.check_output_settings(
                    device=self._number, channels=self.channels, dtype="float32", samplerate=rate_hz
                )
            except self._sd.PortAudioError as error:
                if _code(error) != _INVALID_RATE:
                    raise self._refused(error) from error
            else:
                return rate_hz
        refused = " and ".join(f"{rate} Hz" for rate in rates)
        raise SoundError(
            f"The sound card '{self.name}' refuses {refused}; leave out 'rate=' or write its own, "
            f"'rate={own_hz}'.",
            SoundReason.REFUSED_RATE,
        )

    def _abandon(self, desk: Desk) -> None:
        _abandoned.extend((self._stream, desk, self.jack))
        atexit.unregister(self._sd._exit_handler)
        self._stream = self.jack = None

    def _refused(self, error: Exception) -> SoundError:
        why = error.args[0] if error.args else "no reason given"
        return SoundError(
            f"The sound card '{self.name}' cannot be opened ({why}); close the program that uses "
            "it, or choose another card.",
            SoundReason.BUSY,
        )


def _find(sd: Any, address: SoundAddress) -> tuple[int, dict[str, Any]]:
    outputs = _outputs(sd)
    if _abandoned:
        outputs = [(i, d) for i, d in outputs if not _is_jack(sd, d)]
        if not outputs:
            raise SoundError(
                "The JACK server that sound went to is gone; start it, and then the station.",
                SoundReason.LOST,
            )
    if not outputs:
        raise SoundError(
            "There is no sound card; plug one in, or practise with the visual click or a click "
            "that the drum module plays.",
            SoundReason.NO_DEVICE,
        )
    if address.target in {"", "default"}:
        chosen = sd.default.device[1]
        return next(((i, d) for i, d in outputs if i == chosen), outputs[0])
    wanted = address.target.casefold()
    fitting = [(i, d) for i, d in outputs if d["name"].casefold() == wanted] or [
        (i, d) for i, d in outputs if wanted in d["name"].casefold()
    ]
    if len({d["name"] for _, d in fitting}) > 1:
        names = ", ".join(f"'{d['name']}'" for _, d in fitting)
        raise SoundError(
            f"'{address.target}' fits several sound cards ({names}); write more of the name.",
            SoundReason.AMBIGUOUS,
        )
    if not fitting:
        names = ", ".join(f"'{d['name']}'" for _, d in outputs)
        raise SoundError(
            f"No sound card is called '{address.target}'; there are {names}.",
            SoundReason.NO_DEVICE,
        )
    return fitting[0]


def _outputs(sd: Any) -> list[tuple[int, dict[str, Any]]]:
    devices = enumerate(sd.query_devices())
    return [(number, info) for number, info in devices if info["max_output_channels"] > 0]


def _is_jack(sd: Any, info: dict[str, Any]) -> bool:
    return "JACK" in sd.query_hostapis(info["hostapi"])["name"]


def load_sounddevice() -> Any:
    """Sounddevice, with PortAudio behind it.

    Raises
    ------
    SoundError
        When the system has no PortAudio.
    """
    try:
        with _quiet():
            import sounddevice  # noqa: PLC0415 - looks for cards when it is imported
    except OSError as error:  # the wheel for Linux brings no PortAudio
        raise SoundError(
            f"Sound cannot be used ({error}); install PortAudio (Debian and Ubuntu: "
            "'sudo apt install libportaudio2').",
            SoundReason.NO_SYSTEM,
        ) from error
    return sounddevice


# How many of our cards PortAudio works for. It looks for cards when it begins, and a JACK server
# that ends before it does takes the process along: so it works only while there is one.
_users: list[object] = []
# A JACK server that dies leaves PortAudio hanging: to stop its stream waits for ever, to end it
# aborts the process. What was left to it stays as it is, and JACK is not asked again.
_abandoned: list[Any] = []


def _begin(sd: Any, user: object) -> None:
    """Let PortAudio work; it finds what was plugged in since."""
    if not _users and not _abandoned:
        with _quiet():
            if sd._initialized:  # since it was imported
                sd._terminate()
            sd._initialize()
    _users.append(user)


def _end(sd: Any, user: object) -> None:
    if user in _users:
        _users.remove(user)
        if not _users and not _abandoned:
            with _quiet():
                sd._terminate()


def _code(error: Exception) -> int | None:
    return error.args[1] if len(error.args) > 1 else None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing on standard error from libraries in C meanwhile."""
    if os.name != "posix":
        yield
        return
    kept = os.dup(_STDERR)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of ours
        os.dup2(nowhere.fileno(), _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
