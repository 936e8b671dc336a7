"""What came over a line whole and was no use all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class SessionCounters:
    """Frames that were right and yet no use, since the session was made.

    Attributes
    ----------
    unknown
        Of a type not known here: a newer board's.
    misfits
        That do not fit their type.
    implausible
        Hits on a pad that is not there, or from another time.
    twice
        Hits that came more than once.
    """

    unknown: int = 0
    misfits: int = 0
    implausible: int = 0
    twice: int = 0
