"""Files of the station: read with clear errors, written whole or not at all, and charts."""

from __future__ import annotations

import contextlib
import difflib
import errno
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from station import settings
from station.charts import document, smf, toml_chart
from station.charts.chart import Chart
from station.errors import ChartError, FileError

MAX_TEXT_BYTES = 2**20
# A chart of a long take as a document: about 40 bytes a note.
MAX_DOCUMENT_BYTES = 16 * 2**20
CHART_SUFFIXES = (".toml", ".musicxml", ".mxl", ".xml", ".mid", ".midi", ".json")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class ChartEntry:
    """A chart that can be loaded by name.

    Attributes
    ----------
    name
        What to type.
    title
        For people; empty when it cannot be read.
    path
        Its file.
    shipped
        Comes with the station, rather than being a person's own.
    problem
        Why it cannot be read; empty when it can.
    usual_bpm
        Between which tempi it is usually practised, in beats of its metre's unit a minute;
        None where nobody said.
    """

    name: str
    title: str
    path: Path
    shipped: bool
    problem: str = ""
    usual_bpm: tuple[float, float] | None = None


def read_bytes(path: Path, limit: int) -> bytes:
    """The whole file, at most `limit` bytes.

    Raises
    ------
    FileError
        When it is missing, not a file, not ours to read, or larger.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FileError(f"{path} is a folder; name a file in it.")
        if not stat.S_ISREG(mode):
            # To open a pipe or a terminal might wait for ever.
            raise FileError(f"{path} is not a file; save it as one first.")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _explained(error, path, "read") from error
    if len(data) > limit:
        raise FileError(f"{path} is larger than {limit / 2**20:g} MB; choose a smaller file.")
    return data


def read_text(path: Path, limit: int = MAX_TEXT_BYTES) -> str:
    """The whole file as UTF-8 text (a byte-order mark is dropped).

    Raises
    ------
    FileError
        As `read_bytes`, and when it is not UTF-8; names the line.
    """
    data = read_bytes(path, limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError(f"{path}, line {line}: this is not UTF-8; save it as UTF-8.") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that at every moment it is whole: the old one or the new one.

    Raises
    ------
    FileError
        When the disk is full or the place is not ours to write; the old file is untouched.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise FileError(f"{path} is a folder; name a file in it.")
            target.write_bytes(data)  # a device or a pipe: there is nothing to put in its place
            return
        _replace(target, data)
    except (OSError, ValueError, RuntimeError) as error:
        raise _explained(error, path, "written") from error


def load_chart(name_or_path: str) -> Chart:
    """A chart by name (a person's own, then a shipped one) or by path.

    Raises
    ------
    FileError
        ChartError when there is none of that name or it is not sound.
    """
    return load_chart_with_complaints(name_or_path)[0]


def load_chart_with_complaints(name_or_path: str) -> tuple[Chart, tuple[str, ...]]:
    """The same, and what could not be read of it: a sentence each, with its bar.

    Only MusicXML says more than a chart can hold; of other files everything is read, or none.
    """
    path = Path(name_or_path)
    if path.suffix.lower() in CHART_SUFFIXES or len(path.parts) > 1:
        return _read_chart(path)
    for name, found, _ in _chart_files():
        if name == name_or_path:
            return _read_chart(found)
    names = sorted({name for name, _, _ in _chart_files()})
    near = difflib.get_close_matches(name_or_path[:60], names, n=3)
    which = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}."
    raise ChartError(
        f"There is no chart '{name_or_path[:60]}'; {which} A file is named with its ending, like "
        "groove.toml, groove.musicxml or groove.mid."
    )


def list_charts() -> list[ChartEntry]:
    """Every chart that can be loaded by name, a person's own first; never fails."""
    entries: dict[str, ChartEntry] = {}
    for name, path, shipped in _chart_files():
        if name in entries:
            continue
        try:
            title = _read_chart(path)[0].title
            entries[name] = ChartEntry(name, title, path, shipped, usual_bpm=_usual_bpm(path))
        except FileError as error:
            entries[name] = ChartEntry(name, "", path, shipped, problem=str(error))
    return list(entries.values())


def _read_chart(path: Path) -> tuple[Chart, tuple[str, ...]]:
    name = path.name
    match path.suffix.lower():
        case ".toml":
            return toml_chart.read_toml_chart(read_text(path), name), ()
        case ".musicxml" | ".mxl" | ".xml":
            return _read_musicxml(path)
        case ".mid" | ".midi":
            return smf.read_smf(read_bytes(path, smf.MAX_BYTES), name), ()
        case ".json":
            return document.parse(read_text(path, MAX_DOCUMENT_BYTES), name), ()
    raise ChartError(f"{path} is no chart; a chart ends in {', '.join(CHART_SUFFIXES)}.")


def _read_musicxml(path: Path) -> tuple[Chart, tuple[str, ...]]:
    # Only who opens such a file waits for its parser.
    from station.charts.musicxml_container import MAX_BYTES  # noqa: PLC0415
    from station.charts.musicxml_in import read_musicxml  # noqa: PLC0415

    return read_musicxml(read_bytes(path, MAX_BYTES), path.name)


def _usual_bpm(path: Path) -> tuple[float, float] | None:
    if path.suffix.lower() != ".toml":
        return None
    return toml_chart.read_usual_tempo(read_text(path), path.name)


def _chart_files() -> list[tuple[str, Path, bool]]:
    """Name, file and whether it is shipped: a person's own first, each by name."""
    found = []
    for folder, shipped in (
        (settings.user_config_dir() / "charts", False),
        (settings.config_dir() / "charts", True),
        (settings.config_dir() / "charts" / "rudiments", True),
    ):
        with contextlib.suppress(OSError):  # a folder that is not there has no charts
            files = [p for p in folder.iterdir() if p.suffix.lower() in CHART_SUFFIXES]
            found += [(p.stem, p, shipped) for p in sorted(files)]
    return found


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        # Not tempfile: its files are for their owner's eyes only, and would stay so.
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _explained(error: Exception, path: Path, what: str) -> FileError:
    """An error of the system as one sentence with the way out."""
    if isinstance(error, FileNotFoundError) and what == "read":
        return FileError(f"{path} does not exist; check the name.")
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return FileError(f"{path} cannot be {what}: its folder does not exist; create it first.")
    if isinstance(error, PermissionError):
        return FileError(f"{path} cannot be {what}: no permission; choose another place.")
    if isinstance(error, OSError) and error.errno in _FULL:
        return FileError(f"{path} cannot be {what}: the disk is full; make room and try again.")
    why = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return FileError(f"{path} cannot be {what} ({why}); check the name and the disk.")
