"""The window: a display, and Qt with the libraries that it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from station.cli._dashboard import display_there
from station.cli.checks.finding import Finding, ok, problem, remark

# Qt ends the process when its platform plugin does not load, so it is tried in another one.
_TRIAL = "from PyQt6.QtWidgets import QApplication; a = QApplication([]); print(a.platformName())"
_TRIAL_S = 20.0
_LIBRARY = re.compile(r"(?P<name>lib[\w.+-]+\.so[.\d]*)(?: => not found|: cannot open)")
# Debian's package for each library that Qt's wheels do not bring.
_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}


def check() -> list[Finding]:
    """Whether the dashboard's window can open; takes about a second."""
    if find_spec("PyQt6") is None:
        return [
            problem("window", "PyQt6 is not installed", "pip install PyQt6, or use 'station play'")
        ]
    if display_there():
        return [_with_display()]
    return [_without_display()]


def _with_display() -> Finding:
    opened, said = try_qt(dict(os.environ))
    if opened:
        return ok("window", f"Qt opens with its platform '{said}'")
    return problem("window", f"Qt does not open: {said}", _way_out(said))


def _without_display() -> Finding:
    opened, said = try_qt({**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    if not opened:
        return remark("window", f"no display, and Qt does not load: {said}", _way_out(said))
    return remark(
        "window",
        "no display (neither DISPLAY nor WAYLAND_DISPLAY is set); Qt itself loads",
        "start it from a desktop, or play in the terminal: 'station play'",
    )


def try_qt(environment: dict[str, str]) -> tuple[bool, str]:
    """Open Qt in a process of its own.

    Returns
    -------
    (opened, said)
        The platform's name, or what went wrong with the libraries that are missing.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", _TRIAL],
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TRIAL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"it does not answer within {_TRIAL_S:g} s"
    except OSError as error:
        return False, str(error)
    if done.returncode == 0:
        return True, done.stdout.strip()
    missing = sorted(set(_missing(done.stderr)) | set(_missing_of_plugin()))
    if missing:
        return False, f"missing {', '.join(missing)}"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return False, (lines[0] if lines else f"it ended with code {done.returncode}")[:200]


def _missing(text: str) -> list[str]:
    return [match["name"] for match in _LIBRARY.finditer(text)]


def _missing_of_plugin() -> list[str]:
    """What the X11 plugin lacks: Qt itself only says that it could not be loaded."""
    spec = find_spec("PyQt6")
    ldd = shutil.which("ldd")
    if ldd is None or spec is None or not spec.submodule_search_locations:
        return []
    plugin = Path(spec.submodule_search_locations[0], "Qt6/plugins/platforms/libqxcb.so")
    if not plugin.exists():
        return []
    found = subprocess.run(
        [ldd, str(plugin)], capture_output=True, text=True, timeout=_TRIAL_S, check=False
    )
    return _missing(found.stdout)


def _way_out(said: str) -> str:
    packages = sorted({_PACKAGES[name] for name in _PACKAGES if name in said})
    if packages:
        return f"sudo apt-get install {' '.join(packages)}"
    return "check the desktop that DISPLAY names, or play in the terminal: 'station play'"
