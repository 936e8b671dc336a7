"""The process that engraves: `python -m station.sheet.worker`, driven by `client.SheetClient`.

In: `Lay` a chart on the desk, and `Want` lines of it, the most urgent first; what was wanted
before is forgotten. Out: `Ready` when Verovio is loaded, `Laid`, and for every line an
`Engraved` or a `Failed`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from typing import IO, Any

from station.charts import document
from station.errors import StationError
from station.sheet.messages import Engraved, Failed, Laid, Lay, Ready, Want, receive, send

# Judging comes first.
_NICER = 5


def main() -> int:
    """Engrave until the parent has gone."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICER)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, inbox), daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        _Desk(inbox, sys.stdout.buffer).work()
    return 0


def _listen(pipe: IO[bytes], inbox: queue.SimpleQueue[Any]) -> None:
    while True:
        message = receive(pipe)
        inbox.put(message)
        if message is None:
            return


class _Desk:
    def __init__(self, inbox: queue.SimpleQueue[Any], out: IO[bytes]) -> None:
        from station.sheet.engraver import Engraver  # noqa: PLC0415 - whoever only sends needs none
        from station.sheet.sheet import Sheet  # noqa: PLC0415

        self._inbox, self._out = inbox, out
        self._make_sheet, self._engraver = Sheet, Engraver()
        self._sheet: Sheet | None = None
        self._desk = -1
        self._wanted: list[int] = []
        send(out, Ready())

    def work(self) -> None:
        """Do what is wanted, in its order, and look up after every line."""
        while True:
            while not self._wanted or not self._inbox.empty():
                message = self._inbox.get()
                if message is None:
                    return
                self._hear(message)
            self._engrave(self._wanted.pop(0))

    def _hear(self, message: Lay | Want) -> None:
        if isinstance(message, Lay):
            self._desk, self._sheet, self._wanted = message.desk, None, []
            try:
                chart = document.parse(message.chart)
                self._sheet = self._make_sheet(chart, self._engraver, message.width)
            except StationError as error:
                send(self._out, Failed(self._desk, -1, str(error)))
            else:
                send(self._out, Laid(self._desk, self._sheet.swing_words))
        elif message.desk == self._desk:
            self._wanted = list(message.numbers)

    def _engrave(self, number: int) -> None:
        if self._sheet is None or not 0 <= number < len(self._sheet.systems):
            return
        try:
            answer: object = Engraved(self._desk, number, self._sheet.picture(number))
        except StationError as error:
            answer = Failed(self._desk, number, str(error))
        send(self._out, answer)


if __name__ == "__main__":
    sys.exit(main())
