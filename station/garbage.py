"""Making very many objects at once, none of which can be garbage yet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without Python's garbage collector, for the fraction of a second that this takes.

    It would look through all that has been made so far again and again, which costs more than
    to make it. Reference counts free as always; what is a cycle waits until afterwards.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
