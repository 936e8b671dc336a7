"""Recording an input, so that what was played can be measured (`station calibrate`)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from station.clock import MONOTONIC, Clock
from station.errors import SoundError, SoundReason
from station.sound.clockfit import ClockFit
from station.sound.portaudio import load_sounddevice
from station.units import NS_PER_S


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What an input heard.

    Attributes
    ----------
    rate_hz
        Frames a second by the card's own clock.
    samples
        Mono, shape (frames,).
    fit
        Its frames against the host's clock.
    whole
        Whether nothing was lost in between.
    """

    rate_hz: int
    samples: NDArray[np.float32]
    fit: ClockFit
    whole: bool

    def frames_at(self, host_ns: NDArray[np.int64]) -> NDArray[np.float64]:
        """Which frames moments of the host's clock are; shape (n,) to shape (n,)."""
        return np.array([self.fit.frame(int(t)) for t in host_ns], dtype=np.float64)


class Capture:
    """An input that is being recorded, from its making to `stop`, while a card is open.

    Parameters
    ----------
    name
        A part of the input's name; empty for the system's own choice.

    Raises
    ------
    SoundError
        When there is no such input, or it refuses.
    """

    def __init__(self, name: str = "", clock: Clock = MONOTONIC) -> None:
        self._sd = load_sounddevice()
        self._clock = clock
        self._lock = threading.Lock()
        self._blocks: list[NDArray[np.float32]] = []
        self._frames: list[int] = []
        self._host_ns: list[int] = []
        self._next = 0
        self._whole = True
        number, info = self._find(name)
        self.rate_hz = round(info["default_samplerate"])
        try:
            self._stream = self._sd.RawInputStream(
                samplerate=self.rate_hz,
                device=number,
                channels=1,
                dtype="float32",
                latency="low",
                callback=self._hear,
            )
            self._stream.start()
        except self._sd.PortAudioError as error:
            why = error.args[0] if error.args else "no reason given"
            raise SoundError(
                f"The input '{info['name']}' cannot be opened ({why}); close the program that "
                "uses it, or choose another (--input).",
                SoundReason.BUSY,
            ) from error

    def stop(self) -> Recording:
        """Let the input go."""
        self._stream.stop()
        self._stream.close()
        with self._lock:
            samples = np.concatenate([np.zeros(0, np.float32), *self._blocks])
            fit = ClockFit(self.rate_hz)
            if self._frames:
                fit.hear(np.array(self._frames, np.int64), np.array(self._host_ns, np.int64))
            return Recording(self.rate_hz, samples, fit, self._whole)

    def _find(self, name: str) -> tuple[int, Any]:
        inputs = [
            (i, d) for i, d in enumerate(self._sd.query_devices()) if d["max_input_channels"] > 0
        ]
        fitting = [(i, d) for i, d in inputs if name.casefold() in d["name"].casefold()]
        chosen = self._sd.default.device[0]
        if fitting:
            own = [(i, d) for i, d in fitting if i == chosen]
            return (own or fitting)[0]
        there = ", ".join(f"'{d['name']}'" for _, d in inputs)
        raise SoundError(
            f"No input is called '{name}'; there are {there}."
            if inputs
            else "There is no input to record with; plug in a microphone, or calibrate by tapping.",
            SoundReason.NO_DEVICE,
        )

    def _hear(self, data: Any, frames: int, times: Any, status: Any) -> None:
        # Late, perhaps, but never early: what the fit believes is the earliest.
        now = self._clock.now_ns()
        heard_before_s = times.currentTime - times.inputBufferAdcTime
        if times.inputBufferAdcTime <= 0:  # some systems do not say
            heard_before_s = frames / self.rate_hz
        with self._lock:
            self._whole = self._whole and not (status.input_overflow and self._next)
            self._blocks.append(np.frombuffer(bytes(data), np.float32))
            self._frames.append(self._next)
            self._host_ns.append(now - round(heard_before_s * NS_PER_S))
            self._next += frames
