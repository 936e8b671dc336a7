"""An engraved system as one flat picture, and where its notes and bars are in it.

Verovio's SVG is nested, styled by CSS and set in fonts that a viewer may not have; QtSvg draws
little of it. So it is read once, and written again as plain signs, lines and letters in one
scaled group, in the colour of whatever it is put into.

All measures are in staff spaces, from the picture's upper left corner.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from station.errors import StationBug

Box = tuple[float, float, float, float]

# Verovio's drawing units in a staff space.
UNITS = 180.0
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NOTE_ID = re.compile(r"n(\d+)")
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_CURVE = re.compile(r"[^MLZ\d\s.,-]")
_NOT_DRAWN = re.compile(r"\b(?:mNum|placeholder|systemMilestoneEnd|tempo|dir)\b")
# Parentheses around a ghost note.
_AROUND_A_HEAD = frozenset({"E0F5", "E0F6", "E26A", "E26B"})
_SHAPE_ATTRIBUTES = {
    "polygon": ("points",),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "rect": ("x", "y", "width", "height"),
}
# Outlines of a font are in thousandths of its height.
_EM = 1000.0
_MARGIN = 0.4
# From clef, metre or bar line to where time begins.
_LEAD = 1.6


@dataclass(frozen=True, slots=True)
class Picture:
    """An engraved system.

    Attributes
    ----------
    svg
        A group that draws it, scaled to staff spaces, in the colour `currentColor`.
    glyphs
        The signs that the group uses: code to outline, as in an SVG path.
    width, height
        Of the picture.
    staff_top, staff_bottom
        The uppermost and the lowest line of the staff; one line has both.
    heads
        For each note of the system its head: left, top, width, height; shape (notes, 4).
    bars
        For each bar: its left and right edge, and where time begins in it; shape (bars, 3).
    """

    svg: str
    glyphs: dict[str, str]
    width: float
    height: float
    staff_top: float
    staff_bottom: float
    heads: NDArray[np.float64]
    bars: NDArray[np.float64]


def read_picture(
    svg: str,
    glyph_boxes: Mapping[str, Box],
    *,
    first_note: int,
    notes: int,
) -> Picture:
    """Verovio's SVG of one system as a `Picture`.

    Parameters
    ----------
    svg
        As rendered.
    glyph_boxes
        See `Engraver.glyph_boxes`.
    first_note, notes
        The system's first note in the chart, and how many it has.

    Raises
    ------
    StationBug
        When a note of the system has not been drawn.
    """
    return _Reader(glyph_boxes, first_note, notes).read(ET.fromstring(svg))


class _Column:
    """A note or a chord while it is read: the middle of its head, and its stickings."""

    def __init__(self) -> None:
        self.middle: float | None = None
        self.stickings: list[tuple[float, float, str]] = []


class _Reader:
    """Goes once through Verovio's SVG and sorts what is drawn."""

    def __init__(self, glyph_boxes: Mapping[str, Box], first_note: int, notes: int) -> None:
        self._boxes = glyph_boxes
        self._first_note = first_note
        self._heads = np.full((notes, 4), np.nan)
        self._outlines: dict[str, str] = {}
        self._used: set[str] = set()
        self._filled: list[str] = []
        self._lines: list[str] = []
        self._letters: list[str] = []
        self._bars: list[list[float]] = []
        self._staff: list[float] = []
        self._top, self._bottom = np.inf, -np.inf

    def read(self, root: ET.Element) -> Picture:
        """All of it."""
        for glyph in root.iterfind(f"{_SVG}defs/{_SVG}g"):
            path = glyph.find(f"{_SVG}path")
            if path is not None:
                self._outlines[_code(glyph.get("id", ""))] = path.get("d", "")
        scaled = root.find(f"{_SVG}svg")
        if scaled is not None:
            self._walk(scaled, -1, None)
        if not self._bars or not self._staff or np.isnan(self._heads).any():
            raise StationBug("Verovio's picture lacks a note; please report the chart.")
        return self._picture()

    def _picture(self) -> Picture:
        top = self._top - _MARGIN * UNITS
        bars = np.array(self._bars)
        bars[:, 2] = np.maximum(bars[:, 2], bars[:, 0]) + _LEAD * UNITS
        heads = self._heads - (0.0, top, 0.0, 0.0)
        scale = 1 / UNITS
        return Picture(
            svg=(
                f'<g transform="scale({scale:.8f}) translate(0,{-top:.0f})">'
                f'<g fill="currentColor" stroke="none">{"".join(self._filled)}</g>'
                f'<g fill="none" stroke="currentColor">{"".join(self._lines)}</g>'
                f'<g fill="currentColor" stroke="none" text-anchor="middle">'
                f"{''.join(self._letters)}</g></g>"
            ),
            glyphs={code: self._outlines[code] for code in sorted(self._used)},
            width=float(bars[-1, 1]) * scale,
            height=(self._bottom - self._top) * scale + 2 * _MARGIN,
            staff_top=(min(self._staff) - top) * scale,
            staff_bottom=(max(self._staff) - top) * scale,
            heads=heads * scale,
            bars=bars * scale,
        )

    def _walk(self, element: ET.Element, note: int, column: _Column | None) -> None:
        for child in element:
            match child.tag.removeprefix(_SVG):
                case "g":
                    self._group(child, note, column)
                case "use":
                    self._sign(child)
                case "path" | "polyline":
                    self._line(child)
                case "polygon" | "ellipse" | "rect":
                    self._shape(child)

    def _group(self, group: ET.Element, note: int, column: _Column | None) -> None:
        kind = group.get("class", "")
        if _NOT_DRAWN.search(kind) or group.get("visibility") == "hidden":
            return
        match kind:
            case "chord":
                self._column(group, -1)
            case "note":
                # A grace note has no head of its own here: it is played with its note.
                found = _NOTE_ID.fullmatch(group.get("id", ""))
                note = int(found[1]) - self._first_note if found else -1
                if column is None:
                    self._column(group, note)
                else:
                    self._walk(group, note, column)
            case "notehead":
                self._head(group, note, column)
            case "verse" if column is not None:
                column.stickings += [_letters_of(text) for text in group.iter(f"{_SVG}text")]
            case "measure":
                self._bars.append([np.inf, -np.inf, -np.inf])
                self._walk(group, note, column)
            case "staff":
                self._staff_lines(group)
                self._walk(group, note, column)
            case "clef" | "meterSig":
                for sign in group.iter(f"{_SVG}use"):
                    left, _, width, _ = self._place(sign)
                    self._bars[-1][2] = max(self._bars[-1][2], left + width)
                self._walk(group, note, column)
            case _:
                self._walk(group, note, column)

    def _column(self, group: ET.Element, note: int) -> None:
        column = _Column()
        self._walk(group, note, column)
        for y, size, text in column.stickings:
            # Set in the middle of its head, in whatever face the viewer has.
            self._letters.append(
                f'<text x="{column.middle:.0f}" y="{y:.0f}" font-size="{size:.0f}">'
                f"{escape(text)}</text>"
            )
            self._reach(y - 0.75 * size, y + 0.1 * size)

    def _head(self, group: ET.Element, note: int, column: _Column | None) -> None:
        for sign in group.iterfind(f"{_SVG}use"):
            if _code(sign.get(_HREF, "")[1:]) in _AROUND_A_HEAD:
                continue
            left, top, width, height = self._place(sign)
            if note >= 0:
                self._heads[note] = left, top, width, height
            if column is not None and column.middle is None:
                column.middle = left + width / 2
        self._walk(group, note, column)

    def _staff_lines(self, group: ET.Element) -> None:
        for path in group.iterfind(f"{_SVG}path"):
            x1, y1, x2, _ = (float(n) for n in _NUMBERS.findall(path.get("d", "")))
            bar = self._bars[-1]
            bar[0], bar[1] = min(bar[0], x1), max(bar[1], x2)
            self._staff.append(y1)

    # ------------------------------------------------------------------- drawing

    def _sign(self, sign: ET.Element) -> None:
        code = _code(sign.get(_HREF, "")[1:])
        moved = sign.get("transform", "")
        self._used.add(code)
        self._filled.append(f'<use xlink:href="#{code}" transform="{moved}"/>')
        _, top, _, height = self._place(sign)
        self._reach(top, top + height)

    def _place(self, sign: ET.Element) -> Box:
        x, y, scale = (float(n) for n in _NUMBERS.findall(sign.get("transform", ""))[:3])
        left, top, width, height = self._boxes[_code(sign.get(_HREF, "")[1:])]
        size = scale * _EM
        return x + left * size, y + top * size, width * size, height * size

    def _line(self, path: ET.Element) -> None:
        tag, name = ("path", "d") if path.get("d") else ("polyline", "points")
        shape = path.get(name, "")
        stroke = path.get("stroke-width")
        if stroke is None or _CURVE.search(shape):
            self._filled.append(f'<{tag} {name}="{shape}"/>')
        else:
            self._lines.append(f'<{tag} {name}="{shape}" stroke-width="{stroke}"/>')
        ys = [float(n) for n in _NUMBERS.findall(shape)][1::2]
        if ys:
            self._reach(min(ys), max(ys))

    def _shape(self, shape: ET.Element) -> None:
        names = _SHAPE_ATTRIBUTES[shape.tag.removeprefix(_SVG)]
        values = " ".join(f'{name}="{shape.get(name, "0")}"' for name in names)
        self._filled.append(f"<{shape.tag.removeprefix(_SVG)} {values}/>")
        if shape.get("points"):
            ys = [float(n) for n in _NUMBERS.findall(shape.get("points", ""))][1::2]
            self._reach(min(ys), max(ys))

    def _reach(self, top: float, bottom: float) -> None:
        self._top, self._bottom = min(self._top, top), max(self._bottom, bottom)


def _letters_of(text: ET.Element) -> tuple[float, float, str]:
    """Base line, size and letters."""
    sizes = [
        float(found[0])
        for part in text.iter(f"{_SVG}tspan")
        if (found := _NUMBERS.findall(part.get("font-size", "")))
    ]
    return float(text.get("y", "0")), max(sizes), "".join(text.itertext()).strip()


def _code(name: str) -> str:
    return name.partition("-")[0]
