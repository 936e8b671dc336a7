import pytest

from station.errors import ProfileError
from station.kits.profile import Choke, HiHat, PadKind, Wire
from station.kits.profile_file import read_profile
from station.model import Pad, Zone

NOTES = '[notes]\n38 = "snare"\n40 = "snare-rim"\n'
FULL = """\
title = "My kit"
wire = "din"
ports = ["*Mine*"]
choke = "channel-pressure"
channel = 10

[notes]
38 = "snare"
9 = "hi-hat-bow"

[hi-hat]
controller = 5
closed_at = 0
closed_to = 10
open_from = 100

[skew_ms]
ride = 3.5
kick = -1

[suspects]
double_window_ms = 25
crosstalk_window_ms = 4
crosstalk_ratio = 0.1
crosstalk_velocity = 15

[suspects.cymbal]
double_ratio = 0.4

[strikes]
1 = ["snare", "snare-rim"]
"""


def read(text):
    return read_profile(text, "mine", "mine.toml")


def test_everything_that_can_be_said():
    profile = read(FULL)
    assert (profile.name, profile.title, profile.ports) == ("mine", "My kit", ("*Mine*",))
    assert (profile.wire, profile.choke, profile.channel) == (Wire.DIN, Choke.CHANNEL_PRESSURE, 9)
    assert dict(profile.notes) == {38: (Pad.SNARE, Zone.HEAD), 9: (Pad.HI_HAT, Zone.BOW)}
    assert profile.hi_hat == HiHat(5, 0, 10, 100)
    assert dict(profile.skew_ns) == {Pad.RIDE: 3_500_000, Pad.KICK: -1_000_000}
    # The ride's own, and three notes of a DIN wire.
    assert profile.max_skew_ns == 3_500_000 + 2_880_000
    plain = profile.without_corrections()
    assert (plain.max_skew_ns, dict(plain.skew_ns), plain.notes) == (0, {}, profile.notes)
    drum, cymbal = (profile.suspects.double[kind] for kind in (PadKind.DRUM, PadKind.CYMBAL))
    assert (drum.window_ns, drum.ratio) == (25_000_000, 0.5)
    assert (cymbal.window_ns, cymbal.ratio) == (25_000_000, 0.4)
    crosstalk = profile.suspects.crosstalk
    assert (crosstalk.window_ns, crosstalk.ratio, crosstalk.velocity) == (4_000_000, 0.1, 15)
    assert dict(profile.strikes) == {1: ((Pad.SNARE, Zone.HEAD), (Pad.SNARE, Zone.RIM))}


def test_a_title_and_notes_are_enough():
    profile = read('title = "K"\n' + NOTES)
    assert (profile.wire, profile.choke, profile.channel) == (Wire.USB, Choke.NONE, None)
    assert profile.hi_hat == HiHat()
    assert profile.max_skew_ns == 0
    assert profile.match_length("anything") == 0


def test_ports_match_in_any_case_and_the_longest_pattern_counts():
    profile = read('title = "K"\nports = ["*td*", "*td-17*"]\n' + NOTES)
    assert profile.match_length("TD-17:TD-17 MIDI 1") == len("*td-17*")
    assert profile.match_length("TD-1") == len("*td*")
    assert profile.match_length("Nitro") == 0


@pytest.mark.parametrize(
    ("closed_at", "value", "openness"), [(127, 127, 0), (127, 0, 127), (0, 0, 0), (0, 100, 100)]
)
def test_openness_has_one_direction(closed_at, value, openness):
    assert HiHat(closed_at=closed_at).openness(value) == openness


@pytest.mark.parametrize(
    ("openness", "zone"),
    [
        (0, Zone.CLOSED),
        (25, Zone.CLOSED),
        (26, Zone.HALF_OPEN),
        (89, Zone.HALF_OPEN),
        (90, Zone.OPEN),
        (127, Zone.OPEN),
    ],
)
def test_the_zone_of_an_openness(openness, zone):
    assert HiHat(closed_to=25, open_from=90).zone(openness) is zone


T = 'title = "K"\n'


@pytest.mark.parametrize(
    ("text", "where", "way_out"),
    [
        ("title = \n", "line 1:", "correct it there"),
        (NOTES, "'title':", "write title = …"),
        (T, "'notes':", "write [notes]"),
        (T + "[notes]\n", "line 2, 'notes':", "write [notes]"),
        (T + "note = 3\n" + NOTES, "line 2, 'note':", "did you mean 'notes'?"),
        (T + '[notes]\n38 = "snair"\n', "line 3, '38':", "did you mean 'snare'?"),
        (T + '[notes]\n128 = "snare"\n', "line 3, '128':", "from 0 to 127"),
        (T + '[notes]\nx = "snare"\n', "line 3, 'x':", "from 0 to 127"),
        (T + "[notes]\n38 = 38\n", "line 3, '38':", "text in quotes"),
        (T + 'wire = "usbb"\n' + NOTES, "line 2, 'wire':", "did you mean 'usb'?"),
        (T + 'choke = "hand"\n' + NOTES, "line 2, 'choke':", "known are"),
        (T + "channel = 0\n" + NOTES, "line 2, 'channel':", "1 to 16"),
        (T + 'ports = "TD"\n' + NOTES, "line 2, 'ports':", "not a list"),
        (T + NOTES + "[hi-hat]\nclosed = 3\n", "line 6, 'closed':", "closed_"),
        (T + NOTES + "[hi-hat]\nclosed_at = 64\n", "line 6, 'closed_at':", "127 or 0"),
        (T + NOTES + "[hi-hat]\nclosed_to = 95\n", "'open_from':", "raise it"),
        (T + NOTES + "[skew_ms]\nrid = 3\n", "line 6, 'rid':", "did you mean 'ride'?"),
        (T + NOTES + "[skew_ms]\nride = 300\n", "line 6, 'ride':", "-20 to 20"),
        (T + NOTES + "[suspects]\ndouble_window_ms = 37.5\n", "line 6,", "0 to 35"),
        (T + NOTES + "[suspects]\ndouble_ratio = 1\n", "line 6,", "0 to 0.8"),
        (T + NOTES + "[suspects]\ncrosstalk_window_ms = 30\n", "line 6,", "0 to 10"),
        (T + NOTES + "[suspects]\ncrosstalk_ratio = 0.9\n", "line 6,", "0 to 0.5"),
        (T + NOTES + "[suspects.cymball]\n", "line 5,", "did you mean 'cymbal'?"),
        (T + NOTES + "[suspects.cymbal]\nratio = 3\n", "line 6, 'ratio':", "double_ratio"),
        (T + NOTES + "[strikes]\n1 = []\n", "line 6, '1':", "at least one"),
        (T + NOTES + '[strikes]\n1 = "snare"\n', "line 6, '1':", "not a list"),
        (T + NOTES + '[strikes]\n1 = ["drum"]\n', "line 6, '1':", "no place on a kit"),
        (T + NOTES + '[strikes]\nfirst = ["snare"]\n', "line 6, 'first':", "from 0 to 127"),
    ],
)
def test_every_mistake_names_the_place_and_the_way_out(text, where, way_out):
    with pytest.raises(ProfileError) as raised:
        read(text)
    message = str(raised.value)
    assert message.startswith("mine.toml")
    assert where in message
    assert way_out in message


def test_a_board_that_knows_pads_needs_no_notes():
    profile = read_profile('title = "B"\n[strikes]\n0 = ["kick"]\n', "b", "b.toml")
    assert (dict(profile.notes), list(profile.strikes)) == ({}, [0])
