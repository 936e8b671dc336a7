"""argparse as the commands use it: errors of one sentence, and numbers that are checked."""

from __future__ import annotations

import argparse
import math
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

_WIDTH = 90
_LONGEST_NAME = 80


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence with the way out, and exit code 2.

    Parameters
    ----------
    example
        One command a line, shown at the end of `--help`.
    settings
        As of `argparse.ArgumentParser`.
    """

    def __init__(self, *, example: str, **settings: Any) -> None:
        indented = "\n".join(f"  {line}" for line in example.strip().splitlines())
        description = str(settings.pop("description", ""))
        if "\n" not in description:
            description = textwrap.fill(description, _WIDTH)
        super().__init__(
            description=description,
            epilog=f"Example:\n{indented}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **settings,
        )
        self.add_argument(
            "--debug", action="store_true", help="show where an error comes from, for reports"
        )

    def error(self, message: str) -> NoReturn:
        """Complain and leave."""
        self.exit(2, f"{self.prog}: {message.rstrip('.')}; see '{self.prog} --help'.\n")


def number(low: float, high: float) -> Callable[[str], float]:
    """A type for `add_argument`: a number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
        if not (math.isfinite(value) and low <= value <= high):
            raise argparse.ArgumentTypeError(f"{text} is outside {low:g} to {high:g}")
        return value

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """A type for `add_argument`: a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is outside {low} to {high}")
        return value

    return parse


def name(text: str) -> str:
    """A type for `add_argument`: a person's name, or any other short line of text."""
    if len(text) > _LONGEST_NAME or not all(c.isprintable() for c in text):
        raise argparse.ArgumentTypeError(
            f"that is no name; write at most {_LONGEST_NAME} characters that can be shown"
        )
    return text


def choice_of(names: Iterable[str], what: str) -> Callable[[str], str]:
    """A type for `add_argument`: one of `names`, and if it is none, the nearest is named."""
    known = list(names)

    def parse(text: str) -> str:
        if text not in known:
            from station.toml_source import nearest

            raise argparse.ArgumentTypeError(
                f"'{text[:40]}' is no {what}; {nearest(text, known).rstrip('.')}"
            )
        return text

    return parse


bpm = number(1, 1000)
speed_percent = number(25, 200)
latency_ms = number(-1000, 1000)


def add_json(parser: argparse._ActionsContainer) -> None:
    """`--json FILE`, as every command that reports has it."""
    parser.add_argument(
        "--json", metavar="FILE", help="write the result as JSON; '-' is standard output"
    )
