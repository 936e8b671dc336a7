"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # worth knowing; one can play
    PROBLEM = "problem"  # stands in the way of playing


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing.

    Attributes
    ----------
    subject
        What was looked at.
    level
        How bad it is.
    said
        What was found, for people.
    way_out
        What to do about it; empty when there is nothing to do.
    """

    subject: str
    level: Level
    said: str
    way_out: str = ""


def ok(subject: str, said: str) -> Finding:
    """All is well."""
    return Finding(subject, Level.OK, said)


def remark(subject: str, said: str, way_out: str = "") -> Finding:
    """Worth knowing."""
    return Finding(subject, Level.NOTE, said, way_out)


def problem(subject: str, said: str, way_out: str) -> Finding:
    """In the way of playing."""
    return Finding(subject, Level.PROBLEM, said, way_out)
