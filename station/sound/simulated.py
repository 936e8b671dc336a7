"""A sound card that is a program: with a clock of its own, jitter, dropouts, and an end.

For tests, for machines without a card, and for a rehearsal of what a bad card does. It has no
thread: whoever tends it lets it play what is due, on a real clock or on one that stands still.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from station.clock import Clock
from station.errors import SoundError, SoundReason
from station.sound.card import UNDERFLOW, play_block
from station.sound.desk import Desk
from station.sound.jack_clock import JackClock
from station.sound.output import ClockPair, SoundAddress
from station.units import NS_PER_S, NS_PER_US

_PARAMS = (
    "rate",
    "refuse",
    "block",
    "channels",
    "ppm",
    "jitter_us",
    "dropouts",
    "vanish_s",
    "seed",
)


@dataclass(frozen=True, slots=True)
class CardTraits:
    """What a simulated card is like.

    Attributes
    ----------
    rate_hz, block, channels
        Frames a second by its own clock, frames in a block, 1 or 2 channels.
    ppm
        How much faster than the host's its clock runs, in parts per million.
    jitter_ns
        Mean lateness of its callbacks; each one's is drawn anew, most are small.
    dropouts
        How many a minute, at random moments, each of 1 to 20 ms.
    vanish_ns
        When it is unplugged, from its opening; None: never.
    seed
        Of everything random.
    """

    rate_hz: int = 48_000
    block: int = 64
    channels: int = 2
    ppm: float = 0.0
    jitter_ns: int = 0
    dropouts: float = 0.0
    vanish_ns: int | None = None
    seed: int = 1


class SimulatedCard:
    """A `SoundOutput`.

    Parameters
    ----------
    record
        Whether what was played is kept, with zeros where it dropped out.
    """

    def __init__(
        self,
        traits: CardTraits,
        clock: Clock,
        *,
        address: str = "simsound://",
        record: bool = False,
    ) -> None:
        self.address = address
        self.name = "simulated sound card"
        self.traits = traits
        self.rate_hz = traits.rate_hz
        self.channels = traits.channels
        self.jack: JackClock | None = None
        self.latency_ns = 2 * traits.block * NS_PER_S // traits.rate_hz
        self._clock = clock
        self._opened_ns = clock.now_ns()
        # Exact, so that a frame is heard when the card's own clock says, for hours.
        self._frame_ns = Fraction(NS_PER_S, traits.rate_hz) / (
            1 + Fraction(str(traits.ppm)) / 10**6
        )
        self._random = random.Random(traits.seed)
        self._desk: Desk | None = None
        self._out = np.zeros(traits.block * traits.channels, np.float32)
        self._frame = 0  # the next that the card plays, dropouts counted
        self._late_ns = 0
        self._underflow = False
        self._record = record
        self._played: list[NDArray[np.float32]] = []

    def play(self, desk: Desk) -> None:
        """Begin."""
        self._desk = desk

    def pair(self) -> ClockPair:
        """The card says the host's time, as many do; its frames run on its own."""
        now = self._clock.now_ns()
        return ClockPair(now, now, 0)

    def tend(self) -> SoundError | None:
        """Play every block that is due."""
        now, vanish_ns = self._clock.now_ns(), self.traits.vanish_ns
        end_ns = now if vanish_ns is None else min(now, self._opened_ns + vanish_ns)
        while self._desk is not None and self._due_ns() <= end_ns:
            self._play_one(self._desk)
        if vanish_ns is not None and now >= self._opened_ns + vanish_ns:
            return SoundError(
                f"The {self.name} was unplugged; the click goes on without sound.",
                SoundReason.LOST,
            )
        return None

    def close(self) -> None:
        """Fall silent."""
        self._desk = None

    def heard_ns(self, frame: int) -> int:
        """The truth: when a frame is heard, on the host's clock."""
        return self._opened_ns + self.latency_ns + int(frame * self._frame_ns)

    def recorded(self) -> NDArray[np.float32]:
        """Everything that was heard, from the card's frame 0; shape (frames, channels)."""
        return np.concatenate([np.zeros((0, self.channels), np.float32), *self._played])

    def _due_ns(self) -> int:
        return self.heard_ns(self._frame) - self.latency_ns + self._late_ns

    def _play_one(self, desk: Desk) -> None:
        heard_s = self.heard_ns(self._frame) / NS_PER_S
        play_block(
            desk.where,
            self._out,
            self.traits.block,
            self._due_ns() / NS_PER_S,
            heard_s + self._late_ns / NS_PER_S,
            UNDERFLOW if self._underflow else 0,
        )
        self._keep(self._out.reshape(-1, self.channels).copy())
        self._frame += self.traits.block
        mean_ns = self.traits.jitter_ns
        self._late_ns = int(self._random.expovariate(1 / mean_ns)) if mean_ns else 0
        block_s = self.traits.block / self.rate_hz
        self._underflow = self._random.random() < self.traits.dropouts / 60 * block_s
        if self._underflow:
            lost = round(self._random.uniform(0.001, 0.020) * self.rate_hz)
            self._keep(np.zeros((lost, self.channels), np.float32))
            self._frame += lost

    def _keep(self, frames: NDArray[np.float32]) -> None:
        if self._record:
            self._played.append(frames)


def open_card(address: SoundAddress, clock: Clock) -> SimulatedCard:
    """A card with the traits that the address asks for.

    Raises
    ------
    WrongUse
        When the address makes no sense.
    SoundError
        When it is to refuse its rate.
    """
    address.only(*_PARAMS)
    rate_hz = int(address.number("rate", 48_000, 8_000, 192_000))
    if rate_hz == address.number("refuse", 0, 0, 192_000):
        raise SoundError(
            f"The simulated sound card refuses {rate_hz} Hz; leave out 'rate=' to use its own.",
            SoundReason.REFUSED_RATE,
        )
    vanish_s = address.number("vanish_s", -1, -1, 86_400)
    traits = CardTraits(
        rate_hz=rate_hz,
        block=int(address.number("block", 64, 8, 8192)),
        channels=int(address.number("channels", 2, 1, 2)),
        ppm=address.number("ppm", 0, -5000, 5000),
        jitter_ns=round(address.number("jitter_us", 0, 0, 100_000) * NS_PER_US),
        dropouts=address.number("dropouts", 0, 0, 600),
        vanish_ns=None if vanish_s < 0 else round(vanish_s * NS_PER_S),
        seed=int(address.number("seed", 1, 0, 2**31)),
    )
    return SimulatedCard(traits, clock, address=str(address))
