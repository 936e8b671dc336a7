"""`station export`: a kept take for other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from station.charts import document
from station.charts.musicxml_out import write_musicxml
from station.charts.smf import write_smf
from station.cli._chart_choice import told_chart
from station.cli._output import STDOUT, note, writing_output
from station.cli._take_choice import LATEST, chosen_take_id
from station.errors import WrongUse
from station.files import write_atomically
from station.kept import kept_report
from station.takes.export import to_csv, to_midi
from station.takes.store import Store

DESCRIPTION = """\
Write a kept take for other programs: as a Standard MIDI file (the chart's grid and the hits as
played), as CSV (one row a hit, with its note and its offset), or its chart as MusicXML.
With --chart: write a chart instead, as MusicXML or MIDI."""
EXAMPLE = """\
station export latest --out take.mid
station export 0192f3a1 --format csv --out -
station export --chart paradiddle --out paradiddle.musicxml"""
_FORMATS = {
    ".mid": "midi",
    ".midi": "midi",
    ".csv": "csv",
    ".musicxml": "musicxml",
    ".xml": "musicxml",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what may be typed after `station export`."""
    parser.add_argument(
        "take",
        nargs="?",
        metavar="ID",
        help="an id, the beginning of one, or 'latest' (latest)",
    )
    parser.add_argument(
        "--chart", metavar="CHART", help="a chart's name or file, written instead of a take"
    )
    parser.add_argument(
        "--format",
        choices=("midi", "csv", "musicxml"),
        help="default: as the file's ending says",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="'-' is standard output")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")


def run(args: argparse.Namespace) -> int:
    """Write it; returns the exit code.

    Raises
    ------
    StationError
        When there is no such take or chart, or the file exists or cannot be written.
    """
    kind = args.format or _FORMATS.get(Path(args.out).suffix.lower())
    if kind is None:
        raise WrongUse(
            f"'{args.out}' ends in none of {', '.join(_FORMATS)}; add --format midi, csv or "
            "musicxml."
        )
    path = Path(args.out)
    if args.out != STDOUT and path.exists() and not args.force:
        raise WrongUse(f"{path} exists already; add --force to replace it.")
    if args.chart is not None:
        content = _chart_content(args, kind)
    else:
        with Store.open() as store:
            content = _content(store, chosen_take_id(store, args.take or LATEST), kind)
    if args.out == STDOUT:
        with writing_output():
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
    else:
        write_atomically(path, content)
        note(f"wrote {path}.")
    return 0


def _chart_content(args: argparse.Namespace, kind: str) -> bytes:
    if args.take is not None:
        raise WrongUse(f"--chart writes a chart and '{args.take}' is a take; leave one out.")
    if kind == "csv":
        raise WrongUse("A chart has no hits for CSV; write it as .musicxml or .mid.")
    chart = told_chart(args.chart)
    return write_smf(chart) if kind == "midi" else write_musicxml(chart).encode()


def _content(store: Store, take_id: str, kind: str) -> bytes:
    take = store.take(take_id)
    if kind == "musicxml":
        return write_musicxml(document.parse(take.chart_json)).encode()
    hits = store.hits_on_grid(take_id)
    if kind == "midi":
        return to_midi(take, document.parse(take.chart_json), hits)
    judged = kept_report(store, take_id).to_dict()["hits"]
    columns = {name: [hit[name] for hit in judged] for name in ("chart_index", "offset_ms")}
    return to_csv(take, hits, columns).encode()
