"""The one module that imports rtmidi: which systems are there, and ports in and out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from station.errors import KitError, KitReason
from station.hal.jack import server_answers
from station.hal.port_names import CLIENT, meant
from station.hal.systems import BY_NAME, SYSTEMS, MidiSystem, sequencer_usable, why_none

try:
    import rtmidi
except ImportError as error:  # a wheel whose system library (libasound2) is missing
    _IMPORT_FAILED: ImportError | None = error
else:
    _IMPORT_FAILED = None

# Three seconds of 10,000 messages a second, should the whole process be held up.
QUEUE_LIMIT = 32_768

# JACK joins two ports at its next period; what is sent before is lost. People set 64 to 1,024
# frames: this is two of the longest.
_JACK_JOINS_WITHIN_S = 0.045

_CHECKS = {"alsa": sequencer_usable, "jack": server_answers}


def is_there(system: MidiSystem) -> bool:
    """Whether a system answers now; for an open port too: JACK's server may die."""
    check = _CHECKS.get(system.name)
    return check is None or check()


def systems_there() -> list[MidiSystem]:
    """The systems that this build of RtMidi knows and that answer now, best stamps first."""
    if _IMPORT_FAILED is not None:
        return []
    built_in = {rtmidi.get_api_name(api) for api in rtmidi.get_compiled_api()}
    return [system for system in SYSTEMS if system.name in built_in and is_there(system)]


def systems_for(api: str | None) -> list[MidiSystem]:
    """The systems to look for a port in: the one that was asked for, or all that are there.

    Raises
    ------
    KitError
        When there is none.
    """
    if _IMPORT_FAILED is not None:
        way_out = (
            "install it (Debian and Ubuntu: 'sudo apt install libasound2')"
            if "libasound" in str(_IMPORT_FAILED)
            else "install the station again"
        )
        raise KitError(f"MIDI cannot be used ({_IMPORT_FAILED}); {way_out}.", KitReason.NO_SYSTEM)
    there = systems_there()
    if api is not None:
        there = [system for system in there if system.name == api]
        if not there:
            raise KitError(
                f"{BY_NAME[api].title} is not there; start it, or leave out 'api={api}'.",
                KitReason.NO_SYSTEM,
            )
    if not there:
        raise KitError(why_none(), KitReason.NO_SYSTEM)
    return there


def input_names(system: MidiSystem) -> list[str]:
    """The ports that one can listen to, by the system's own names; none if it fails."""
    return _names(rtmidi.MidiIn, system) if is_there(system) else []


def output_names(system: MidiSystem) -> list[str]:
    """The ports that listen, by the system's own names; none if it fails."""
    return _names(rtmidi.MidiOut, system) if is_there(system) else []


def _names(kind: Any, system: MidiSystem) -> list[str]:
    try:
        client = _make(kind, system, CLIENT)
        with _deleted_on_error(client, CLIENT):
            names = list(client.get_ports())
    except KitError:
        return []
    _delete(client)
    return names


class InputPort:
    """An open port to listen to; RtMidi's own queue holds what has come.

    Raises
    ------
    KitError
        When the port is gone, or somebody else has it to themselves.
    """

    def __init__(self, system: MidiSystem, name: str, queue_limit: int = QUEUE_LIMIT) -> None:
        self.system = system
        self.name = name
        self.queue_limit = queue_limit
        self._client = _make(rtmidi.MidiIn, system, CLIENT, queue_size_limit=queue_limit)
        with _deleted_on_error(self._client, name):
            # Everything: on JACK a message that RtMidi leaves out still moves the next delta.
            self._client.ignore_types(sysex=False, timing=False, active_sense=False)
            _join(self._client, system, name, "in")

    def poll(self) -> tuple[list[int], float] | None:
        """The next message's bytes and its delta in seconds, or None.

        Raises
        ------
        KitError
            When the system says that the port is lost (most never do).
        """
        try:
            message: tuple[list[int], float] | None = self._client.get_message()
        except rtmidi.RtMidiError as error:
            raise _lost(self.name, error) from error
        return message

    def names(self) -> list[str]:
        """The ports that are there now (this one among them, unless it was unplugged)."""
        if not is_there(self.system):
            return []
        try:
            return list(self._client.get_ports())
        except rtmidi.RtMidiError as error:
            raise _lost(self.name, error) from error

    def close(self) -> None:
        """Let the port go; may be called twice."""
        _delete(self._client)


class OutputPort:
    """An open port to send to; made by `open_virtual_output` and `open_output`.

    Attributes
    ----------
    name
        What others see, or whom this one sends to.
    system
        Which system carries it.
    """

    def __init__(self, client: Any, name: str, system: MidiSystem) -> None:
        self.name = name
        self.system = system
        self._client = client

    def send(self, message: bytes) -> None:
        """Send one whole MIDI message at once."""
        self._client.send_message(message)

    def close(self) -> None:
        """Let the port go, which unplugs a virtual one; may be called twice."""
        _delete(self._client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_virtual_output(name: str, api: str | None = None) -> OutputPort:
    """A MIDI device that is a program: others find it as `name` and can listen to it.

    Raises
    ------
    KitError
        When there is no MIDI system, or it has no virtual ports (Windows).
    """
    for system in systems_for(api):
        if system.name == "winmm":
            continue
        client = _make(rtmidi.MidiOut, system, name)
        with _deleted_on_error(client, name):
            client.open_virtual_port("midi")
        return OutputPort(client, name, system)
    raise KitError(
        "Windows has no virtual MIDI ports; install a loopback driver such as loopMIDI "
        "and use one of its ports.",
        KitReason.NO_SYSTEM,
    )


def open_output(typed: str, api: str | None = None) -> OutputPort:
    """A port that listens, by any unique part of its name.

    Raises
    ------
    KitError
        When none or several fit, or it cannot be opened.
    """
    seen: list[str] = []
    for system in systems_for(api):
        client = _make(rtmidi.MidiOut, system, CLIENT)
        with _deleted_on_error(client, typed):
            names = list(client.get_ports())
            fitting = meant(typed, names)
            if len(fitting) == 1:
                _join(client, system, fitting[0], "out")
                return OutputPort(client, fitting[0], system)
        _delete(client)
        if fitting:
            raise ambiguous(typed, fitting)
        seen += names
    raise no_such_port(typed, seen)


def ambiguous(typed: str, names: list[str]) -> KitError:
    """Several ports fit: the error that says which."""
    return KitError(
        f"'{typed}' fits several MIDI ports ({_quoted(names)}); write more of the name.",
        KitReason.AMBIGUOUS,
    )


def no_such_port(typed: str, names: list[str]) -> KitError:
    """No port fits: the error that says what is there."""
    there = f"there are {_quoted(names)}" if names else "there is none at all"
    return KitError(
        f"No MIDI port is called '{typed}', {there}; plug it in and switch it on, "
        "or write a part of a name that is there.",
        KitReason.NO_SUCH_PORT,
    )


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _refused(name: str, error: Exception) -> KitError:
    return KitError(
        f"The MIDI port '{name}' cannot be opened ({error}); "
        "close the program that uses it, or plug it in again.",
        KitReason.BUSY,
    )


def _lost(name: str, error: Exception) -> KitError:
    return KitError(f"The MIDI port '{name}' is lost ({error}); plug it in again.", KitReason.LOST)


def _join(client: Any, system: MidiSystem, name: str, own_name: str) -> None:
    # RtMidi opens by place, and places move when something is unplugged.
    names = list(client.get_ports())
    if name not in names:
        raise no_such_port(name, names)
    client.open_port(names.index(name), own_name)
    if system.name == "jack":
        time.sleep(_JACK_JOINS_WITHIN_S)


def _make(kind: Any, system: MidiSystem, name: str, **settings: int) -> Any:
    try:
        return kind(rtmidi.get_compiled_api_by_name(system.name), name, **settings)
    except rtmidi.RtMidiError as error:
        raise _refused(name, error) from error


@contextmanager
def _deleted_on_error(client: Any, name: str) -> Iterator[None]:
    """Let a client go whose port, called `name`, does not open."""
    try:
        yield
    except rtmidi.RtMidiError as error:
        _delete(client)
        raise _refused(name, error) from error
    except KitError:
        _delete(client)
        raise


def _delete(client: Any) -> None:
    if not client.is_deleted:
        client.close_port()
        client.delete()
