"""The start pad learnt by striking it: the button, the time that is left, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from station.model import Pad
from station.units import NS_PER_S
from ui import words
from ui.feed import Feed
from ui.widgets.setup import Setup

_LEARN, _UNDO = "strike it", "undo"


class Learning:
    """What the window does about choosing the start pad with a stick.

    Parameters
    ----------
    feed
        Listens.
    setup
        Has the button.
    choose
        Told of another start pad, or of none.
    say
        Shows a big word and a line.
    """

    def __init__(
        self,
        feed: Feed,
        setup: Setup,
        choose: Callable[[Pad | None], None],
        say: Callable[[str, str], None],
    ) -> None:
        self._feed, self._setup = feed, setup
        self._choose, self._say = choose, say
        self._before: tuple[Pad | None] | None = None
        setup.learn.setAccessibleName("Choose the start pad by striking it")
        setup.learn.setToolTip("Strike the pad that is to start and stop a take")
        setup.learn.clicked.connect(self.press)
        feed.pad_learnt.connect(self._learnt)
        self._name_button(_LEARN)

    def press(self) -> None:
        """The button: listen, or give up listening, or undo what was learnt."""
        if self._feed.learner is not None:
            self.give_up()
        elif self._before is not None:
            [pad], self._before = self._before, None
            self._choose(pad)
            self._say("AS BEFORE", f"START PAD: {_name(pad)}")
            self._name_button(_LEARN)
        elif not self._feed.state.kits or self._feed.state.simulated:
            self._say("NO KIT", "CONNECT ONE TO STRIKE ITS PADS")
        else:
            self._feed.learn_pad(learn=True)
            self._say("STRIKE", "THE PAD THAT STARTS AND STOPS")

    def give_up(self) -> None:
        """Listen no more; nothing is changed."""
        if self._feed.learner is not None:
            self._feed.learn_pad(learn=False)
            self._learnt(None)

    def forget(self) -> None:
        """Another pad was chosen from the list: there is nothing to undo."""
        self._before = None
        self._name_button(_LEARN)

    def show_frame(self, now_ns: int) -> None:
        """Show how long it still listens."""
        if self._feed.learner is not None:
            left_s = -(-self._feed.learner.left_ns(now_ns) // NS_PER_S)
            self._name_button(f"strike … {max(1, left_s)}")

    def _learnt(self, pad: Pad | None) -> None:
        self._name_button(_LEARN)
        if pad is None:
            self._say("AS BEFORE", "NO PAD WAS STRUCK")
            return
        before = self._setup.pad
        self._choose(pad)
        self._before = (before,)
        self._name_button(_UNDO)
        self._say(_name(pad), "TWO STRIKES START, TWO STOP")

    def _name_button(self, text: str) -> None:
        if text != self._setup.learn.text():
            self._setup.learn.setText(text)


def _name(pad: Pad | None) -> str:
    return "NONE" if pad is None else words.pad_name(pad).upper()
