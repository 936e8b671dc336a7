"""Where hits go while the database cannot be written: a text file of its own.

One JSON object a line: the take and the database that it belongs to, then blocks (payload in
base64), marks, steps of the grid's clock and changes as they came. A torn line is left out.
The file is made beside the database if there is room, else in the next folder that has some;
whoever next opens the database takes it in (`takes.recovery`).
"""

from __future__ import annotations

import base64
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from station import settings
from station.takes.batch import Batch
from station.takes.rows import Row

SUFFIX = ".hits"


def default_folders(database: Path) -> tuple[Path, ...]:
    """Where spill files of `database` may be, best first; likely on several disks."""
    mine = f"edrum-station-{os.getuid()}" if hasattr(os, "getuid") else "edrum-station"
    return (
        database.with_name(database.name + "-spilled"),
        Path(platformdirs.user_cache_dir("edrum-station", appauthor=False)) / "spilled",
        Path(tempfile.gettempdir()) / mine,
        settings.runtime_dir() / mine,  # often memory: outlives the process, not the machine
    )


class Spill:
    """The spill file of one take, made when it is needed.

    Attributes
    ----------
    path
        Where everything is that the database lacks; None when there is no such place.
    """

    def __init__(self, database: Path, take: Row, folders: Sequence[Path]) -> None:
        self.path: Path | None = None
        self._head = {"take": take, "database": str(database)}
        self._places = [folder / f"{take['id']}{SUFFIX}" for folder in folders]
        self._touched: set[Path] = set()

    def write(self, lacking: Batch, news: Batch) -> None:
        """Keep all that the database lacks, of which `news` is not yet in the file."""
        if self.path is not None and self._append(self.path, _lines(news)):
            return
        self.path = None
        lines = [self._head, *_lines(lacking)]
        self.path = next((place for place in self._places if self._append(place, lines)), None)

    def discard(self) -> None:
        """The database has it all: remove what was written here."""
        self.path = None
        for path in self._touched:
            remove(path)
        self._touched.clear()

    def _append(self, path: Path, lines: Sequence[Row]) -> bool:
        # A new line first: what is before may have been torn by a full disk.
        text = "".join("\n" + json.dumps(line) for line in lines) + "\n"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_ours(path.parent):
                return False
            self._touched.add(path)
            with path.open("a", encoding="ascii") as file:
                file.write(text)
        except OSError:
            _remove_if_empty(path)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Spilled:
    """What a spill file holds."""

    path: Path
    take: Row
    batch: Batch = field(default_factory=Batch)


def find(database: Path, folders: Sequence[Path]) -> Iterator[Spilled]:
    """Every spill file of `database` that can be read."""
    for folder in folders:
        if folder.is_dir() and is_ours(folder):
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                found = _read(path, database)
                if found is not None:
                    yield found


def is_ours(folder: Path) -> bool:
    """Whether nobody else can put files there; a folder for all has everybody's."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.lstat()
    others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not others_write


def remove(path: Path) -> None:
    """Remove a spill file, and its folder when it is empty; one that stays does no harm."""
    try:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
    except OSError:
        return


def _remove_if_empty(path: Path) -> None:
    """A full disk leaves a file of no length, which nobody would ever take in."""
    try:
        if path.stat().st_size == 0:
            remove(path)
    except OSError:
        return


def _read(path: Path, database: Path) -> Spilled | None:
    found: Spilled | None = None
    try:
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if not isinstance(record, dict):
            continue
        if record.get("database") == str(database) and found is None:
            found = Spilled(path, record["take"])
        elif found is not None:
            _take_in(found.batch, record)
    return found


def _lines(batch: Batch) -> list[Row]:
    blocks = [
        {"block": row | {"payload": base64.b64encode(row["payload"]).decode("ascii")}}
        for row in batch.blocks
    ]
    changes = [{"changes": batch.changes}] if batch.changes else []
    marks = [{"mark": row} for row in batch.marks]
    return [*blocks, *marks, *({"step": row} for row in batch.steps), *changes]


def _take_in(batch: Batch, record: dict[str, Any]) -> None:
    if "block" in record:
        row = record["block"]
        batch.blocks.append(row | {"payload": base64.b64decode(row["payload"])})
    elif "mark" in record:
        batch.marks.append(record["mark"])
    elif "step" in record:
        batch.steps.append(record["step"])
    elif "changes" in record:
        batch.changes |= record["changes"]
