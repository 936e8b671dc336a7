"""The keyboard while something runs: one key at a time, without Enter and without waiting."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator

# Waits at most so many seconds; returns the key, or an empty text for none.
ReadKey = Callable[[float], str]

if sys.platform == "win32":
    import msvcrt

    _POLL_S = 0.01

    @contextlib.contextmanager
    def keyboard() -> Iterator[ReadKey]:
        """Give a function that reads single keys."""
        pause = threading.Event()

        def read(timeout_s: float) -> str:
            for _ in range(max(1, round(timeout_s / _POLL_S))):
                if msvcrt.kbhit():
                    return msvcrt.getwch()
                pause.wait(_POLL_S)
            return ""

        yield read if sys.stdin.isatty() else _no_keys

else:
    import select
    import termios
    import tty

    @contextlib.contextmanager
    def keyboard() -> Iterator[ReadKey]:
        """Give a function that reads single keys; the terminal is as before afterwards."""
        terminal = _own_terminal()
        if terminal is None:
            yield _no_keys
            return
        before = termios.tcgetattr(terminal)
        tty.setcbreak(terminal)
        try:

            def read(timeout_s: float) -> str:
                ready, _, _ = select.select([terminal], [], [], timeout_s)
                return os.read(terminal, 1).decode("latin-1") if ready else ""

            yield read
        finally:
            # A terminal that was closed meanwhile needs nothing put back.
            with contextlib.suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)

    def _own_terminal() -> int | None:
        """Standard input, where it is a terminal that listens to us."""
        try:
            number = sys.stdin.fileno()
            # To a job in the background, touching the terminal means being stopped.
            if os.isatty(number) and os.tcgetpgrp(number) == os.getpgrp():
                return number
        except (OSError, ValueError, AttributeError):  # closed, or not a real file
            pass
        return None


def _no_keys(timeout_s: float) -> str:
    threading.Event().wait(timeout_s)
    return ""
