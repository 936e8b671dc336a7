import errno
import os
import stat
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from station import files
from station.charts.document import dump
from station.charts.musicxml_out import write_musicxml
from station.charts.smf import write_smf
from station.errors import ChartError, FileError
from station.files import (
    list_charts,
    load_chart,
    load_chart_with_complaints,
    read_bytes,
    read_text,
    write_atomically,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")
GROOVE = 'title = "Mine"\nmetre = "4/4"\ntempo = 120\nsteps = 4\n[bars.A]\nsnare = "xxxx"\n'


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A person's own folder of charts, empty."""
    monkeypatch.setenv("STATION_CONFIG_DIR", str(tmp_path / "config"))
    folder = tmp_path / "config" / "charts"
    folder.mkdir(parents=True)
    return folder


def test_read_bytes(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(FileError, match="choose a smaller file"):
        read_bytes(path, 4)


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(FileError, match=r"gone does not exist; check the name\."):
        read_bytes(tmp_path / "gone", 10)
    with pytest.raises(FileError, match="is a folder"):
        read_bytes(tmp_path, 10)
    with pytest.raises(FileError, match="cannot be read"):
        read_bytes(Path("nul\0byte"), 10)
    with pytest.raises(FileError, match="cannot be read"):
        read_bytes(tmp_path / ("x" * 5000), 10)


@posix
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="is not a file"):
        read_bytes(tmp_path / "pipe", 10)


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"")

    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match="no permission; choose another place"):
        read_bytes(path, 10)
    with pytest.raises(FileError, match="no permission; choose another place"):
        write_atomically(path, b"x")


def test_text_is_utf8_with_or_without_a_mark(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfa\xc3\xbc")
    assert read_text(path) == "aü"
    path.write_bytes(b"a\nb\nc\xfc")
    with pytest.raises(FileError, match="line 3: this is not UTF-8"):
        read_text(path)


def test_written_whole(tmp_path):
    path = tmp_path / "a"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_written_file_is_as_readable_as_any_other(tmp_path):
    ordinary, ours = tmp_path / "a", tmp_path / "b"
    ordinary.write_bytes(b"")
    write_atomically(ours, b"")
    assert stat.S_IMODE(ours.stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


@posix
def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@posix
def test_a_device_is_written_and_not_replaced(tmp_path):
    write_atomically(Path(os.devnull), b"gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize(
    ("number", "why"),
    [(errno.ENOSPC, "disk is full; make room"), (errno.EIO, "check the name and the disk")],
)
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, number, why):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(_fd):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(FileError, match=why):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path):
    with pytest.raises(FileError, match="folder does not exist; create it first"):
        write_atomically(tmp_path / "no" / "a", b"")
    with pytest.raises(FileError, match="is a folder"):
        write_atomically(tmp_path, b"")


def test_shipped_charts_load_by_name(own):
    entries = {entry.name: entry for entry in list_charts()}
    assert "straight-eighths" in entries
    for entry in entries.values():
        assert entry.shipped
        assert entry.problem == ""
        assert load_chart(entry.name).title == entry.title


def test_a_persons_own_chart_comes_first_and_hides_a_shipped_one(own):
    (own / "pulse.toml").write_text(GROOVE, "utf-8")
    assert load_chart("pulse").title == "Mine"
    first = list_charts()[0]
    assert (first.name, first.title, first.shipped) == ("pulse", "Mine", False)
    assert [entry.name for entry in list_charts()].count("pulse") == 1


def test_a_broken_chart_does_not_hide_the_others(own):
    (own / "broken.toml").write_text("title = \n", "utf-8")
    (own / "notes.txt").write_text("not a chart", "utf-8")
    entries = {entry.name: entry for entry in list_charts()}
    assert entries["broken"].title == ""
    assert "broken.toml, line 1" in entries["broken"].problem
    assert entries["pulse"].problem == ""
    assert "notes" not in entries


def test_by_path_in_every_form(tmp_path, own):
    path = tmp_path / "a.toml"
    path.write_text(GROOVE, "utf-8")
    chart = load_chart(str(path))
    (tmp_path / "a.MID").write_bytes(write_smf(chart))
    (tmp_path / "a.json").write_text(dump(chart), "utf-8")
    assert load_chart(str(tmp_path / "a.json")) == chart
    for name in ("a.musicxml", "a.XML"):
        (tmp_path / name).write_text(write_musicxml(chart), "utf-8")
        assert load_chart(str(tmp_path / name)) == replace(chart, origin=name)
    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as archive:
        archive.writestr("score.xml", write_musicxml(chart))
    assert load_chart(str(tmp_path / "a.mxl")) == replace(chart, origin="a.mxl")
    midi = load_chart(str(tmp_path / "a.MID"))
    assert (midi.notes, midi.tempo, midi.title) == (chart.notes, chart.tempo, chart.title)


def test_what_could_not_be_read_comes_with_the_chart(tmp_path, own):
    chart = load_chart("pulse")
    assert load_chart_with_complaints("pulse") == (chart, ())
    fermata = write_musicxml(chart).replace(
        "</note>", "<notations><fermata/></notations></note>", 1
    )
    (own / "mine.musicxml").write_text(fermata, "utf-8")
    found, complaints = load_chart_with_complaints("mine")
    assert found.notes == chart.notes
    assert complaints == ("Bar 1: a fermata is not read; the time goes on.",)


def test_an_unknown_name_is_told_with_near_ones(own):
    with pytest.raises(ChartError, match=r"no chart 'puls'; did you mean pulse\?"):
        load_chart("puls")
    with pytest.raises(ChartError, match=r"there are .*, pulse, "):
        load_chart("zzzzz")


def test_what_is_no_chart(tmp_path, own):
    with pytest.raises(
        ChartError, match=r"\.toml, \.musicxml, \.mxl, \.xml, \.mid, \.midi, \.json"
    ):
        load_chart(str(tmp_path / "a.txt"))
    with pytest.raises(FileError, match="does not exist"):
        load_chart("gone.mid")
