"""What commands write: tables and sentences for people, JSON for programs.

With `--json -` standard output carries the JSON and nothing else; what is for people then
goes nowhere, or to standard error where it is news about something that takes its time.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from station.errors import FileError
from station.files import write_atomically

if TYPE_CHECKING:
    from rich.console import Console

STDOUT = "-"
# A pipe has no width: nothing is folded or cut there.
_PIPE_WIDTH = 1000


def clean(text: str) -> str:
    """Text from outside as it may be shown: no character that a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def say(text: str, stream: IO[str] | None = None) -> None:
    """Print a line, with what the stream cannot show replaced.

    Raises
    ------
    FileError
        When the stream goes into a file that cannot be written.
    """
    out = sys.stdout if stream is None else stream
    encoding = getattr(out, "encoding", None) or "utf-8"
    with writing_output():
        print(text.encode(encoding, "replace").decode(encoding), file=out, flush=True)


@contextlib.contextmanager
def writing_output() -> Iterator[None]:
    """Output that goes into a file may find no room there; a reader that left is no file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(
            f"The output cannot be written ({error.strerror}); make room, or send it elsewhere."
        ) from error


def note(text: str) -> None:
    """Tell a person something on standard error, where it is in no program's way."""
    say(f"station: {text}", sys.stderr)


def console(stream: IO[str] | None = None) -> Console:
    """A rich console that folds for a terminal and not for a pipe."""
    from rich.console import Console

    out = sys.stdout if stream is None else stream
    return Console(
        file=out,
        width=None if out.isatty() else _PIPE_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in aligned columns under their heads."""
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(clean(cell)) for cell in row))
    shown = console()
    with writing_output(), shown.capture() as capture:
        shown.print(grid)
    for line in capture.get().splitlines():
        say(line.rstrip())


def check_target(target: str | None, option: str = "--json") -> None:
    """Refuse a file that cannot be written, before the work is done rather than after.

    Raises
    ------
    FileError
        Naming the file.
    """
    if target is None or target == STDOUT:
        return
    path = Path(target)
    if path.is_dir():
        raise FileError(f"{option} {target} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise FileError(f"{option} {target}: there is no folder {path.parent}; make it first.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise FileError(f"{option} {target} cannot be written (no permission); choose another.")


def write_json(document: Mapping[str, Any], target: str | None) -> None:
    """Write a document to a file or, for '-', to standard output; None writes nothing.

    Raises
    ------
    FileError
        When the file cannot be written.
    """
    if target is None:
        return
    text = json.dumps(document, allow_nan=False, indent=1)
    if target == STDOUT:
        say(text)
    else:
        write_atomically(Path(target), f"{text}\n".encode())
