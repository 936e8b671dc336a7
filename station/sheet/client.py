"""The sheet for a window: lines come when they are engraved, and nothing is waited for."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any

from station.charts import document
from station.charts.chart import Chart
from station.sheet.line import Headings, Line, line_of
from station.sheet.messages import Engraved, Failed, Laid, Lay, Want, receive, send
from station.sheet.picture import Picture
from station.sheet.sheet import WIDTH
from station.sheet.systems import System, systems_of

_END_TIMEOUT_S = 5.0


class SheetClient:
    """Engraves in a process of its own, which starts with the first chart, or with `start`.

    Attributes
    ----------
    systems
        Of the chart on the desk; empty before there is one.
    problem
        Why the sheet cannot be shown, one sentence; empty when it can.
    """

    def __init__(self) -> None:
        self.systems: tuple[System, ...] = ()
        self.problem = ""
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._outbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._chart: Chart | None = None
        self._width = 0.0
        self._desk = 0
        self._headings: Headings | None = None
        self._pictures: dict[bytes, Picture] = {}
        self._lines: dict[int, Line] = {}
        self._asked: tuple[int, ...] = ()

    def start(self) -> None:
        """Start the process, so that it is warm when it is needed; may be called twice."""
        if self._process is not None or self.problem or self._closed:
            return
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "station.sheet.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            self.problem = f"The sheet cannot be engraved: {error}."
            return
        for work, name in ((self._post, "sheet-post"), (self._listen, "sheet-listen")):
            thread = threading.Thread(target=work, args=(self._process,), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def lay(self, chart: Chart, width: float = WIDTH) -> None:
        """Put a chart on the desk, with lines of `width` staff spaces."""
        if self._chart is not None and _looks_alike(chart, self._chart) and width == self._width:
            if chart.tempo == self._chart.tempo:
                return
        else:
            self._pictures.clear()
        self.start()
        self._chart, self._width = chart, width
        self._desk += 1
        self._headings, self._asked = None, ()
        self._lines.clear()
        self.systems = systems_of(chart, width)
        self._outbox.put((self._desk, chart, width))

    def want(self, numbers: Iterable[int]) -> None:
        """Ask for lines, the most urgent first; what was asked for before is forgotten."""
        missing = tuple(
            number
            for number in dict.fromkeys(numbers)
            if 0 <= number < len(self.systems)
            and self.systems[number].likeness not in self._pictures
        )
        if missing and missing != self._asked:
            self._asked = missing
            self._outbox.put(Want(self._desk, missing))

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def wait(self, timeout_s: float) -> None:
        """Return when something has come, or after `timeout_s`."""
        with contextlib.suppress(queue.Empty):
            self._hear(self._inbox.get(timeout=timeout_s))

    def poll(self) -> bool:
        """Take over what has come; whether anything has."""
        came = False
        with contextlib.suppress(queue.Empty):
            while True:
                self._hear(self._inbox.get_nowait())
                came = True
        return came

    def line(self, number: int) -> Line | None:
        """A line of the chart on the desk, or None while it is not engraved."""
        line = self._lines.get(number)
        if line is not None:
            return line
        if not 0 <= number < len(self.systems) or self._chart is None or self._headings is None:
            return None
        picture = self._pictures.get(self.systems[number].likeness)
        if picture is None:
            return None
        line = line_of(self._chart, self.systems[number], picture, self._headings)
        self._lines[number] = line
        return line

    def kill(self) -> None:
        """End the process at once, as a fault would."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process; may be called twice."""
        self._closed = True
        self._outbox.put(None)
        if self._process is None:
            return
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(_END_TIMEOUT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    # ------------------------------------------------------------------- private

    def _hear(self, message: Any) -> None:
        match message:
            case None:
                self.problem = self.problem or (
                    "The sheet's process has ended unexpectedly; start the station again."
                )
            case Laid(desk, words) if desk == self._desk and self._chart is not None:
                self._headings = Headings(self._chart, words)
            case Engraved(desk, number, picture) if desk == self._desk:
                self._pictures[self.systems[number].likeness] = picture
            case Failed(desk, _, problem) if desk == self._desk:
                self.problem = problem

    def _post(self, process: subprocess.Popen[bytes]) -> None:
        """A thread: what is sent may be long, and the other side busy."""
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            while (item := self._outbox.get()) is not None:
                if isinstance(item, tuple):
                    desk, chart, width = item
                    item = Lay(desk, document.dump(chart), width)
                send(process.stdin, item)
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while (message := receive(process.stdout)) is not None:
                self._inbox.put(message)
        if not self._closed:
            self._inbox.put(None)


def _looks_alike(one: Chart, other: Chart) -> bool:
    """Whether two charts are the same but for their tempo."""
    return (
        one.ppq == other.ppq
        and one.length_ticks == other.length_ticks
        and one.metre == other.metre
        and one.notes == other.notes
    )
