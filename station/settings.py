"""Where things are on this machine: shipped data, takes, caches, runtime files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import platformdirs

_APP = "edrum-station"
_HERE = Path(__file__).parent


def config_dir() -> Path:
    """The data that ships: inside the wheel, or beside the packages in a source tree."""
    shipped = _HERE / "_config"
    return shipped if shipped.is_dir() else _HERE.parent / "config"


def data_dir() -> Path:
    """Where takes are kept; `STATION_DATA_DIR` moves it."""
    override = os.environ.get("STATION_DATA_DIR")
    return Path(override) if override else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def user_config_dir() -> Path:
    """Where a person's own charts and kit profiles are; `STATION_CONFIG_DIR` moves it."""
    override = os.environ.get("STATION_CONFIG_DIR")
    return Path(override) if override else Path(platformdirs.user_config_dir(_APP, appauthor=False))


def runtime_dir() -> Path:
    """Where short-lived shared files go: memory-backed where the system has such a place."""
    override = os.environ.get("STATION_RUNTIME_DIR")
    if override:
        return Path(override)
    shm = Path("/dev/shm")
    return shm if os.access(shm, os.W_OK) else Path(tempfile.gettempdir())
