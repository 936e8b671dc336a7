"""What a player chooses once and for all: used at once, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from station.errors import StationError
from station.model import Pad
from station.preferences import Preferences
from station.start_pad import StartPad, check_start_pad
from ui.feed import Feed
from ui.pages.play import PlayPage
from ui.sounding import Sounding


class Choosing:
    """Keeps the choices, and what follows from them, of one mind.

    Parameters
    ----------
    feed, play, sounding
        What follows them.
    chosen
        The choices at first.
    keep
        Told of every other one.

    Attributes
    ----------
    chosen
        The choices now.
    """

    def __init__(
        self,
        feed: Feed,
        play: PlayPage,
        sounding: Sounding,
        chosen: Preferences,
        keep: Callable[[Preferences], None],
    ) -> None:
        self.chosen = chosen
        self._feed, self._play, self._sounding = feed, play, sounding
        self._keep = keep

    def use(self) -> None:
        """Have everything as it is chosen."""
        chosen = self.chosen
        pad = chosen.start_pad
        self._feed.start_pad = None if pad is None else StartPad(pad)
        self._play.setup.show_start_pad(pad)
        self._sounding.use(chosen.sound)
        self.show_pulse()
        self._play.show_picture(sheet=chosen.sheet)

    def choose(self, chosen: Preferences) -> None:
        """Use something else, and keep it."""
        self.chosen = chosen
        self.use()
        try:
            self._keep(chosen)
        except StationError as error:
            self._feed.complain(str(error))

    def choose_pad(self, pad: Pad | None) -> None:
        """The pad that starts and stops; one that the chart on the desk plays is complained of."""
        self.choose(replace(self.chosen, start_pad=pad))
        grid = self._feed.state.grid
        if pad is not None and grid is not None:
            try:
                check_start_pad(pad, grid.chart)
            except StationError as error:
                self._feed.complain(str(error))

    def take_pad(self) -> None:
        """Another pad was chosen from the list."""
        self.choose_pad(self._play.setup.pad)

    def take_sound(self) -> None:
        """Something of the sound was chosen."""
        self.choose(replace(self.chosen, sound=self._play.setup.sound.choice()))

    def change_visual_click(self) -> None:
        """Show the visual click, or hide it."""
        self.choose(replace(self.chosen, visual_click=not self.chosen.visual_click))
        on = "on" if self.chosen.visual_click else "off"
        self._play.say(on.upper(), f"the visual click is {on}")

    def change_sheet(self) -> None:
        """The sheet in place of the lanes, or the lanes."""
        self.choose(replace(self.chosen, sheet=not self.chosen.sheet))

    def show_pulse(self) -> None:
        """Show the visual click where it is chosen, or where nothing else can click."""
        self._play.pulse.setVisible(self.chosen.visual_click or self._feed.state.deaf)
