"""The process that engraves: `python -m station.sheet.worker`, driven by `client.SheetClient`.

In: `Lay` a chart on the desk, and `Want` lines of it, the most urgent first; what was wanted
before is forgotten. Out: `Ready` when Verovio is loaded, `Laid`, and for every line an
`Engraved` or a `Failed`.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from typing import IO, Any

from station.errors import StationError
from station.sheet.engraver import Engraver
from station.sheet.messages import Engraved, Failed, Laid, Lay, Ready, Want, receive, send
from station.sheet.parcel import unpacked
from station.sheet.sheet import Sheet
from station.sheet.systems import System


def main() -> int:
    """Engrave until the parent has gone."""
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
        self._inbox, self._out = inbox, out
        self._engraver = Engraver()
        self._sheet: Sheet | None = None
        self._desk = -1
        self._wanted: list[System] = []
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
            self._sheet = Sheet(unpacked(message.chart), self._engraver)
            send(self._out, Laid(self._desk, self._sheet.swing_words))
        elif message.desk == self._desk:
            self._wanted = list(message.systems)

    def _engrave(self, system: System) -> None:
        if self._sheet is None:
            return
        try:
            answer: object = Engraved(self._desk, system.likeness, self._sheet.picture(system))
        except StationError as error:
            answer = Failed(self._desk, str(error))
        send(self._out, answer)


if __name__ == "__main__":
    sys.exit(main())
