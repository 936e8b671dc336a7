"""`midi://PORT NAME`: kits on any MIDI system of the platform (ALSA, CoreMIDI, WinMM, JACK)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from station.clock import Clock
from station.errors import WrongUse
from station.hal import rtmidi_port
from station.hal.address import Address
from station.hal.api import KitEvent, KitInfo
from station.hal.inbox import Inbox
from station.hal.midi_listener import MidiListener
from station.hal.numbers import number_from
from station.hal.port_names import bare, may_be_a_kit, meant
from station.hal.stamps import Stamper
from station.hal.systems import BY_NAME, MidiSystem
from station.model import StampedBy
from station.units import ns_from_ms


class MidiSource:
    """A kit on a MIDI port.

    Parameters
    ----------
    address
        Its target is any unique part of the port's name.
    clock
        What arrivals are read from.
    api
        The MIDI system to look in; None for all.
    sigma_ns
        Standard deviation of the system's stamps, from somebody who knows; None for ours.
    """

    def __init__(
        self, address: Address, clock: Clock, api: str | None = None, sigma_ns: int | None = None
    ) -> None:
        self._address = address
        self._clock = clock
        self._api = api
        self._sigma_ns = sigma_ns
        self._system: MidiSystem | None = None
        self._stamper: Stamper | None = None
        self._listener: MidiListener | None = None
        self._inbox = Inbox()
        self._name = address.target
        self._next_seq = 0
        self._watermark_ns = 0

    @property
    def info(self) -> KitInfo:
        """The port and its stamps; before `open`, what can be said without looking."""
        if self._system is None or self._stamper is None:
            sigma_ns = self._sigma_ns or BY_NAME[self._api or "alsa"].sigma_ns
            return KitInfo(str(self._address), self._name, StampedBy.DRIVER, sigma_ns)
        return KitInfo(
            str(self._address),
            self._name if self._listener is None else self._listener.name,
            self._stamper.stamped_by,
            self._stamper.sigma_ns,
            detail=self._system.title,
        )

    def open(self, wake: Callable[[], None]) -> None:
        """Find the port, open it and start listening; what was open is closed first.

        Raises
        ------
        KitError
            When no port or several have such a name, or it cannot be opened.
        """
        self.close()
        system, name = _find(self._address.target, self._api)
        port = rtmidi_port.InputPort(system, name)
        self._system, self._name = system, name
        self._stamper = Stamper(self._sigma_ns or system.sigma_ns, system.lateness_ns)
        self._inbox = Inbox(wake)
        self._listener = MidiListener(port, self._stamper, self._inbox, self._clock, self._next_seq)
        self._see(self._listener.heard_ns)

    def read(self) -> Sequence[KitEvent]:
        """Everything that came since the last call, in the order of the wire; never blocks."""
        if self._listener is None:
            return []
        self._listener.poll()
        heard_ns = self._listener.heard_ns  # first: what was put before it is in what we drain
        events = self._inbox.drain()
        self._see(heard_ns)
        return events

    def watermark_ns(self) -> int:
        """All that was struck before this has been read; goes on with `read`."""
        return self._watermark_ns

    def close(self) -> None:
        """Stop listening; what was not read by now is dropped."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()
            self._name = listener.name
            self._next_seq = listener.next_seq

    def _see(self, heard_ns: int) -> None:
        if self._system is not None:
            self._watermark_ns = max(self._watermark_ns, heard_ns - self._system.lateness_ns)


class MidiDriver:
    """Makes sources for `midi://`."""

    scheme = "midi"

    def discover(self) -> Sequence[KitInfo]:
        """Every port that may be a kit, in the system with the best stamps first."""
        systems = rtmidi_port.systems_there()
        return [
            _info(system, name, several=len(systems) > 1)
            for system in systems
            for name in rtmidi_port.input_names(system)
            if may_be_a_kit(name)
        ]

    def create(self, address: Address, clock: Clock) -> MidiSource:
        """A source for a port's name.

        Parameters that it takes: `api` (alsa, core, jack, winmm) and `sigma_ms`, the standard
        deviation of the system's stamps where somebody has measured it.

        Raises
        ------
        WrongUse
            For any other parameter, or a value that makes no sense.
        """
        address.only({"api", "sigma_ms"})
        if not address.target.strip():
            raise WrongUse(f"{address}: write a part of the port's name, as in 'midi://TD-17'.")
        api = address.params.get("api")
        if api is not None and api not in BY_NAME:
            known = ", ".join(sorted(BY_NAME))
            raise WrongUse(f"{address}: '{api}' is no MIDI system; known are {known}.")
        return MidiSource(address, clock, api, _sigma_ns(address))


def _sigma_ns(address: Address) -> int | None:
    if "sigma_ms" not in address.params:
        return None
    return ns_from_ms(number_from(address, "sigma_ms", 1.0, 0.001, 1000.0))


def _find(typed: str, api: str | None) -> tuple[MidiSystem, str]:
    seen: list[str] = []
    for system in rtmidi_port.systems_for(api):
        names = rtmidi_port.input_names(system)
        fitting = meant(typed, names)
        if len(fitting) == 1:
            return system, fitting[0]
        if fitting:
            raise rtmidi_port.ambiguous(typed, fitting)
        seen += names
    raise rtmidi_port.no_such_port(typed, [name for name in seen if may_be_a_kit(name)])


def _info(system: MidiSystem, name: str, several: bool) -> KitInfo:
    # A question mark would begin the parameters; what stands before it is part enough.
    target = bare(name).split("?")[0]
    query = f"?api={system.name}" if several else ""
    return KitInfo(
        f"midi://{target}{query}",
        name,
        StampedBy.DRIVER,
        system.sigma_ns,
        detail=system.title,
    )


driver = MidiDriver()
