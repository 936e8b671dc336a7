"""Qt's event loop, run until something holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QEventLoop, QTimer


def until(signal: Any, holds: Callable[[], bool], timeout_ms: int = 60_000) -> None:
    """Run the event loop until it holds, asked whenever the signal comes; bounded."""
    loop = QEventLoop()
    late = QTimer()
    late.setSingleShot(True)
    late.timeout.connect(lambda: loop.exit(1))

    def ask(*_: object) -> None:
        if holds():
            loop.exit(0)

    signal.connect(ask)
    late.start(timeout_ms)
    failed = loop.exec()
    signal.disconnect(ask)
    late.stop()
    assert not failed, f"nothing came of it in {timeout_ms} ms"
