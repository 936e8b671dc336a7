import pytest

from station import settings
from station.charts.gm import PLACE_OF_NOTE
from station.errors import ProfileError
from station.kits.library import FALLBACK, load_library, pick_profile
from station.kits.profile import Choke, Wire
from station.model import Pad, Zone

MINE = 'title = "Mine"\nports = ["*TD-17*MIDI*"]\n[notes]\n38 = "snare"\n'


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A person's own folder of profiles, empty."""
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path))
    folder = tmp_path / "kits"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("port", "name"),
    [
        ("TD-17:TD-17 MIDI 1 20:0", "roland-td"),
        ("Roland TD27", "roland-td"),
        ("Alesis Nitro:Alesis Nitro MIDI 1 24:0", "alesis-nitro"),
        ("NITRO MAX", "alesis-nitro"),
        ("Yamaha DTX502 MIDI 1", "yamaha-dtx502"),
        ("DTXPLORER", "yamaha-dtxplorer"),
        ("sim://?player=rushing", "simulated"),
        ("Simulated drummer", "simulated"),
    ],
)
def test_a_kit_is_known_by_its_ports_name(port, name):
    picked = pick_profile(port)
    assert picked.profile.name == name
    assert picked.hint is None


@pytest.mark.parametrize("port", ["CH345:CH345 MIDI 1 20:0", "", "Midi Through"])
def test_an_unknown_kit_is_general_midi_with_a_hint(port):
    picked = pick_profile(port)
    assert picked.profile.name == "general-midi"
    assert picked.hint is not None
    assert picked.hint.startswith(f'Unknown kit "{port}": using General MIDI; ')


def test_a_persons_own_profile_wins_by_the_longer_pattern(own):
    (own / "mine.toml").write_text(MINE, "utf-8")
    assert pick_profile("TD-17:TD-17 MIDI 1").profile.title == "Mine"
    assert pick_profile("TD-27:TD-27 MIDI 1").profile.name == "roland-td"


def test_of_equal_patterns_a_persons_own_wins(own):
    (own / "zz.toml").write_text(MINE.replace("*TD-17*MIDI*", "*Nitro*"), "utf-8")
    assert pick_profile("Nitro").profile.title == "Mine"


def test_a_persons_own_profile_hides_a_shipped_one_of_its_name(own):
    (own / "roland-td.toml").write_text(MINE, "utf-8")
    assert load_library().named("roland-td").title == "Mine"


def test_a_broken_profile_of_ones_own_is_told_and_left_out(own):
    (own / "mine.toml").write_text("title = \n", "utf-8")
    picked = pick_profile("TD-17")
    assert picked.profile.name == "roland-td"
    assert picked.hint is not None
    assert "mine.toml, line 1" in picked.hint
    assert "left out" in picked.hint


def test_an_unknown_name_is_told_with_the_nearest():
    with pytest.raises(ProfileError, match="did you mean 'roland-td'"):
        load_library().named("roland")


def test_a_station_without_profiles_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "config_dir", lambda: tmp_path)
    with pytest.raises(ProfileError, match="install the station again"):
        load_library()


def test_what_ships():
    profiles = load_library().profiles
    assert sorted(profiles) == [
        "alesis-nitro",
        "edrumulus",
        "general-midi",
        "roland-td",
        "simulated",
        "trigger-board",
        "yamaha-dtx502",
        "yamaha-dtxplorer",
    ]
    assert profiles["yamaha-dtxplorer"].wire is Wire.DIN
    assert profiles["simulated"].wire is Wire.SIM
    assert profiles["edrumulus"].wire is Wire.SERIAL
    for profile in profiles.values():
        assert profile.title
        places = [
            *profile.notes.values(),
            *(p for zones in profile.strikes.values() for p in zones),
        ]
        assert {Pad.KICK, Pad.SNARE, Pad.HI_HAT, Pad.RIDE} <= {pad for pad, _ in places}


@pytest.mark.parametrize("name", [FALLBACK, "simulated"])
def test_general_midi_is_the_same_here_as_in_charts(name):
    notes = dict(load_library().named(name).notes)
    assert {n: p for n, p in notes.items() if p[0] is not Pad.OTHER} == dict(PLACE_OF_NOTE)


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        (
            "roland-td",
            {
                36: (Pad.KICK, Zone.HEAD),
                37: (Pad.SNARE, Zone.CROSS_STICK),
                40: (Pad.SNARE, Zone.RIM),
                50: (Pad.TOM_1, Zone.RIM),
                47: (Pad.TOM_2, Zone.RIM),
                58: (Pad.TOM_3, Zone.RIM),
                26: (Pad.HI_HAT, Zone.OPEN),
                22: (Pad.HI_HAT, Zone.CLOSED),
                44: (Pad.HI_HAT_PEDAL, Zone.FOOT),
                55: (Pad.CRASH_1, Zone.EDGE),
                52: (Pad.CRASH_2, Zone.EDGE),
                59: (Pad.RIDE, Zone.EDGE),
                53: (Pad.RIDE, Zone.BELL),
            },
        ),
        (
            "alesis-nitro",
            {
                23: (Pad.HI_HAT, Zone.HALF_OPEN),
                21: (Pad.HI_HAT_PEDAL, Zone.SPLASH),
                41: (Pad.TOM_4, Zone.HEAD),
                39: (Pad.TOM_4, Zone.RIM),
            },
        ),
        (
            "yamaha-dtx502",
            {
                35: (Pad.KICK, Zone.HEAD),
                47: (Pad.TOM_2, Zone.HEAD),
                78: (Pad.HI_HAT, Zone.OPEN),
                79: (Pad.HI_HAT, Zone.CLOSED),
                83: (Pad.HI_HAT_PEDAL, Zone.SPLASH),
                52: (Pad.RIDE, Zone.EDGE),
            },
        ),
        (
            "yamaha-dtxplorer",
            {
                31: (Pad.SNARE, Zone.HEAD),
                33: (Pad.KICK, Zone.HEAD),
                85: (Pad.HI_HAT_PEDAL, Zone.SPLASH),
            },
        ),
    ],
)
def test_notes_of_real_kits(name, notes):
    profile = load_library().named(name)
    assert {note: profile.notes[note] for note in notes} == notes


def test_a_td_chokes_by_poly_pressure():
    assert load_library().named("roland-td").choke is Choke.POLY_PRESSURE
