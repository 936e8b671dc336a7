"""Where the live view goes: drawn over itself on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Protocol, TextIO

from station.cli._live import LiveView
from station.cli._meter import PRETTY, signs_for
from station.cli._output import clean, console, say
from station.units import NS_PER_S

_LINE_EVERY_NS = 5 * NS_PER_S
_KEYS = "space, Enter or q ends the take"
_WORD_STYLES = {
    "RUSHING": "bold white on red",
    "DRAGGING": "bold white on blue",
    "AHEAD": "bold red",
    "BEHIND": "bold blue",
    "STEADY": "bold black on green",
    "CENTRED": "bold green",
}


class Screen(Protocol):
    """Shows a view."""

    def show(self, view: LiveView, now_ns: int) -> None:
        """Show it as it is now."""
        ...


class Silent:
    """Shows nothing."""

    def show(self, view: LiveView, now_ns: int) -> None:
        """Do nothing."""


class Lines:
    """A line for the count-in, then one every five seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._due_ns: int | None = None
        self._said_count_in = False

    def show(self, view: LiveView, now_ns: int) -> None:
        """Print what is due."""
        if view.counting_in(now_ns):
            if not self._said_count_in:
                self._said_count_in = True
                awaited = view.start_ns is None
                say(view.counting_lines(now_ns)[0] if awaited else "Count-in …", self._stream)
            return
        if self._due_ns is None:
            self._due_ns = now_ns + _LINE_EVERY_NS
        elif now_ns >= self._due_ns:
            self._due_ns += _LINE_EVERY_NS
            say(view.one_line(now_ns), self._stream)


@contextlib.contextmanager
def drawn(stream: TextIO, title: str) -> Iterator[Screen]:
    """Give a screen that draws over itself on a terminal; the cursor is back afterwards."""
    from rich.live import Live
    from rich.text import Text

    class Drawn:
        def show(self, view: LiveView, now_ns: int) -> None:
            text = Text(no_wrap=True, overflow="crop")
            kit = view.kit
            if kit is not None:
                state = "" if kit.state == "open" else f"  [{kit.state.upper()}: {kit.detail}]"
                text.append(clean(f"{kit.name}  ±{kit.sigma_ms:g} ms{state}") + "\n", style="dim")
            text.append(f"{title}\n\n", style="dim")
            if view.counting_in(now_ns):
                for line in view.counting_lines(now_ns):
                    text.append(f"   {line}\n", style="bold")
            else:
                word = view.call_word()
                text.append(f"{view.place_line(now_ns)}\n\n")
                text.append(f"{view.meter_line()}\n\n", style="bold")
                text.append(f"  {' '.join(word)}  ", style=_WORD_STYLES.get(word, "bold"))
                text.append(f"\n{view.interval_line()}\n\n{view.counts_line()}\n")
            text.append(f"\n{_KEYS}", style="dim")
            live.update(text, refresh=True)

    live = Live(console=console(stream), auto_refresh=False, transient=True)
    with live:
        yield Drawn()


@contextlib.contextmanager
def screen_for(stream: TextIO, title: str, quiet: bool) -> Iterator[Screen]:
    """The screen that this stream can be."""
    if quiet:
        yield Silent()
    elif _can_be_drawn_on(stream) and signs_for(stream.encoding) is PRETTY:
        with drawn(stream, title) as screen:
            yield screen
    else:
        say(title, stream)
        yield Lines(stream)


def _can_be_drawn_on(stream: TextIO) -> bool:
    # A dumb terminal (an editor's, a serial console) cannot go back over what it wrote.
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")
