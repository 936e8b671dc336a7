"""The role of a sound card, and its address: `audio://NAME?rate=48000`, `simsound://?ppm=50`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

from station.clock import Clock
from station.errors import SoundError, WrongUse
from station.sound.desk import Desk
from station.sound.jack_clock import JackClock


class ClockPair(NamedTuple):
    """What the card's clock showed at a moment of the host's.

    Attributes
    ----------
    card_ns, host_ns
        The same moment on both.
    width_ns
        How long looking at both took: the moment is that much in doubt.
    """

    card_ns: int
    host_ns: int
    width_ns: int


class SoundOutput(Protocol):
    """A sound card that plays what a desk mixes.

    Attributes
    ----------
    address
        As it was asked for.
    name
        For people.
    rate_hz, channels
        As the card took them.
    latency_ns
        From a block's mixing to its being heard, as the card says.
    jack
        JACK's own count of frames, where the card is JACK's.
    """

    address: str
    name: str
    rate_hz: int
    channels: int
    latency_ns: int
    jack: JackClock | None

    def play(self, desk: Desk) -> None:
        """Begin to ask the desk for blocks.

        Raises
        ------
        SoundError
            When the card will not.
        """
        ...

    def pair(self) -> ClockPair:
        """Look at the card's clock and at the host's."""
        ...

    def tend(self) -> SoundError | None:
        """To be called every few ms: what has become of the card, or None while it plays."""
        ...

    def close(self) -> None:
        """Fall silent, and let the card go; may be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class SoundAddress:
    """A parsed address of a sound card."""

    scheme: str
    target: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        """The address as one would type it."""
        query = "&".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.scheme}://{self.target}" + (f"?{query}" if query else "")

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A parameter that is a number.

        Raises
        ------
        WrongUse
            When it is none, or outside what it may be.
        """
        text = self.params.get(name)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise WrongUse(f"{self}: '{name}' is a number from {low:g} to {high:g}, not '{text}'.")
        return value

    def only(self, *known: str) -> None:
        """Refuse parameters that mean nothing here.

        Raises
        ------
        WrongUse
            Naming the first.
        """
        for name in self.params:
            if name not in known:
                takes = ", ".join(sorted(known))
                raise WrongUse(
                    f"{self}: '{name}' is no parameter of {self.scheme}://; it takes {takes}."
                )


# Where each kind is opened; loaded when it is asked for, since PortAudio looks for cards then.
_KINDS = {
    "audio": "station.sound.portaudio",
    "simsound": "station.sound.simulated",
}
SILENT = "audio://none"
DEFAULT = "audio://default"


def parse_sound_address(text: str) -> SoundAddress:
    """Parse what a person typed.

    Raises
    ------
    WrongUse
        When it is no address of a sound card.
    """
    scheme, colon, rest = text.strip().partition("://")
    if not colon or scheme not in _KINDS:
        raise WrongUse(
            f"'{text}' is no address of a sound card; write '{DEFAULT}', 'audio://' and a part "
            f"of a card's name, '{SILENT}', or 'simsound://' for a simulated one."
        )
    target, _, query = rest.partition("?")
    return SoundAddress(scheme, target, dict(parse_qsl(query, keep_blank_values=True)))


def open_output(text: str, clock: Clock) -> SoundOutput | None:
    """Open a sound card, silent as yet; None for `audio://none`.

    Raises
    ------
    WrongUse
        When the address makes no sense.
    SoundError
        When there is no such card, or it refuses.
    """
    address = parse_sound_address(text)
    if (address.scheme, address.target) == ("audio", "none"):
        address.only()
        return None
    opened: Callable[[SoundAddress, Clock], SoundOutput] = import_module(
        _KINDS[address.scheme]
    ).open_card
    return opened(address, clock)
