"""The click of one take as MIDI notes into a drum module, which plays it without the computer."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from station.charts.chart import Chart
from station.clock import Clock
from station.errors import StationError

if TYPE_CHECKING:
    from station.hal.rtmidi_port import OutputPort
    from station.sound.midi_click import MidiClick


def module_name(port: str) -> str:
    """Where a module's click would sound, as calibrations name it.

    Parameters
    ----------
    port
        Any unique part of a MIDI port's name.

    Raises
    ------
    KitError
        When there is no such port.
    """
    opened: OutputPort = import_module("station.hal.rtmidi_port").open_output(port)
    opened.close()
    return f"midi://{opened.name}"


class ModuleClick:
    """An open port and what is sent to it.

    Parameters
    ----------
    port
        Any unique part of a MIDI port's name.
    channel
        1 to 16.
    plan
        A `ClickPlan`.

    Raises
    ------
    KitError
        When there is no such port.
    WrongUse
        When MIDI has no such channel.
    """

    def __init__(self, port: str, channel: int, chart: Chart, plan: Any, clock: Clock) -> None:
        clicks: Any = import_module("station.sound.midi_click")
        notes = clicks.ClickNotes(channel)
        self._port: OutputPort = import_module("station.hal.rtmidi_port").open_output(port)
        self._click: MidiClick = clicks.MidiClick(self._port, notes, clock)
        self._clicks = import_module("station.sound.click").lay_clicks(chart, plan)
        self._told = False

    @property
    def name(self) -> str:
        """Where it sounds, as calibrations name it."""
        return f"midi://{self._port.name}"

    def start(self, start_ns: int, host_ns: Callable[[int], int]) -> None:
        """Begin; `host_ns` maps the take's clock to the host's."""
        self._click.start(self._clicks, start_ns, host_ns)

    def mute(self, *, muted: bool) -> None:
        """Send no click from now on, or send them again."""
        self._click.muted = muted

    def news(self) -> StationError | None:
        """Why nothing is sent any more, told once."""
        problem = self._click.problem
        if problem is None or self._told:
            return None
        self._told = True
        return problem

    def close(self) -> None:
        """Send no more, and let the port go."""
        self._click.stop()
        self._port.close()
