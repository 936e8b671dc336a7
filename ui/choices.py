"""What the window remembers from one day to the next: how it was looked at last."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from station import settings
from station.errors import FileError
from station.files import read_text, write_atomically

_FILE = "window.json"


def remembered(name: str, default: bool) -> bool:
    """A choice as it was made last; `default` where there is none or it cannot be read."""
    return _read().get(name, default)


def remember(name: str, choice: bool) -> None:
    """Keep a choice; a place that cannot be written is no reason to complain."""
    choices = _read() | {name: choice}
    with contextlib.suppress(OSError, FileError):
        _path().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_path(), json.dumps(choices).encode())


def _path() -> Path:
    return settings.user_config_dir() / _FILE


def _read() -> dict[str, bool]:
    try:
        choices = json.loads(read_text(_path()))
    except (FileError, ValueError):
        return {}
    if not isinstance(choices, dict):
        return {}
    return {name: choice for name, choice in choices.items() if isinstance(choice, bool)}
