from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

# Before any Qt module is imported: these tests need no display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication


@pytest.fixture(scope="session")
def app() -> QApplication:
    """The one application of the test run."""
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(["test"])


@pytest.fixture
def wait_for(app: QApplication) -> Callable[..., None]:
    """Runs the event loop until a condition holds, asked at each of a signal; bounded."""

    def wait(signal: Any, holds: Callable[[], bool], timeout_ms: int = 10_000) -> None:
        if holds():
            return
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

    return wait
