"""One kit of the engine: what it hands over when a take begins."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from station.clock import ManualClock
from station.drummer import PRESETS, perform
from station.drummer.midi import midi_file
from station.engine.kit_link import KitLink
from station.files import load_chart


@pytest.mark.parametrize("looked_before", [False, True])
def test_a_replay_at_full_speed_is_whole_when_its_take_begins(
    tmp_path: Path, looked_before: bool
) -> None:
    performance = perform(load_chart("pulse"), PRESETS["robot"])
    path = tmp_path / "take.mid"
    path.write_bytes(midi_file(performance))
    link = KitLink(f"replay://{path}?speed=max", 0, itertools.count(), ManualClock())
    link.open(lambda: None)
    if looked_before:
        link.pump()
        assert link.ended
    link.begin_take(itertools.count(), lambda: None)
    assert not link.ended
    hits = link.pump().hits
    link.close()
    assert [hit.seq for hit in hits] == list(range(len(performance.strikes)))


def test_what_was_struck_before_a_take_is_not_in_it() -> None:
    clock = ManualClock(0)
    link = KitLink("sim://?player=robot&realtime=0", 0, itertools.count(), clock)
    link.open(lambda: None)
    link.source.follow(load_chart("pulse"), 0)  # type: ignore[attr-defined]
    link.begin_take(itertools.count(), lambda: None)
    assert link.pump().hits == []
    link.close()
