"""A MIDI system with virtual ports, wherever this runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

from station.hal.jack import DummyServer, virtual_midi_available


@contextlib.contextmanager
def virtual_midi(say: Callable[[str], None]) -> Iterator[None]:
    """A MIDI system with virtual ports: this machine's own, or a JACK server for the while.

    Raises
    ------
    OutsideError
        When there is none and none can be started.
    """
    if virtual_midi_available():
        yield
        return
    say("no MIDI system with virtual ports here: starting a JACK server for the while")
    with DummyServer() as server:
        before = {name: os.environ.get(name) for name in server.environment()}
        os.environ.update(server.environment())
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
