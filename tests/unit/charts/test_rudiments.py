"""The forty rudiments that ship: each whole, with a hand for every stroke, and playable."""

from collections import Counter

import pytest

from station import settings
from station.charts.document import dump, parse
from station.charts.toml_chart import read_toml_chart, read_usual_tempo
from station.model import Dynamic, Ornament, Pad, Sticking

FOLDER = settings.config_dir() / "charts" / "rudiments"
FILES = sorted(FOLDER.glob("*.toml"))


def load(path):
    return read_toml_chart(path.read_text("utf-8"), path.name)


def numbered(number):
    (path,) = FOLDER.glob(f"{number:02d}-*.toml")
    return load(path)


def hands(chart):
    return "".join(note.sticking for note in chart.notes)


def test_there_are_forty_in_order():
    assert [int(path.name[:2]) for path in FILES] == list(range(1, 41))
    assert [load(path).title.split(".")[0] for path in FILES] == [str(n) for n in range(1, 41)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_whole(path):
    chart = load(path)
    assert parse(dump(chart)) == chart
    assert {note.pad for note in chart.notes} == {Pad.SNARE}
    assert Sticking.NONE not in {note.sticking for note in chart.notes}
    # Both hands get their turn at leading, or the whole of it alternates: equal work for both.
    count = Counter(hands(chart))
    assert count["R"] == count["L"]
    low, high = read_usual_tempo(path.read_text("utf-8"), path.name)
    assert low <= chart.bpm <= high


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_left_handed_is_the_mirror(path):
    chart = load(path)
    other = chart.left_handed()
    assert hands(other) == hands(chart).translate(str.maketrans("RL", "LR"))
    assert other.left_handed() == chart
    assert [n.tick for n in other.notes] == [n.tick for n in chart.notes]


@pytest.mark.parametrize(
    ("number", "strokes", "accents"),
    [(7, 5, 1), (8, 6, 2), (9, 7, 1), (10, 9, 1), (11, 10, 2), (12, 11, 1), (13, 13, 1),
     (14, 15, 1), (15, 17, 1)],
)  # fmt: skip
def test_a_roll_has_the_strokes_of_its_name(number, strokes, accents):
    chart = numbered(number)
    loud = [n.dynamic is Dynamic.ACCENT for n in chart.notes]
    # The last accent ends it, and after that the next one begins.
    ends = [i for i, x in enumerate(loud) if x and (i + 1 == len(loud) or (i + 1) % strokes == 0)]
    assert [i + 1 for i in ends] == list(range(strokes, len(loud) + 1, strokes))
    assert sum(loud[:strokes]) == accents


@pytest.mark.parametrize(
    ("number", "sticking"),
    [(6, "RRLL"), (16, "RLRRLRLL"), (17, "RLRLRRLRLRLL"), (18, "RLRLRLRRLRLRLRLL"),
     (21, "RLRLRL"), (22, "RRLL"), (25, "RRLRLLRL"), (29, "RLLR"), (34, "RLR")],
)  # fmt: skip
def test_the_hands_of_some(number, sticking):
    assert hands(numbered(number)).startswith(sticking)


@pytest.mark.parametrize(
    ("numbers", "ornament"),
    [({4}, Ornament.BUZZ), (set(range(20, 31)), Ornament.FLAM),
     (set(range(31, 35)) | set(range(36, 41)), Ornament.DRAG)],
)  # fmt: skip
def test_ornaments_are_where_they_belong(numbers, ornament):
    with_it = {
        int(path.name[:2])
        for path in FILES
        if ornament in {note.ornament for note in load(path).notes}
    }
    assert with_it == numbers
