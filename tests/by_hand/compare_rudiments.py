"""Compare the rudiments that ship with somebody else's list: run by hand, not by the tests.

    python tests/by_hand/compare_rudiments.py FOLDER

FOLDER holds one YAML file a rudiment (`NN_name.yaml` with `pattern.strokes`, each of a hand and a
type: tap, accent, grace, diddle, buzz; or `pattern.simple`). Hands, accents and graces of one
turn of the pattern are set beside ours; what differs is printed, and is to be explained.
Needs PyYAML.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]

from station import settings
from station.charts.toml_chart import read_toml_chart
from station.model import Dynamic, Note, Ornament

_GRACES = {Ornament.FLAM: 1, Ornament.DRAG: 2}


def ours(note: Note) -> str:
    """A stroke as text: graces as commas, the hand, > for an accent, ~ for a buzz."""
    accent = ">" if note.dynamic is Dynamic.ACCENT else ""
    buzz = "~" if note.ornament is Ornament.BUZZ else ""
    return "," * _GRACES.get(note.ornament, 0) + note.sticking + accent + buzz


def theirs(pattern: dict[str, Any]) -> list[str]:
    """The same of a pattern of the other list."""
    if "simple" in pattern:
        # A buzz names no hand there.
        return [word.replace("B", "?~") for word in pattern["simple"].split()]
    strokes, graces = [], 0
    for stroke in pattern["strokes"]:
        if stroke["type"] == "grace":
            graces += 1
            continue
        accent = ">" if stroke["type"] == "accent" or stroke.get("accent") else ""
        strokes.append("," * graces + stroke["hand"] + accent)
        graces = 0
    return strokes


def main(folder: Path) -> int:
    """Print what differs; returns how many rudiments do."""
    different = 0
    for path in sorted((settings.config_dir() / "charts" / "rudiments").glob("*.toml")):
        chart = read_toml_chart(path.read_text("utf-8"), path.name)
        (other,) = folder.glob(f"{path.name[:2]}_*.yaml")
        other_strokes = theirs(yaml.safe_load(other.read_text("utf-8"))["pattern"])
        own_strokes = [ours(note) for note in chart.notes][: len(other_strokes)]
        if [s.replace(s[-2], "?") if s.endswith("~") else s for s in own_strokes] != other_strokes:
            different += 1
            print(f"{chart.title}\n  ours    {' '.join(own_strokes)}")
            print(f"  theirs  {' '.join(other_strokes)}")
    print(f"{different} of 40 differ.")
    return different


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) > 0)
