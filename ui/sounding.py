"""Keeps the chosen sound, the engine's sound and what is shown of both of one mind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from station.engine.messages import AskCalibration, CalibrationNow, OpenSound, Start
from station.sound_choice import NO_CARD, SoundChoice
from station.units import NS_PER_S
from ui import calibration_words
from ui.feed import Feed
from ui.soundsearch import SoundSearch
from ui.state import Phase
from ui.widgets.sound_row import SoundRow

# A take that is begun as soon as the window is there has both processors for itself.
_REST_NS = NS_PER_S
_LONG_AGO_NS = -(2**62)


class Sounding:
    """What the window does about sound.

    Parameters
    ----------
    feed
        The way to the engine.
    row
        The choices.
    search
        Begins a search for cards and MIDI ports; None: none is made.
    """

    def __init__(self, feed: Feed, row: SoundRow, search: Callable[[], SoundSearch] | None) -> None:
        self._feed, self._state, self._row = feed, feed.state, row
        self._begin_search = search
        self._search: SoundSearch | None = None
        self._put_off: CalibrationNow | None = None
        self._opened = OpenSound(NO_CARD)
        self._asked: tuple[object, ...] | None = None
        self._search_wanted = search is not None
        self._rests_since_ns: int | None = None

    def use(self, chosen: SoundChoice) -> None:
        """Have it sound so from now on."""
        self._row.show_choice(chosen)
        before, self._state.sound_choice = self._state.sound_choice, chosen
        wanted = chosen.card_message()
        if wanted != self._opened:
            self._opened = wanted
            self._feed.open_sound(wanted)
        if chosen != before and chosen.voiceless:
            source = "module" if chosen.module_voices else "sound card"
            self._feed.complain(f"Hits need a {source} to sound from; choose one beside it.")
        self.ask()

    def ask(self) -> None:
        """Ask what is kept for this kit with this click, where either is another."""
        state, chosen = self._state, self._state.sound_choice
        if state.playing:
            return
        if not chosen.clicks or not state.kits:
            state.calibration = self._asked = None
            self.show()
            return
        opening = chosen.has_card and state.sound is None
        name = state.sound.name if state.sound is not None else ""
        wanted = (tuple(state.kits), name, chosen.module)
        if not opening and wanted != self._asked:
            self._asked = wanted
            state.calibration = None
            self._feed.tell(AskCalibration(chosen.module))
        self.show()

    def forget(self) -> None:
        """Another engine has to be asked anew."""
        self._asked = None

    def show(self) -> None:
        """Show what is kept."""
        self._row.show_calibration(calibration_words.in_short(self._state.calibration))

    def of(self, start: Start) -> Start:
        """A take, with its sound."""
        chosen = self._state.sound_choice
        return replace(start, click=chosen.click_message(), kit_voices=chosen.voices_message())

    def uncalled(self, *, on_first_hit: bool) -> str:
        """Why placement is not called in a take that begins now; empty where it may be."""
        state = self._state
        if state.simulated:  # whose latency is known to be none
            return ""
        return calibration_words.uncalled(
            state.sound_choice, state.calibration, on_first_hit=on_first_hit
        )

    def missing(self) -> str:
        """What has to be said of a calibration that is missing, until the player says: later."""
        state = self._state
        if state.playing or state.simulated or state.calibration == self._put_off:
            return ""
        return calibration_words.missing(state.calibration)

    def put_off(self) -> None:
        """The player does not want to calibrate this kit with this sound now."""
        self._put_off = self._state.calibration

    def calibrate(self, bpm: float, beats: int) -> None:
        """Begin to calibrate, with so many clicks after a count-in."""
        command = self._state.sound_choice.tapping_message(bpm, beats)
        if command is None:
            self._feed.complain(
                "Without a click there is nothing to tap to; choose a sound card or a module, "
                "and a click, among the choices."
            )
            return
        if self._state.muted:
            self._feed.mute(muted=False)
        self._feed.calibrate(command)

    def mute(self) -> tuple[str, str]:
        """Mute the click, or let it be heard again; returns it as a big word and a line."""
        muted = not self._state.muted
        self._feed.mute(muted=muted)
        return ("MUTED", "THE CLICK IS MUTED · M") if muted else ("CLICK", "THE CLICK IS HEARD")

    def search(self) -> None:
        """Look for cards and ports again, as soon as no take runs."""
        self._search_wanted = self._begin_search is not None
        self._rests_since_ns = _LONG_AGO_NS

    def poll(self, now_ns: int) -> None:
        """Begin to look when nobody waits for anything, and show what was found."""
        if self._search is None:
            if self._search_wanted and self._rested(now_ns):
                assert self._begin_search is not None
                self._search, self._search_wanted = self._begin_search(), False
        elif (found := self._search.poll()) is not None:
            self._search = None
            self._row.show_found(found.cards, found.ports)

    def _rested(self, now_ns: int) -> bool:
        if self._state.phase is not Phase.IDLE:
            self._rests_since_ns = None
            return False
        if self._rests_since_ns is None:
            self._rests_since_ns = now_ns
        return now_ns - self._rests_since_ns >= _REST_NS

    def close(self) -> None:
        """Give up looking."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
