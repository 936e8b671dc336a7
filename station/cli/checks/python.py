"""Python, and the packages that the station needs."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from station._version import __version__
from station.cli.checks.finding import Finding, ok, problem, remark

_LEAST = (3, 11)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check() -> list[Finding]:
    """Whether Python is new enough and every package is there."""
    return [_python(), _packages()]


def _python() -> Finding:
    said = f"Python {platform.python_version()}, edrum-station {__version__}"
    if sys.version_info < _LEAST:
        return problem("Python", f"{said}: too old", "install Python 3.11 or newer")
    return ok("Python", said)


def _packages() -> Finding:
    try:
        needed = requires("edrum-station") or []
    except PackageNotFoundError:
        return remark(
            "packages",
            "this source tree is not installed",
            "start it with ./run, or 'pip install .'",
        )
    there, missing = [], []
    for line in needed:
        match = _NAME.match(line)
        if match is None or "extra ==" in line:
            continue
        try:
            there.append(f"{match[0]} {version(match[0])}")
        except PackageNotFoundError:
            missing.append(match[0])
    if missing:
        return problem(
            "packages", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}"
        )
    return ok("packages", ", ".join(there))
