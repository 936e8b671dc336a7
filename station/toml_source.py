"""TOML that people write: every value checked, every complaint with file, line and key.

`tomllib` gives a line for broken syntax only, so the line of a key is looked up in the text.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from station.errors import FileError

_T = TypeVar("_T")
_HEADER = re.compile(r"\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*(?P<key>(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*[^\s=]+)*)\s*=""")
_KEY_PART = re.compile(r""""([^"]*)"|'([^']*)'|([^."'\s]+)""")
_AT_LINE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column \d+|end of document)\)")
# A key of many parts takes tomllib time and memory in the square of them.
_MOST_DOTS = 200
_KINDS: dict[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a TOML file.

    Attributes
    ----------
    values
        As `tomllib` read them.
    path
        The keys that lead here.
    """

    values: dict[str, Any]
    path: tuple[str, ...]
    _text: str
    _name: str
    _error: type[FileError]

    def __contains__(self, key: str) -> bool:
        """Whether the table says anything about `key`."""
        return key in self.values

    def __iter__(self) -> Iterator[str]:
        """The table's keys, in the order of the file."""
        return iter(self.values)

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise the file's error about `key`; `problem` says what is wrong and the way out."""
        line = _line_of(self._text, (*self.path, key))
        if line is None and self.path:
            line = _line_of(self._text, self.path)
        where = f", line {line}" if line else ""
        message = f"{self._name}{where}, '{key[:60]}': {problem}"
        # Keys and values are shown as typed, and may have been typed with line feeds in them.
        raise self._error("".join(c if c.isprintable() else "�" for c in message))

    def only(self, known: Iterable[str]) -> None:
        """Refuse keys that are not `known`, with the nearest that is."""
        names = list(known)
        for key in self.values:
            if key not in names:
                self.fail(key, f"is not known here; {nearest(key, names)}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there."""
        return self._get(key, str, default)

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        value = self._get(key, int, default)
        if not low <= value <= high:
            self.fail(key, f"{_shown(value)} is outside {low} to {high}; choose one in between.")
        return value

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number from `low` to `high`, whole or not."""
        value = self._get(key, float, default)
        if not (math.isfinite(value) and low <= value <= high):
            self.fail(
                key, f"{_shown(value)} is outside {low:g} to {high:g}; choose one in between."
            )
        return value

    def truth(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        return self._get(key, bool, default)

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        """A list of texts."""
        found = self._get(key, list, default)
        for item in found:
            if not isinstance(item, str):
                self.fail(key, f"{_shown(item)} in the list is not {_KINDS[str]}.")
        return found

    def span(self, key: str, low: float, high: float) -> tuple[float, float] | None:
        """Two numbers from `low` to `high`, the lower one first; None where the key is absent."""
        if key not in self.values:
            return None
        found = self._get(key, list, None)
        numbers = [x for x in found if type(x) in (int, float) and low <= x <= high]
        if len(found) != 2 or len(numbers) != 2 or numbers[0] > numbers[1]:
            self.fail(
                key,
                f"is not two numbers from {low:g} to {high:g}, the lower one first; write for "
                "example [60, 200].",
            )
        return float(numbers[0]), float(numbers[1])

    def table(self, key: str) -> Table:
        """A table inside; an absent one is empty."""
        inner = self._get(key, dict, {})
        return Table(inner, (*self.path, key), self._text, self._name, self._error)

    def _get(self, key: str, kind: type[_T], default: _T | None) -> _T:
        if key not in self.values:
            if default is None:
                self.fail(key, f"is missing; write {key} = … ({_KINDS[kind]}).")
            return default
        value = self.values[key]
        if kind is float and type(value) is int and abs(value) < 2**53:
            value = float(value)
        # An exact comparison: to Python, true is a whole number.
        if type(value) is not kind:
            self.fail(key, f"{_shown(value)} is not {_KINDS[kind]}.")
        return value


def parse_toml(text: str, name: str, error: type[FileError]) -> Table:
    """The root table of a TOML text.

    Parameters
    ----------
    text
        The whole file.
    name
        What messages call it.
    error
        The class of error to raise, here and from the table's methods.

    Raises
    ------
    FileError
        Of the class `error`, when it is not TOML.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > _MOST_DOTS:
            raise error(f"{name}, line {number}: more than {_MOST_DOTS} dots; write it shorter.")
    try:
        values = tomllib.loads(text)
    except RecursionError as cause:
        raise error(f"{name}: brackets are nested too deeply; write it flatter.") from cause
    except tomllib.TOMLDecodeError as cause:
        message = str(cause)
        at = _AT_LINE.search(message)
        where = f", line {at['line']}" if at and at["line"] else ", at its end" if at else ""
        what = _AT_LINE.sub("", message).rstrip(".")
        raise error(f"{name}{where}: {what}; correct it there (the form is TOML).") from cause
    except ValueError as cause:
        # Not wrapped by every Python 3.11: a number of more than 4,300 digits, a 31st of June.
        if "digits" in str(cause):
            raise error(f"{name}: a number has too many digits; write a smaller one.") from cause
        raise error(f"{name}: {cause}; correct it there (the form is TOML).") from cause
    return Table(values, (), text, name, error)


def nearest(word: str, known: Iterable[str]) -> str:
    """The way out of a wrong word, as the end of a sentence: the nearest known, or all."""
    names = sorted(known)
    close = difflib.get_close_matches(word[:60], names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known are {', '.join(names)}." if names else "nothing may stand here."


def _shown(value: object) -> str:
    """A value as it may stand in a message: short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= 2**63:
        return "a number of very many digits"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _line_of(text: str, path: tuple[str, ...]) -> int | None:
    """The first line (from 1) that writes a key or table, or something inside it; or None."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line)
        if header:
            table = _parts(header["path"])
            if table[: len(path)] == path:
                return number
            continue
        key = _KEY.match(line)
        if key and (*table, *_parts(key["key"]))[: len(path)] == path:
            return number
    return None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _KEY_PART.findall(dotted))
