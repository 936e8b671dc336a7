"""Every error of the station, each one sentence to a person.

::

    StationError                 root: catch this to catch ours
    ├── WrongUse                 what was typed or asked cannot be done        exit 2
    ├── OutsideError             the world did not go along                    exit 3
    │   ├── KitError             a port, a board, a driver (carries a reason)
    │   ├── SoundError           a sound card that is not there or is lost (carries a reason)
    │   ├── FileError            a file that is missing, broken or hostile
    │   │   ├── ChartError       … a chart
    │   │   └── ProfileError     … a kit's profile
    │   ├── StoreError           the takes on disk (carries a reason)
    │   └── EngineError          the engine's process ended or does not answer
    └── StationBug               ours: should never be seen, please report    exit 70

A message names the thing, what is wrong, and the way out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class StationError(Exception):
    """Root of every error that the station raises on purpose."""

    exit_code: ClassVar[int] = 3


class WrongUse(StationError):  # noqa: N818 - reads as what it says: wrong use
    """A command or call that makes no sense as given."""

    exit_code = 2


class OutsideError(StationError):
    """Something outside the program: a device, a file, a process."""


class KitReason(StrEnum):
    """Why a kit cannot be used."""

    NO_SUCH_PORT = "no-such-port"
    AMBIGUOUS = "ambiguous"
    BUSY = "busy"
    NO_PERMISSION = "no-permission"
    NO_DRIVER = "no-driver"
    NO_SYSTEM = "no-system"
    LOST = "lost"
    NOT_A_KIT = "not-a-kit"


class KitError(OutsideError):
    """A kit that cannot be opened or was lost.

    Attributes
    ----------
    reason
        Why, for programs.
    """

    def __init__(self, message: str, reason: KitReason) -> None:
        super().__init__(message)
        self.reason = reason


class SoundReason(StrEnum):
    """Why a sound card cannot be used."""

    NO_SYSTEM = "no-system"
    NO_DEVICE = "no-device"
    AMBIGUOUS = "ambiguous"
    BUSY = "busy"
    REFUSED_RATE = "refused-rate"
    LOST = "lost"


class SoundError(OutsideError):
    """A sound card that cannot be opened or was lost; the take goes on without it.

    Attributes
    ----------
    reason
        Why, for programs.
    """

    def __init__(self, message: str, reason: SoundReason) -> None:
        super().__init__(message)
        self.reason = reason


class FileError(OutsideError):
    """A file that cannot be read or written."""


class ChartError(FileError):
    """A chart that cannot be read; names file, and line or key."""


class ProfileError(FileError):
    """A kit profile that cannot be read; names file, and line or key."""


class StoreReason(StrEnum):
    """Why the store of takes refuses."""

    FULL = "full"
    IN_USE = "in-use"
    NEWER = "newer"
    DAMAGED = "damaged"
    NO_PERMISSION = "no-permission"
    NOT_FOUND = "not-found"


class StoreError(OutsideError):
    """The takes on disk cannot be read or written.

    Attributes
    ----------
    reason
        Why, for programs.
    """

    def __init__(self, message: str, reason: StoreReason) -> None:
        super().__init__(message)
        self.reason = reason


class EngineError(OutsideError):
    """The engine's process ended, or does not answer."""


class StationBug(StationError):  # noqa: N818 - the name is the message
    """A fault of ours; the message says where to report it."""

    exit_code = 70
