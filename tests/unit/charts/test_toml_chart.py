from fractions import Fraction

import pytest

from station.charts.chart import MetreChange
from station.charts.toml_chart import read_toml_chart, read_usual_tempo
from station.errors import ChartError
from station.model import Dynamic, Ornament, Pad, Sticking, Zone

HEAD = 'title = "T"\nmetre = "4/4"\ntempo = 120\nsteps = 8\n'
GROOVE = HEAD + '[bars.A]\nsnare = "x-x-|x-x-"\n'


def read(text):
    return read_toml_chart(text, "groove.toml")


def test_a_beat():
    chart = read(HEAD + '[bars.A]\nhi-hat = "x-x-|x-x-"\nsnare = "--X-|--o-"\nkick = "x---|x---"\n')
    assert (chart.title, chart.origin, chart.ppq) == ("T", "groove.toml", 480)
    assert [(n.tick, n.pad, n.dynamic) for n in chart.notes] == [
        (0, Pad.KICK, Dynamic.NORMAL),
        (0, Pad.HI_HAT, Dynamic.NORMAL),
        (480, Pad.SNARE, Dynamic.ACCENT),
        (480, Pad.HI_HAT, Dynamic.NORMAL),
        (960, Pad.KICK, Dynamic.NORMAL),
        (960, Pad.HI_HAT, Dynamic.NORMAL),
        (1440, Pad.SNARE, Dynamic.GHOST),
        (1440, Pad.HI_HAT, Dynamic.NORMAL),
    ]
    assert chart.length_ticks == 1920


def test_zones_are_named_behind_the_pad():
    chart = read(
        HEAD + '[bars.A]\nride-bell = "x-------"\nsnare-cross-stick = "-x------"\n'
        'hi-hat-open = "--x-----"\n'
    )
    assert [(n.pad, n.zone, n.midi_note) for n in chart.notes] == [
        (Pad.RIDE, Zone.BELL, 53),
        (Pad.SNARE, Zone.CROSS_STICK, 37),
        (Pad.HI_HAT, Zone.OPEN, 46),
    ]


def test_order_repeats_and_a_bars_own_grid():
    chart = read(
        HEAD + 'order = ["A x2", "B", "A"]\n[bars.A]\nsnare = "x-------"\n'
        '[bars.B]\nmetre = "7/8"\nsteps = 7\nsnare = "------x"\n'
    )
    assert [n.tick for n in chart.notes] == [0, 1920, 3840 + 6 * 240, 3840 + 7 * 240]
    assert chart.metre == (
        MetreChange(0, 4, 4),
        MetreChange(3840, 7, 8),
        MetreChange(3840 + 7 * 240, 4, 4),
    )


def test_a_metre_says_how_its_beats_stand_together_and_another_grouping_is_another_metre():
    chart = read(
        'title = "T"\nmetre = "2 + 2+3 / 8"\ntempo = 300\nsteps = 7\norder = ["A x2", "B", "C"]\n'
        '[bars.A]\nsnare = "xxxxxxx"\n[bars.B]\nmetre = "3+2+2/8"\nsnare = "xxxxxxx"\n'
        '[bars.C]\nmetre = "7/8"\nsnare = "xxxxxxx"\n'
    )
    assert chart.metre == (
        MetreChange(0, 7, 8, (2, 2, 3)),
        MetreChange(2 * 7 * 240, 7, 8, (3, 2, 2)),
        MetreChange(3 * 7 * 240, 7, 8),
    )


def test_without_an_order_each_bar_comes_once_as_written():
    chart = read(HEAD + '[bars.Z]\nkick = "x-------"\n[bars.A]\nsnare = "x-------"\n')
    assert [n.pad for n in chart.notes] == [Pad.KICK, Pad.SNARE]


def test_triplets_and_quintuplets_fall_on_whole_ticks():
    chart = read(
        'title = "T"\nmetre = "4/4"\ntempo = 100\n[bars.A]\nsteps = 12\nsnare = "xxx---------"\n'
        '[bars.B]\nsteps = 28\nsnare = "xx--------------------------"\n'
    )
    ppq = chart.ppq
    assert ppq >= 480
    assert [Fraction(n.tick, ppq) for n in chart.notes] == [
        0,
        Fraction(1, 3),
        Fraction(2, 3),
        4,
        4 + Fraction(1, 7),
    ]


def test_swing_is_exact():
    chart = read(HEAD + 'swing = 1.1\n[bars.A]\nride = "xxxx----"\n')
    beat = [Fraction(n.tick, chart.ppq) for n in chart.notes]
    assert beat == [0, Fraction(11, 21), 1, Fraction(32, 21)]


def test_swung_sixteenths():
    chart = read(
        'title = "T"\nmetre = "4/4"\ntempo = 90\nsteps = 16\nswing = 2\nswing_unit = 16\n'
        '[bars.A]\nride = "xxx-------------"\n'
    )
    assert [Fraction(n.tick, chart.ppq) for n in chart.notes] == [0, Fraction(1, 3), Fraction(1, 2)]


def test_a_bar_may_be_straight_where_the_rest_swings():
    chart = read(HEAD + 'swing = 1.5\n[bars.A]\nswing = 1\nsteps = 12\nride = "xx----------"\n')
    assert Fraction(chart.notes[1].tick, chart.ppq) == Fraction(1, 3)


def test_tempo_counts_the_metres_own_beats():
    chart = read(
        'title = "T"\nmetre = "14/8"\ntempo = 240\nsteps = 14\n[bars.A]\nkick = "xxxxxxxxxxxxxx"'
    )
    assert chart.bpm == 240
    assert chart.written_ns[1] == 250_000_000


def test_tempo_at_a_bar_counts_that_bars_beats():
    chart = read(
        HEAD + 'order = ["A", "B"]\n[tempo_at]\n2 = 240\n[bars.A]\nkick = "x-------"\n'
        '[bars.B]\nmetre = "6/8"\nsteps = 6\nkick = "xx----"\n'
    )
    assert chart.written_ns.tolist() == [0, 2_000_000_000, 2_250_000_000]


def test_a_typed_decimal_tempo_is_exact():
    chart = read(HEAD.replace("120", "132.4") + '[bars.A]\nkick = "x-------"')
    assert chart.tempo.changes[0].ns_per_quarter == Fraction(60 * 10**10, 1324)


def test_usual_tempo():
    text = "usual_tempo = [60, 200.5]\n" + GROOVE
    assert read(text) == read(GROOVE)
    assert read_usual_tempo(text, "g") == (60.0, 200.5)
    assert read_usual_tempo(GROOVE, "g") is None


@pytest.mark.parametrize("wrong", ["[60]", "[200, 60]", "[0, 60]", '["a", 60]', "[nan, 60]"])
def test_a_usual_tempo_is_two_numbers(wrong):
    text = f"usual_tempo = {wrong}\n" + GROOVE
    with pytest.raises(ChartError, match="two numbers from 1 to 1000"):
        read(text)


def test_sticking_is_for_hands():
    chart = read(HEAD + '[bars.A]\nsnare = "xxff----"\nkick = "x-------"\nsticking = "RLR-----"\n')
    assert [(n.pad, n.sticking, n.ornament) for n in chart.notes] == [
        (Pad.KICK, Sticking.NONE, Ornament.NONE),
        (Pad.SNARE, Sticking.RIGHT, Ornament.NONE),
        (Pad.SNARE, Sticking.LEFT, Ornament.NONE),
        (Pad.SNARE, Sticking.RIGHT, Ornament.FLAM),
        (Pad.SNARE, Sticking.NONE, Ornament.FLAM),
    ]


BAR = '[bars.A]\nsnare = "x-------"\n'


@pytest.mark.parametrize(
    ("text", "where", "way_out"),
    [
        ('title = "T\n', "line 1:", "correct it there"),
        ("title = \n", "line 1:", "correct it there"),
        ("x = " + "[" * 5000, "", "write it flatter"),
        ("x = " + "9" * 5000, "", "write a smaller one"),
        ("x = 2026-02-31\n" + HEAD + BAR, "", "correct it there"),
        (BAR, "'title':", "write title = …"),
        (HEAD, "'bars':", "write one as"),
        (HEAD + "bars = 3\n", "line 5, 'bars':", "not a table"),
        (HEAD + "[bars]\nA = 3\n", "line 6, 'A':", "not a table"),
        (HEAD + BAR + "[notes]\n", "line 7, 'notes':", "is not known here"),
        (HEAD + "tempos = 3\n" + BAR, "line 5, 'tempos':", "did you mean 'tempo'?"),
        (HEAD.replace("120", "0") + BAR, "line 3, 'tempo':", "1 to 1000"),
        (HEAD.replace("120", "nan") + BAR, "line 3, 'tempo':", "1 to 1000"),
        (HEAD.replace("120", "inf") + BAR, "line 3, 'tempo':", "1 to 1000"),
        (HEAD.replace("120", "true") + BAR, "line 3, 'tempo':", "not a number"),
        (HEAD.replace("120", '"fast"') + BAR, "line 3, 'tempo':", "not a number"),
        (HEAD.replace("4/4", "4/5") + BAR, "line 2, 'metre':", '"14/8" or "3+2+2/8"'),
        (HEAD.replace("4/4", "3+0+2/8") + BAR, "line 2, 'metre':", "3+0+2/8"),
        (HEAD.replace("4/4", "40+40/8") + BAR, "line 2, 'metre':", "1 to 64 beats"),
        (HEAD.replace("4/4", "0/4") + BAR, "line 2, 'metre':", "write beats"),
        (HEAD.replace("4/4", "99/4") + BAR, "line 2, 'metre':", "1 to 64 beats"),
        (HEAD.replace("4/4", "waltz") + BAR, "line 2, 'metre':", "write beats"),
        (HEAD.replace('"4/4"', "4.4") + BAR, "line 2, 'metre':", "text in quotes"),
        (HEAD.replace("steps = 8", "steps = 0") + BAR, "line 4, 'steps':", "1 to 192"),
        (HEAD.replace("steps = 8\n", "") + BAR, "'steps':", "write steps = …"),
        (HEAD + "swing = 9\n" + BAR, "line 5, 'swing':", "0.25 to 4"),
        (HEAD + "swing_unit = 12\n" + BAR, "line 5, 'swing_unit':", "4, 8, 16, 32"),
        (HEAD + "swing = 1.2345678\n" + BAR.replace("-", "x"), "line 5, 'swing':", "one or two"),
        (
            HEAD + 'swing = 1.2\n[bars.A]\nsteps = 12\nsnare = "x-----------"\n',
            "line 5, 'swing':",
            "steps = 8 or 16",
        ),
        (
            HEAD + '[bars.A]\nmetre = "7/8"\nsteps = 7\nswing = 1.2\nsnare = "x------"\n',
            "line 8, 'swing':",
            "swing = 1",
        ),
        (HEAD + '[bars.A]\nsnair = "x-------"\n', "line 6, 'snair':", "did you mean 'snare'?"),
        (HEAD + '[bars.A]\nsnare = "x--"\n', "line 6, 'snare':", "add or take away"),
        (HEAD + '[bars.A]\nsnare = "x--y----"\n', "line 6, 'snare':", "write xXofFdDbB -"),
        (HEAD + "[bars.A]\nsnare = 3\n", "line 6, 'snare':", "text in quotes"),
        (HEAD + '[bars.A]\nsnare = "--------"\n', "line 5, 'bars':", "at least one x"),
        (HEAD + '[bars."A B"]\nsnare = "x-------"\n', "line 5, 'A B':", "choose another"),
        (
            HEAD + '[bars.A]\nsnare = "x-------"\nsnare-rim = "x-------"\n',
            "line 7, 'snare-rim':",
            "leave one out",
        ),
        (
            HEAD + '[bars.A]\nsnare = "x-------"\nsticking = "-R------"\n',
            "line 7, 'sticking':",
            "no hand plays there",
        ),
        (
            HEAD + '[bars.A]\nsnare = "x-------"\nride = "x-------"\nsticking = "R-------"\n',
            "line 8, 'sticking':",
            "snare and ride plays there",
        ),
        (HEAD + 'order = ["B"]\n' + BAR, "line 5, 'order':", "known are A"),
        (HEAD + 'order = ["A x0"]\n' + BAR, "line 5, 'order':", "no bar 'A x0'"),
        (HEAD + "order = [3]\n" + BAR, "line 5, 'order':", "text in quotes"),
        (HEAD + 'order = ["A x9999"]\n' + BAR, "line 5, 'order':", "repeat less"),
        (HEAD + BAR + "[tempo_at]\n2 = 100\n", "line 8, '2':", "from 1 to 1"),
        (HEAD + BAR + "[tempo_at]\nfirst = 100\n", "line 8, 'first':", "from 1 to 1"),
        (HEAD + BAR + "[tempo_at]\n1 = 100000\n", "line 8, '1':", "1 to 1000"),
    ],
)
def test_every_mistake_names_the_place_and_the_way_out(text, where, way_out):
    with pytest.raises(ChartError) as raised:
        read(text)
    message = str(raised.value)
    assert message.startswith("groove.toml")
    assert where in message
    assert way_out in message
    assert "\n" not in message
    assert len(message) < 420


def test_more_notes_than_anybody_plays_are_refused():
    bar = '[bars.A]\nsteps = 192\nsnare = "' + "x" * 192 + '"\n'
    with pytest.raises(ChartError, match="repeat less"):
        read(HEAD + 'order = ["A x600"]\n' + bar)
