"""The charts that can be chosen, in groups that a drummer knows."""

from __future__ import annotations

from collections.abc import Sequence

from station.files import ChartEntry

OWN, GROOVES = "Your own", "Grooves and exercises"
# The families of the forty international rudiments, by number.
_FAMILIES: tuple[tuple[str, int, int], ...] = (
    ("Rudiments: rolls", 1, 15),
    ("Rudiments: diddles", 16, 19),
    ("Rudiments: flams", 20, 30),
    ("Rudiments: drags", 31, 40),
)
_FOLDER = "rudiments"


def grouped(entries: Sequence[ChartEntry]) -> list[tuple[str, list[ChartEntry]]]:
    """Every chart that can be read, group by group; a group without charts is left out."""
    groups: dict[str, list[ChartEntry]] = {
        name: [] for name in (OWN, GROOVES, *(family for family, _, _ in _FAMILIES))
    }
    for entry in entries:
        if not entry.problem:
            groups[_group(entry)].append(entry)
    return [(name, charts) for name, charts in groups.items() if charts]


def _group(entry: ChartEntry) -> str:
    if not entry.shipped:
        return OWN
    number = entry.name.split("-", 1)[0]
    if entry.path.parent.name == _FOLDER and number.isdecimal():
        for family, first, last in _FAMILIES:
            if first <= int(number) <= last:
                return family
    return GROOVES
