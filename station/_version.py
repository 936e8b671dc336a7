"""The version, in one place for takes, reports and `--version`."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def _installed_version() -> str:
    try:
        return version("edrum-station")
    except PackageNotFoundError:  # a source tree that nobody installed
        return "0.0.0+source"


__version__ = _installed_version()
