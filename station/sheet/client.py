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

from station.charts.chart import Chart
from station.sheet.line import Headings, Line, line_of
from station.sheet.messages import Engraved, Failed, Laid, Lay, Ready, Want, receive, send
from station.sheet.parcel import columns_of, packed
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
    ready
        Whether Verovio is loaded in the process.
    problem
        Why the sheet cannot be shown, one sentence; empty when it can.
    """

    def __init__(self) -> None:
        self.systems: tuple[System, ...] = ()
        self.ready = False
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
        if self.running or self._closed:
            return
        self._end()
        self.ready = False
        # One of its own: nothing that was meant for a process that has died is sent to this.
        self._outbox = queue.SimpleQueue()
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
            words = (self._process, self._outbox)
            thread = threading.Thread(target=work, args=words, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def lay(self, chart: Chart, width: float = WIDTH) -> None:
        """Put a chart on the desk, with lines of `width` staff spaces."""
        before = self._chart
        alike = before is not None and width == self._width and _looks_alike(chart, before)
        same = before is not None and alike and _place(before) == _place(chart)
        if same and self.running and not self.problem:
            return
        if not alike:
            self._pictures.clear()
        self.problem = ""
        self.start()
        self._chart, self._width = chart, width
        self._desk += 1
        self._headings, self._asked = None, ()
        self._lines.clear()
        # First: the process reads the chart while it is cut into lines here.
        columns = columns_of(chart)
        self._outbox.put(Lay(self._desk, packed(chart, columns)))
        self.systems = systems_of(chart, width, columns)

    def want(self, numbers: Iterable[int]) -> None:
        """Ask for lines, the most urgent first; what was asked for before is forgotten."""
        likenesses = set(self._pictures)
        missing = []
        for number in numbers:
            if 0 <= number < len(self.systems):
                system = self.systems[number]
                if system.likeness not in likenesses:
                    likenesses.add(system.likeness)
                    missing.append(system)
        asked = tuple(system.number for system in missing)
        if missing and asked != self._asked:
            self._asked = asked
            self._outbox.put(Want(self._desk, tuple(missing)))

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
        self._end()

    # ------------------------------------------------------------------- private

    def _end(self) -> None:
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
        self._threads.clear()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def _hear(self, message: Any) -> None:
        match message:
            case subprocess.Popen() if message is self._process:
                self.kill()
                self._end()
                self.problem = "The sheet's process has ended unexpectedly; choose the chart again."
            case Ready():
                self.ready = True
            case Laid(desk, words) if desk == self._desk and self._chart is not None:
                self._headings = Headings(self._chart, words)
            case Engraved(desk, likeness, picture) if desk == self._desk:
                self._pictures[likeness] = picture
            case Failed(desk, problem) if desk == self._desk:
                self.problem = problem

    def _post(self, process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[Any]) -> None:
        """A thread: what is sent may be long, and the other side busy."""
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            while (item := outbox.get()) is not None:
                send(process.stdin, item)
        with contextlib.suppress(OSError, ValueError):
            process.stdin.close()

    def _listen(self, process: subprocess.Popen[bytes], outbox: queue.SimpleQueue[Any]) -> None:
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            while (message := receive(process.stdout)) is not None:
                self._inbox.put(message)
        outbox.put(None)
        if not self._closed:
            self._inbox.put(process)


def _place(chart: Chart) -> tuple[object, ...]:
    """What a chart's lines depend on beside its notes."""
    return chart.tempo, chart.first_bar, chart.pass_ticks


def _looks_alike(one: Chart, other: Chart) -> bool:
    """Whether two charts are the same but for their tempo."""
    return (
        one.ppq == other.ppq
        and one.length_ticks == other.length_ticks
        and one.metre == other.metre
        and one.notes == other.notes
    )
