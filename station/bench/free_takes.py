"""Real takes with a known tempo, from a folder with an `info.csv` (Groove MIDI Dataset)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from station.errors import FileError
from station.free import read_hits
from station.hits import HitArray

# The kit that the recordings were made on: Roland TD-11.
_PROFILE = "roland-td"
# Whose takes the method was made and its weights fitted on; the others' were kept for the end.
TUNED_ON = frozenset({"drummer1", "drummer2", "drummer3", "drummer4"})


@dataclass(frozen=True, slots=True, eq=False)
class KnownTake:
    """A recording and what its list says about it.

    Attributes
    ----------
    name, drummer, style
        As listed.
    bpm
        Quarter notes a minute of the click.
    metre
        Beats and unit of the bar.
    hits
        Of `station.hits.HIT_DTYPE`; times from the file.
    """

    name: str
    drummer: str
    style: str
    bpm: float
    metre: tuple[int, int]
    hits: HitArray

    @property
    def quarters_counted(self) -> bool:
        """Whether the beat of the metre is the quarter note, in which tempi are listed."""
        return self.metre[1] == 4


def load_takes(
    real: Path, shortest_s: float, drummers: frozenset[str] | None = None
) -> list[KnownTake]:
    """The takes that last longer, of these drummers or of all, in the order of the list.

    Raises
    ------
    FileError
        When the list or a take cannot be read.
    """
    return list(_takes(real, shortest_s, drummers))


def _takes(real: Path, shortest_s: float, drummers: frozenset[str] | None) -> Iterator[KnownTake]:
    listing = real / "info.csv"
    if not listing.is_file():
        raise FileError(f"{listing} does not exist; give the folder of the recordings.")
    with listing.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            wanted = drummers is None or row["drummer"] in drummers
            if wanted and float(row["duration"]) > shortest_s:
                beats, unit = row["time_signature"].split("-")
                yield KnownTake(
                    name=row["midi_filename"],
                    drummer=row["drummer"],
                    style=row["style"],
                    bpm=float(row["bpm"]),
                    metre=(int(beats), int(unit)),
                    hits=read_hits(real / row["midi_filename"], _PROFILE),
                )
