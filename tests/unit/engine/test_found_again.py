from __future__ import annotations

import pytest

from station.engine.found_again import found_again_words

BEAT_NS = 500_000_000


@pytest.mark.parametrize(
    ("shift_beats", "stopped_s", "words"),
    [
        (0.0, 4.0, "Followed again: in after 4.0 s, in place."),
        (1.0, 4.0, "Followed again: in after 4.0 s, 1 beat late."),
        (-2.0, 0.0, "Followed again: you are 2 beats early."),
        (0.5, 0.0, "Followed again: you are 0.5 beats late."),
        (0.98, 0.0, "Followed again: you are 0.98 beats late."),
        (-0.2, 1.25, "Followed again: in after 1.2 s, in place."),
    ],
)
def test_words(shift_beats: float, stopped_s: float, words: str) -> None:
    shift_ns, stopped_ns = round(shift_beats * BEAT_NS), round(stopped_s * 1e9)
    assert found_again_words(shift_ns, stopped_ns, BEAT_NS) == words
