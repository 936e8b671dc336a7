"""Why a serial device does not open, each reason in a sentence with the way out."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path

from station.errors import KitError, KitReason

# ENOTTY: not a terminal at all. EINVAL, ERANGE: one that does not take these settings.
NO_LINE = (errno.ENOTTY, errno.EINVAL, errno.ERANGE)
_ABSENT = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO)
_BUSY = (errno.EBUSY, errno.EAGAIN)
_DENIED = (errno.EACCES, errno.EPERM)
_PROCESSES = Path("/proc")
_SERIAL_NAMES = ("tty", "rfcomm")


def is_there(path: str) -> bool:
    """Whether it is worth the try to open a device; Windows' ports are no files."""
    return sys.platform == "win32" or Path(path).exists()


def holder_of(path: str) -> str:
    """The program that has a device open, as far as may be known; empty for none.

    Most programs take no lock, and would find their device at another speed, with our questions
    in between. Linux tells of the processes of the same person.
    """
    real = Path(path).resolve()
    # Everybody has /dev/null open, and a pty whoever made it.
    if not real.name.startswith(_SERIAL_NAMES) or not _PROCESSES.is_dir():
        return ""
    for process in _PROCESSES.glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        with contextlib.suppress(OSError):  # another person's, or ended meanwhile
            if any(handle.readlink() == real for handle in (process / "fd").iterdir()):
                return (process / "comm").read_text(encoding="utf-8").strip()
    return ""


def taken(path: str, by: str = "") -> KitError:
    """The sentence to a person for a port that another program has."""
    program = f"'{by}'" if by else "another program"
    return KitError(
        f"{path} is in use by {program}; close that one (a serial monitor, another station) and "
        "try again.",
        KitReason.BUSY,
    )


def refusal(path: str, baud: int, error: Exception) -> KitError:
    """The sentence to a person for a port that does not open."""
    number = getattr(error, "errno", None)
    if number is None and "denied" in str(error).lower():  # Windows, where it means: taken
        number = errno.EBUSY
    if number in _DENIED:
        return KitError(
            f"{path} may not be opened by you; {_way_in(path)}.", KitReason.NO_PERMISSION
        )
    if number in _BUSY:
        return taken(path)
    if number in _ABSENT or (number is None and not is_there(path)):
        return KitError(
            f"There is no serial device {path}; plug the board in ('station kits' lists those "
            "that answer).",
            KitReason.NO_SUCH_PORT,
        )
    if isinstance(error, ValueError | OverflowError):
        return KitError(
            f"{path} does not run at {baud} baud; say another with '?baud='.", KitReason.NOT_A_KIT
        )
    return KitError(
        f"{path} is no serial port; 'station kits' lists the boards that answer.",
        KitReason.NOT_A_KIT,
    )


def _way_in(path: str) -> str:
    """How to be allowed: the device's group, when it would let us in."""
    try:
        import grp  # noqa: PLC0415 - not on Windows

        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (ImportError, KeyError, OSError):
        return "ask whoever runs this machine for the right to it"
    if group == "root":
        return f"its group is root: ask for a udev rule that gives {path} to 'dialout'"
    return f"join its group: 'sudo usermod -aG {group} $USER', then log in anew"
