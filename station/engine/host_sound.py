"""The engine's sound: at most one card, with the click of a take and the kit's own voices.

Nothing of `station.sound` is loaded before a card is asked for: an engine without sound starts
as fast as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from station.calibration.names import sound_name
from station.charts.chart import Chart
from station.clock import Clock
from station.engine.messages import Click, GridNow, KitVoices, Message, Problem, SoundStatus
from station.engine.module_click import ModuleClick, module_name
from station.engine.module_voices import ModuleVoices
from station.engine.take_run import TakeRun
from station.errors import KitError, SoundError, StationError, WrongUse
from station.model import Flag, Hit, Judgement, JudgementKind, Mark, MarkKind, Pad
from station.units import ms_from_ns

if TYPE_CHECKING:
    from station.sound.metronome import Metronome, Pumped

_SUSPECT = Flag.DOUBLE_TRIGGER | Flag.CROSSTALK
_PADS = {pad.value: pad for pad in Pad}
_SILENT = "audio://none"
_OPEN = "off"


class HostSound:
    """What the host has of sound; without a card, all of it does nothing.

    Parameters
    ----------
    say
        Takes messages; must not block.

    Attributes
    ----------
    gated
        Whether a hit has to be judged before it is known whether it sounds.
    """

    def __init__(self, clock: Clock, say: Callable[[Message], None]) -> None:
        self.gated = False
        self._clock = clock
        self._say = say
        self._metronome: Metronome | None = None
        self._module: ModuleClick | None = None
        self._address = ""
        self._voices_on = False
        self._clicking = False
        self._started = False
        self._muted = False
        # What is not there and not needed, or fell silent: to be said.
        self._missing: list[StationError] = []
        self._voices: ModuleVoices | None = None
        self._voices_at = "", 0
        self._module_gate: Any = None

    # ------------------------------------------------------------------- asked

    def open(self, address: str, voices: KitVoices | None) -> None:
        """Open a card in place of the one before, and say how that went.

        Raises
        ------
        WrongUse
            When the address makes no sense.
        """
        self._voices_on = False
        self._address = ""
        if self._metronome is None:
            made: type[Metronome] = import_module("station.sound.metronome").Metronome
            self._metronome = made(self._clock)
            self._metronome.mute(muted=self._muted)
        problem = ""
        try:
            self._metronome.open(address)
        except SoundError as error:
            problem = str(error)
        self._address = address
        self.sound_kit(voices)
        self._say_status(problem)

    def sound_kit(self, voices: KitVoices | None) -> None:
        """Let hits sound from now on, or not.

        Raises
        ------
        WrongUse
            When there is no such gate.
        KitError
            When there is no such MIDI port.
        """
        self._voices_on = self.gated = False
        gate = None if voices is None else _gate_of(voices.gate)
        self._open_voices(voices)
        if voices is None or gate is None:
            return
        if voices.midi_port:
            self._voices_on = self._voices is not None
            self._module_gate = gate
        elif self._metronome is not None:
            kit_sound: Any = import_module("station.sound.metronome").KitSound
            self._metronome.sound_kit(kit_sound(voices.volume, voices.balance, gate))
            self._voices_on = self._metronome.status is not None
        self.gated = self._voices_on and gate != _OPEN

    def prepare(self, chart: Chart, click: Click | None, count_in_bars: int) -> None:
        """What a take that is about to begin will sound like.

        Raises
        ------
        WrongUse
            Naming the setting that makes no sense.
        KitError
            When there is no such MIDI port.
        """
        self.stop()
        if click is None:
            return
        plan = plan_of(click, count_in_bars)
        if click.midi_port:
            self._open_module(click, chart, plan)
        if self._metronome is None or self._address == _SILENT:
            return
        if self._metronome.status is None:
            # It was lost or busy before; perhaps it is plugged in again.
            self.open(self._address, None)
        self._metronome.prepare(chart, plan)
        self._clicking = self._metronome.status is not None

    def mute(self, run: TakeRun | None, *, muted: bool) -> None:
        """Let no click be heard from now on, or let it be heard again; a take is marked."""
        if run is not None and muted is not self._muted and self.heard_from:
            kind = MarkKind.CLICK_MUTED if muted else MarkKind.CLICK_HEARD
            run.mark([Mark(self._clock.now_ns(), kind)])
        self._muted = muted
        if self._metronome is not None:
            self._metronome.mute(muted=muted)
        if self._module is not None:
            self._module.mute(muted=muted)

    def would_be_heard_from(self, midi_port: str) -> str:
        """Where the click of a take to come would sound, as calibrations name it.

        Raises
        ------
        KitError
            When there is no such MIDI port.
        """
        status = self._metronome.status if self._metronome is not None else None
        if status is not None:
            return sound_name(status.address, status.name)
        return module_name(midi_port) if midi_port else ""

    @property
    def heard_from(self) -> str:
        """Where the take's click sounds, as calibrations name it; empty for nowhere."""
        status = self._metronome.status if self._metronome is not None else None
        if status is None or not self._clicking:
            return self._module.name if self._module is not None else ""
        return sound_name(status.address, status.name)

    @property
    def lead_ns(self) -> int:
        """So long before its first click a take has to be started."""
        return self._metronome.lead_ns if self._metronome is not None and self._clicking else 0

    # ------------------------------------------------------------------ a take

    def start(self, run: TakeRun, start_ns: int) -> None:
        """The take's tick 0 is known."""
        if self._muted and self.heard_from:
            run.mark([Mark(self._clock.now_ns(), MarkKind.CLICK_MUTED)])
        if self._module is not None:
            self._module.start(start_ns, run.host_ns)
        if self._metronome is not None and self._clicking:
            self._metronome.start(start_ns)
            self._started = True

    def stop(self) -> None:
        """The take is over; the card stays open."""
        if self._module is not None:
            self._module.close()
            self._module = None
        self._clicking = self._started = False
        if self._metronome is not None:
            self._metronome.stop()

    def pump(self, run: TakeRun | None) -> None:
        """Look at the card; costs next to nothing when nothing is due."""
        for module in (self._module, self._voices):
            if module is not None and (silent := module.news()) is not None:
                self._missing.append(silent)
        for missing in self._missing:
            self._say(Problem(str(missing), missing.exit_code, passing=True))
        self._missing.clear()
        if self._metronome is None:
            return
        now_ns = self._clock.now_ns()
        pumped = self._metronome.pump(now_ns)
        if pumped.problem is not None:
            self._voices_on = self.gated = False
            self._say_status(str(pumped.problem))
        if run is not None:
            self._tell(run, pumped, now_ns)

    # -------------------------------------------------------------------- hits

    def strike(self, hits: Sequence[Hit], offset_ns: int | None = 0) -> None:
        """Let hits sound, each as soon as the card's next block.

        Parameters
        ----------
        offset_ns
            As for `Metronome.strike`; 0 where no note is waited for.
        """
        if not self._voices_on:
            return
        # What the kit made up itself was no stroke.
        strokes = [hit for hit in hits if not hit.flags & _SUSPECT]
        if self._voices is not None:
            gate: Any = import_module("station.sound.rhythm_gate")
            if gate.lets_through(self._module_gate, offset_ns):
                self._voices.strike(strokes)
        elif self._metronome is not None:
            for hit in strokes:
                self._metronome.strike(hit.pad, hit.zone, hit.velocity, offset_ns)

    def strike_judged(self, hits: Sequence[Hit], judged: Sequence[Judgement]) -> None:
        """Let those hits sound that are in time."""
        for hit, judgement in zip(hits, judged, strict=True):
            of_note = {JudgementKind.HIT: judgement.offset_ns, JudgementKind.ORNAMENT: 0}
            # What only looks like a double trigger, beside a grace stroke, is judged not to be one.
            excused = hit.flags & _SUSPECT and not judgement.flags & _SUSPECT
            struck = replace(hit, flags=judgement.flags) if excused else hit
            self.strike([struck], of_note.get(judgement.kind))

    def choke(self, marks: Sequence[Mark]) -> None:
        """Cymbals that were grabbed."""
        sounding = self._metronome if self._voices is None else self._voices
        if not self._voices_on or sounding is None:
            return
        for mark in marks:
            pad = _PADS.get(mark.detail)
            if mark.kind is MarkKind.CHOKE and pad is not None:
                sounding.choke(pad)

    def close(self) -> None:
        """Let the card go."""
        self.stop()
        self._open_voices(None)
        if self._metronome is not None:
            self._metronome.close()

    # ----------------------------------------------------------------- private

    def _open_module(self, click: Click, chart: Chart, plan: Any) -> None:
        port, channel = click.midi_port, click.midi_channel
        try:
            self._module = ModuleClick(port, channel, chart, plan, self._clock)
        except KitError as error:
            if click.midi_port_needed:
                raise
            # Said when the take has begun: it goes on without.
            self._missing.append(error)
            return
        self._module.mute(muted=self._muted)

    def _open_voices(self, voices: KitVoices | None) -> None:
        """Have the module's port open that is asked for, and no other."""
        wanted = ("", 0) if voices is None else (voices.midi_port, voices.midi_channel)
        if self._voices is not None and wanted != self._voices_at:
            self._voices.close()
            self._voices = None
        if voices is None or not voices.midi_port or self._voices is not None:
            return
        try:
            self._voices = ModuleVoices(*wanted)
        except KitError as error:
            if voices.midi_port_needed:
                raise
            self._missing.append(error)
            return
        self._voices_at = wanted

    def _tell(self, run: TakeRun, pumped: Pumped, now_ns: int) -> None:
        for host_ns, rate_ppb in pumped.turns:
            # A kit that plays faster than time goes by has been judged beyond it already.
            if self._started and host_ns > run.judged_until_ns:
                step = run.turn_grid(host_ns, rate_ppb)
                self._say(GridNow(step.host_ns, step.grid_ns, step.rate_ppb))
        run.mark(pumped.marks)
        if pumped.problem is not None:
            run.mark([Mark(now_ns, MarkKind.SOUND_GAP, str(pumped.problem))])

    def _say_status(self, problem: str) -> None:
        status = self._metronome.status if self._metronome is not None else None
        if status is None:
            self._say(SoundStatus(self._address, problem=problem))
            return
        latency_ms = round(ms_from_ns(status.latency_ns), 3)
        self._say(SoundStatus(self._address, status.name, status.rate_hz, latency_ms, problem))


def _gate_of(name: str) -> Any:
    gates: Any = import_module("station.sound.rhythm_gate").Gate
    try:
        return gates(name)
    except ValueError:
        known = ", ".join(gates)
        raise WrongUse(f"No rhythm gate is '{name}'; there are {known}.") from None


def plan_of(click: Click, count_in_bars: int) -> Any:
    """A `ClickPlan` of what was said on the wire.

    Raises
    ------
    WrongUse
        Naming the setting that makes no sense.
    """
    plans: Any = import_module("station.sound.click_plan")
    try:
        beats = plans.Beats(click.beats)
        subdivision = plans.Subdivision(click.subdivision)
    except ValueError as error:
        known = ", ".join([*plans.Beats, *plans.Subdivision])
        raise WrongUse(f"A click cannot sound so: {error}; there are {known}.") from None
    return plans.ClickPlan(
        voice=click.voice,
        beats=beats,
        subdivision=subdivision,
        accents=click.accents,
        groups=tuple(click.groups),
        count_in_bars=count_in_bars,
        on_bars=click.on_bars,
        off_bars=click.off_bars,
        volume=click.volume,
        balance=click.balance,
    )
