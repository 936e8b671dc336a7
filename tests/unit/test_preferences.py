from __future__ import annotations

import pytest

from station.errors import FileError
from station.model import Pad
from station.preferences import Preferences, preferences_file, read_preferences, write_preferences
from station.sound_choice import SoundChoice


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))


def test_nothing_is_chosen_at_first():
    assert read_preferences() == Preferences(None, False)
    assert not preferences_file().exists()


@pytest.mark.parametrize(
    "chosen",
    [
        Preferences(),
        Preferences(Pad.AUX_1),
        Preferences(Pad.COWBELL, True, True),
        Preferences(
            sound=SoundChoice(
                "audio://USB",
                "none",
                'A "port"\\\n',
                "triplets",
                3,
                1,
                0.35,
                -0.5,
                True,
                True,
                "tight",
            )
        ),
    ],
)
def test_what_was_chosen_is_kept(chosen):
    write_preferences(chosen)
    assert read_preferences() == chosen


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('start_pad = "aux1"', r"line 1, 'start_pad': 'aux1' is no pad; did you mean 'aux-1'"),
        ("start_pad = 1", "is not text in quotes"),
        ("visual_click = 1", "is not true or false"),
        ("visual = true", "is not known here; did you mean 'visual_click'"),
        ("start_pad =", "practice.toml, at its end"),
        (
            '[sound]\nclick = "wod"',
            r"line 2, 'click': 'wod' is not known here; did you mean 'wood'",
        ),
        ('[sound]\ncard = "USB"', r"'USB' is no sound card; write \"audio://none\""),
        ('[sound]\ngate = "narrow"', "known are medium, off, tight, wide"),
        ("[sound]\non_bars = 0", "0 is outside 1 to 1000"),
        ("[sound]\nvolume = 2", "outside 0 to 1"),
        ("[sound]\nbalance = nan", "outside -1 to 1"),
        ("[sound]\ncards = 1", "did you mean 'card'"),
        ("sound = 1", "'sound'"),
    ],
)
def test_a_file_that_is_not_sound_is_said(text, why):
    preferences_file().parent.mkdir()
    preferences_file().write_text(text)
    with pytest.raises(FileError, match=why):
        read_preferences()


def test_what_cannot_be_kept_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "file"))
    with pytest.raises(FileError, match="the choice is not kept"):
        write_preferences(Preferences(Pad.AUX_1))
