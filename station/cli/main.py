"""`station`: find the command, run it, and turn what goes wrong into a sentence and a code.

Exit codes: 0 done; 1 done, and the answer is no; 2 wrong use; 3 something outside (no such
port, a file that cannot be read); 70 a fault of ours; 130 broken off by Ctrl-C; 141 nobody
reads the output any more.

A command is a module of this package with `DESCRIPTION`, `EXAMPLE`, `add_arguments(parser)`
and `run(args) -> int`. Only the one that is asked for is imported.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from station._version import __version__
from station.cli._parser import Parser, whole
from station.cli._part_arguments import add_part, add_until_stopped
from station.errors import StationError

if TYPE_CHECKING:
    import argparse

# In the order in which a person meets them; each is a module of this package.
COMMANDS: dict[str, str] = {
    "kits": "list the kits that can be played, watch one, or teach one",
    "play": "play a chart in the terminal, with a live meter",
    "calibrate": "measure the constant between what you hear and what the kit reports",
    "analyse": "judge a recorded take against a chart",
    "takes": "list the takes that are kept",
    "report": "show a kept take's report again, computed from its raw hits",
    "export": "write a kept take as MIDI or CSV, or a chart as MusicXML or MIDI",
    "simulate": "a drummer with known truth, into a MIDI port or a file",
    "verify": "send that drummer through a MIDI port and compare with the truth",
    "doctor": "say what on this machine stands in the way, and the way out",
    "bench": "measure this machine: latency, bursts, memory, start-up",
}
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
EXIT_NO_READER = 141


class CommandModule(Protocol):
    """What a command's module has."""

    DESCRIPTION: str
    EXAMPLE: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Say what may be typed after the command."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Do it; returns the exit code.

        Raises
        ------
        StationError
            One sentence to a person.
        """
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, and raises only under `--debug`.

    Parameters
    ----------
    argv
        Without the program's name; None: the process's own.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in _options(words)
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse, after --help or a complaint
        return leaving.code if isinstance(leaving.code, int) else 2
    except StationError as error:
        if debug:
            raise
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _complain("Broken off.", EXIT_INTERRUPTED)
    except BrokenPipeError:
        _silence_stdout()
        return EXIT_NO_READER
    except Exception as error:
        if debug:
            raise
        from station.cli._errorlog import keep_details

        return _complain(keep_details(error, words), EXIT_BUG)
    return code


def command_parser(name: str) -> Parser:
    """The parser of one command, filled by its module."""
    module = _module(name)
    parser = Parser(example=module.EXAMPLE, prog=f"station {name}", description=module.DESCRIPTION)
    module.add_arguments(parser)
    return parser


def _dispatch(words: list[str]) -> int:
    while words[:1] == ["--debug"]:
        words = words[1:]
    name = words[0] if words else ""
    if name in COMMANDS:
        args = command_parser(name).parse_args(words[1:])
        return _module(name).run(args)
    parser = _top_parser()
    if name and not name.startswith("-"):
        import difflib

        close = difflib.get_close_matches(name, COMMANDS, n=1)
        parser.error(f"'{name}' is no command" + (f" (perhaps '{close[0]}'?)" if close else ""))
    args = parser.parse_args(words)
    from station.cli._dashboard import open_dashboard

    return open_dashboard(args)


def _top_parser() -> Parser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    parser = Parser(
        example="station --kit midi://TD-17 --chart pulse --bpm 120\nstation play --help",
        prog="station",
        usage="station [--kit ADDRESS] [--chart CHART] [--bpm BPM | --speed PERCENT]\n"
        "               [--from-bar N] [--to-bar N] [--repeat N | --loop] [--demo]\n"
        "       station COMMAND [--help] ...",
        description="An e-drum practice station: were you rushing, or were you dragging?\n"
        f"Without a command it opens the dashboard.\n\ncommands:\n{listing}\n\n"
        "exit codes:\n  0 done   1 done, and the answer is no   2 wrong use   3 something outside\n"
        "  70 a fault of ours   130 broken off   141 nobody reads the output any more",
    )
    parser.add_argument("--kit", metavar="ADDRESS", help="the kit to open; default: the first real")
    parser.add_argument("--chart", metavar="CHART", help="a shipped chart's name, or a file")
    add_part(parser)
    times = parser.add_mutually_exclusive_group()
    times.add_argument("--repeat", type=whole(1, 500), metavar="N", help="play it N times")
    add_until_stopped(times)
    parser.add_argument("--demo", action="store_true", help="let the simulated drummer play")
    parser.add_argument("--version", action="version", version=f"edrum-station {__version__}")
    return parser


def _module(name: str) -> CommandModule:
    return cast("CommandModule", import_module(f"station.cli.{name}"))


def _options(words: list[str]) -> list[str]:
    """What may be an option: everything before a bare `--`."""
    return words[: words.index("--")] if "--" in words else words


def _complain(sentence: str, code: int) -> int:
    # Standard output may be a file: what it holds so far comes before the complaint.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError):
        print(f"station: {sentence}", file=sys.stderr)
    return code


def _silence_stdout() -> None:
    """Let Python's own flush at exit go nowhere instead of failing once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
