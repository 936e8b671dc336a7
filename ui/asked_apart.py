"""A question that a process of its own answers, in JSON on its standard output.

Looking for kits and cards loads drivers and talks to sound systems, some of which hold Python's
lock while they wait, or print what they like.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any


class AskedApart:
    """One question; asked when it is made.

    Parameters
    ----------
    module
        Run as ``python -m``; prints one JSON value with `answer`.
    """

    def __init__(self, module: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    @property
    def answered(self) -> bool:
        """Whether the process has ended; never blocks."""
        return self._process.poll() is not None

    def take(self) -> Any:
        """The answer, once, when it is there; None of a process that failed."""
        # An answer of a few names fits into the pipe, so the process did not wait for us.
        answer, _ = self._process.communicate()
        return None if self._process.returncode else json.loads(answer)

    def cancel(self) -> None:
        """Give up; may be called at any time."""
        if not self.answered:
            self._process.kill()
        self._process.communicate()


def answer(value: Any, out: int) -> None:
    """Print the answer to what `alone_on_stdout` returned."""
    with os.fdopen(out, "w", encoding="utf-8") as file:
        json.dump(value, file)


def alone_on_stdout() -> int:
    """Keep standard output for the answer: what a sound system prints goes elsewhere from now on.

    Returns
    -------
    int
        A file descriptor.
    """
    out = os.dup(1)
    os.dup2(2, 1)
    return out
