"""The simulated board in a process of its own, and processes that keep all cores busy."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from station.errors import OutsideError


class BoardProcess:
    """A board that runs beside us as a real one would, told by commands what to do.

    Parameters
    ----------
    flags
        As of `python -m firmware_bridge.simboard`.

    Attributes
    ----------
    path
        Its port.
    """

    def __init__(self, *flags: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="edrum-bench-")
        self.path = Path(self._folder.name) / "tty"
        words = [sys.executable, "-m", "firmware_bridge.simboard", "--link", str(self.path)]
        self._process = subprocess.Popen(
            [*words, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if not self._line():
            self.close()
            raise OutsideError("The simulated board did not start: there are no ptys here.")

    def tell(self, command: str) -> dict[str, Any]:
        """Do something; the board's answer."""
        assert self._process.stdin is not None
        print(command, file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._line())
        return answer

    def truth_ns(self) -> list[int]:
        """True time of every hit so far, in the order of their numbers."""
        return [hit["t_ns"] for hit in self.tell("truth")["hits"]]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def __enter__(self) -> BoardProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextlib.contextmanager
def load(busy: bool) -> Iterator[None]:
    """Keep every core busy meanwhile, if `busy`."""
    cores = (os.cpu_count() or 1) if busy else 0
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
        for process in spinning:
            process.wait()
