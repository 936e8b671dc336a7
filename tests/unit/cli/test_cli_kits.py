"""Listing, watching, and learning a kit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from station.charts.lanes import PLACES
from station.cli import _kits_learn, _kits_watch
from station.cli._kit_choice import SIMULATED, choose_kits
from station.cli._kits_learn import _Ear
from station.cli._kits_watch import hit_line, mark_line
from station.cli._lesson import USUAL_PLACES, Lesson, Strike, file_name, known_places, pattern
from station.cli.checks import midi as midi_check
from station.cli.checks.finding import Level
from station.hal.api import KitEvent, KitInfo, LinkEvent, LinkState, MidiEvent, StrikeEvent
from station.kits.profile import Profile
from station.kits.profile_file import read_profile
from station.model import Flag, Hit, Mark, MarkKind, Pad, StampedBy, Zone
from station.units import NS_PER_MS

Station = Callable[..., tuple[int, str, str]]
PORT = "Acme [2*] MIDI 1"


def note(number: int, zone: int = -1, **controllers: int) -> Strike:
    return Strike(number, zone, {int(k[2:]): v for k, v in controllers.items()})


def profile_of(lesson: Lesson) -> Profile:
    return read_profile(lesson.toml('My "kit"', pattern(PORT), "din"), "my-kit", "my-kit.toml")


# ------------------------------------------------------------------ the lesson


def test_it_asks_for_every_usual_place_and_each_is_known() -> None:
    assert set(USUAL_PLACES) <= set(PLACES)
    lesson = Lesson()
    for number, place in enumerate(USUAL_PLACES):
        assert lesson.place == place
        lesson.hear(note(number + 20))
    assert lesson.place is None
    assert {name: PLACES[name] for name in USUAL_PLACES} == {
        name: profile_of(lesson).notes[number + 20] for number, name in enumerate(USUAL_PLACES)
    }


def test_the_profile_fits_the_port_and_no_other() -> None:
    lesson = Lesson(["kick"])
    lesson.hear(note(33))
    profile = profile_of(lesson)
    assert profile.title == 'My "kit"'
    assert profile.wire == "din"
    assert profile.match_length(PORT) > 0
    assert profile.match_length("Acme 2x MIDI 1") == 0


def test_a_place_can_be_skipped() -> None:
    lesson = Lesson(["kick", "snare"])
    lesson.skip()
    lesson.hear(note(31))
    assert lesson.learnt == 1
    assert dict(profile_of(lesson).notes) == {31: PLACES["snare"]}


def test_a_note_that_is_another_place_already_is_not_taken() -> None:
    lesson = Lesson(["snare", "snare-rim"])
    lesson.hear(note(38))
    assert "'snare' already" in lesson.hear(note(38))
    assert lesson.place == "snare-rim"
    lesson.hear(note(40))
    assert dict(profile_of(lesson).notes) == {38: PLACES["snare"], 40: PLACES["snare-rim"]}


@pytest.mark.parametrize(("closed", "open_", "closed_at"), [(127, 0, 127), (0, 100, 0)])
def test_the_hi_hats_pedal_is_learnt_from_closed_and_open(
    closed: int, open_: int, closed_at: int
) -> None:
    lesson = Lesson(["hi-hat-closed", "hi-hat-open"])
    lesson.hear(note(42, cc4=closed, cc16=3))
    lesson.hear(note(46, cc4=open_, cc16=5))
    assert profile_of(lesson).hi_hat.closed_at == closed_at
    assert profile_of(lesson).hi_hat.controller == 4


def test_another_controller_is_found_when_four_does_not_move() -> None:
    lesson = Lesson(["hi-hat-closed", "hi-hat-open"])
    lesson.hear(note(42, cc4=64, cc11=120))
    lesson.hear(note(46, cc4=64, cc11=5))
    assert profile_of(lesson).hi_hat.controller == 11


def test_one_note_for_closed_and_open_is_left_to_the_pedal() -> None:
    lesson = Lesson(["hi-hat-closed", "hi-hat-open"])
    lesson.hear(note(42, cc4=127))
    lesson.hear(note(42, cc4=0))
    assert lesson.place is None
    assert dict(profile_of(lesson).notes) == {42: PLACES["hi-hat-bow"]}


def test_a_board_without_notes_is_learnt_by_its_pads_and_zones() -> None:
    lesson = Lesson(["snare", "snare-rim", "ride", "ride-bell"])
    for strike in (note(1, 0), note(1, 1), note(7, 0), note(7, 2)):
        lesson.hear(strike)
    # A profile says its notes too; a board needs none, so one is added by hand here.
    text = lesson.toml("board", "*board*", "usb") + '\n[notes]\n36 = "kick"\n'
    strikes = read_profile(text, "board", "board.toml").strikes
    assert strikes[1] == (PLACES["snare"], PLACES["snare-rim"])
    assert strikes[7] == (PLACES["ride"], PLACES["ride"], PLACES["ride-bell"])


def test_names_of_places_are_checked() -> None:
    assert known_places("kick, snare,kick") == ["kick", "snare"]
    for wrong in ("nose", ""):
        with pytest.raises(ValueError, match="place"):
            known_places(wrong)
    assert file_name(PORT) == "acme-2-midi-1"
    assert file_name("太鼓") == "my-kit"


# --------------------------------------------------------------------- the ear


def midi(*data: int) -> MidiEvent:
    return MidiEvent(0, 0, 0, 0, StampedBy.DRIVER, bytes(data))


def test_what_comes_together_is_one_strike_and_the_loudest_counts() -> None:
    ear = _Ear()
    assert ear.listen([midi(0xB9, 4, 90), midi(0x99, 42, 10)], 0) is None
    assert ear.listen([midi(0x99, 38, 100), midi(0x99, 40, 60), midi(0x89, 38, 0)], 20) is None
    assert ear.listen([], 149 * NS_PER_MS) is None
    assert ear.listen([], 150 * NS_PER_MS) == Strike(38, -1, {4: 90})
    assert ear.listen([], 900 * NS_PER_MS) is None


def test_a_note_on_without_velocity_is_no_strike() -> None:
    ear = _Ear()
    ear.listen([midi(0x99, 38, 0), midi(0xF8)], 0)
    assert ear.listen([], 10**9) is None


def test_a_boards_strike_is_heard() -> None:
    ear = _Ear()
    ear.listen([StrikeEvent(0, 0, 0, 0, StampedBy.DEVICE, 3, 1, 90)], 0)
    assert ear.listen([], 10**9) == Strike(3, 1, {})


# ------------------------------------------------------------ the whole command


class ScriptedKit:
    """A kit whose player strikes what the script says, one entry a read."""

    def __init__(self, script: Sequence[Sequence[KitEvent]]) -> None:
        self.info = KitInfo("midi://acme", "Acme 7 20:0", StampedBy.DRIVER, 0)
        self.closed = False
        self._script = iter(script)

    def open(self, wake: Callable[[], None]) -> None:
        pass

    def read(self) -> Sequence[KitEvent]:
        return next(self._script, [])

    def watermark_ns(self) -> int:
        return 0

    def close(self) -> None:
        self.closed = True


@contextmanager
def no_keyboard() -> Iterator[Callable[[float], str]]:
    yield lambda timeout_s: ""


def typed(keys: str) -> object:
    @contextmanager
    def keyboard() -> Iterator[Callable[[float], str]]:
        rest = iter(keys)
        yield lambda timeout_s: next(rest, "")

    return keyboard


@pytest.fixture
def kit(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedKit]:
    monkeypatch.setattr(_kits_learn, "_TOGETHER_NS", 0)
    monkeypatch.setattr(_kits_learn, "keyboard", no_keyboard)

    def make(*script: Sequence[KitEvent]) -> ScriptedKit:
        made = ScriptedKit(script)
        monkeypatch.setattr(_kits_learn, "create_source", lambda address: made)
        return made

    return make


LEARN = ("kits", "learn", "midi://acme", "--places", "kick,snare,ride")


def test_learning_writes_a_profile_that_is_then_picked(
    station: Station, kit: Callable[..., ScriptedKit], tmp_path: Path
) -> None:
    from station.kits.library import pick_profile

    made = kit([midi(0x99, 33, 90)], [], [midi(0x99, 31, 90)], [midi(0x99, 51, 90)])
    code, out, _ = station(*LEARN)
    assert code == 0
    assert "strike: kick" in out
    assert made.closed
    # However the system numbers the port next time.
    picked = pick_profile("Acme 7 24:0")
    assert picked.profile.name == "acme-7"
    assert picked.profile.notes[33] == PLACES["kick"]
    assert (tmp_path / "config" / "kits" / "acme-7.toml").exists()


def test_a_profile_is_replaced_only_when_forced(
    station: Station, kit: Callable[..., ScriptedKit], tmp_path: Path
) -> None:
    path = tmp_path / "config" / "kits" / "acme-7.toml"
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    kit([midi(0x99, 33, 90)])
    code, _, err = station(*LEARN)
    assert code == 2
    assert "--force" in err
    assert path.read_text() == "mine"


def test_keys_skip_and_end(
    station: Station,
    kit: Callable[..., ScriptedKit],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    kit([midi(0x99, 31, 90)])
    # Enter skips the kick; the snare is struck; q ends before the ride.
    keys = iter(["\n", "", "q"])

    @contextmanager
    def keyboard() -> Iterator[Callable[[float], str]]:
        yield lambda timeout_s: next(keys)

    monkeypatch.setattr(_kits_learn, "keyboard", keyboard)
    code, out, _ = station(*LEARN)
    assert code == 0
    assert "skipped" in out
    text = (tmp_path / "config" / "kits" / "acme-7.toml").read_text()
    assert '31 = "snare"' in text
    assert "kick" not in text.split("[notes]")[1]


def test_without_a_strike_nothing_is_kept(
    station: Station,
    kit: Callable[..., ScriptedKit],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    kit()
    monkeypatch.setattr(_kits_learn, "keyboard", typed("q"))
    assert station(*LEARN)[0] == 2
    assert not (tmp_path / "config" / "kits").exists()


def test_a_kit_that_goes_away_ends_the_lesson(
    station: Station, kit: Callable[..., ScriptedKit]
) -> None:
    kit([LinkEvent(0, LinkState.LOST)])
    assert station(*LEARN)[0] == 3


def test_a_simulated_drummer_cannot_be_taught(station: Station) -> None:
    code, _, err = station("kits", "learn", "sim://?player=steady")
    assert code == 2
    assert "no pads to strike" in err


def test_places_that_are_none_are_refused(station: Station) -> None:
    assert station("kits", "learn", "sim://", "--places", "nose")[0] == 2


# -------------------------------------------------------------- list and watch


def test_the_list_says_how_each_kit_would_be_heard(station: Station) -> None:
    code, out, _ = station("kits", "--json", "-")
    assert code == 0
    told = json.loads(out)
    assert told["schema"] == "station.kits/1"
    drummer = next(k for k in told["kits"] if k["address"] == "sim://?player=rushing")
    assert drummer["stamped_by"] == "simulated"
    assert drummer["profile"] == "simulated"
    assert "sim://?player=rushing" in station("kits")[1]


def test_a_broken_profile_of_ones_own_is_told(station: Station, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "kits"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("title = 3\n")
    code, _, err = station("kits")
    assert code == 0
    assert "mine.toml, line 1, 'title'" in err
    code, _, err = station("analyse", "x.mid", "--chart", "pulse", "--profile", "mine")
    assert code == 3
    found = [f for f in midi_check.check() if f.subject == "kit profile"]
    assert [f.level for f in found] == [Level.NOTE]
    assert "mine.toml, line 1" in found[0].said


def test_a_time_without_a_watch_is_wrong_use(station: Station) -> None:
    code, _, err = station("kits", "--seconds", "3")
    assert code == 2
    assert "--watch" in err


def test_the_first_real_kit_is_chosen_else_the_drummer(monkeypatch: pytest.MonkeyPatch) -> None:
    def attached(*addresses: str) -> None:
        found = [KitInfo(a, a, StampedBy.DRIVER, 0, simulated="sim" in a) for a in addresses]
        monkeypatch.setattr("station.cli._kit_choice.discover", lambda: found)

    attached("sim://a")
    addresses, remark = choose_kits([])
    assert addresses == [SIMULATED]
    assert "no kit" in remark
    attached("midi://a", "sim://a")
    assert choose_kits([]) == (["midi://a"], "")
    attached("midi://a", "midi://b", "sim://a")
    addresses, remark = choose_kits([])
    assert addresses == ["midi://a"]
    assert "2 kits" in remark
    assert choose_kits(["midi://t", "sim://"]) == (["midi://t", "sim://"], "")


def test_a_watched_replay_shows_every_hit_and_ends(station: Station) -> None:
    assert station("simulate", "--out", "t.mid", "--chart", "pulse", "--player", "robot")[0] == 0
    code, out, err = station("kits", "--watch", "replay://t.mid?speed=max")
    assert code == 0
    lines = out.splitlines()
    assert len(lines) == 17
    assert "snare" in lines[0]
    assert "velocity 115" in lines[0]
    # In the replay's own time: the robot is on the beat, at 120 BPM.
    assert [line.split(" s ")[0].strip() for line in lines[:3]] == ["0.000", "0.500", "1.000"]
    assert "Ctrl-C" in err


def test_watching_ends_after_its_time(station: Station) -> None:
    code, out, err = station("kits", "--watch", "sim://", "--seconds", "0.1")
    assert (code, out) == (0, "")
    assert "only in a take" in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--watch", "nonsense"], 2),
        (["--watch", "sim://?player=nobody"], 2),
        (["--watch", "tuba://x"], 3),
        (["--watch", "replay://nowhere.mid"], 3),
        (["--watch", "sim://", "--json", "-"], 2),
        (["learn"], 2),
    ],
)
def test_what_cannot_be_watched_is_a_sentence_and_its_code(
    station: Station, words: list[str], expected: int
) -> None:
    code, out, err = station("kits", *words)
    assert (code, out) == (expected, "")
    assert err.count("\n") == 1


def test_a_hit_and_a_mark_in_a_line() -> None:
    flags = Flag.UNMAPPED | Flag.DOUBLE_TRIGGER
    hit = Hit(0, 2_500_000_000, 0, 0, Pad.HI_HAT, Zone.OPEN, 96, 46, flags=flags, openness=120)
    line = hit_line(hit, 1_000_000_000)
    for part in ("1.500 s", "hi-hat-open", "velocity  96", "note  46", "120/127", "double-trigger"):
        assert part in line
    assert "kits learn" in line
    assert mark_line(Mark(2_000_000_000, MarkKind.CHOKE, "ride\x1b"), 0) == (
        "    2.000 s  [choke] ride\ufffd"
    )
    assert _kits_watch.hit_line(Hit(0, 0, 0, 0, Pad.KICK, Zone.HEAD, 1), 0).endswith("no note ")
