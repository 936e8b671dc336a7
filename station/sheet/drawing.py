"""Lines as SVG: plain enough for QtSvg, any browser and any printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from station.sheet.line import HEADER, Label, Line

FAMILIES = "Inter, 'Noto Sans', 'DejaVu Sans', Arial, sans-serif"
_LABEL_SIZE, _NUMBER_SIZE = 2.1, 1.8
_LABEL_BASE = 1.75
# A note as a sign in a tempo mark: half width and height of its head, and its stem.
_HEAD = (0.52, 0.38)
_STEM = 1.45
_FLAGS = {8: 1, 16: 2, 32: 3}


def document(
    body: str, width: float, height: float, glyphs: dict[str, str], *, ground: str = ""
) -> str:
    """An SVG document of `width` by `height` staff spaces around `body`.

    Parameters
    ----------
    body
        Groups in staff spaces.
    glyphs
        Outlines of the signs that are used, by code.
    ground
        Colour of the paper; empty for none.
    """
    outlines = "".join(
        f'<path id="{code}" transform="scale(1,-1)" d="{outline}"/>'
        for code, outline in glyphs.items()
    )
    paper = f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/>' if ground else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width * 10:g}" height="{height * 10:g}" '
        f'font-family="{FAMILIES}"><defs>{outlines}</defs>{paper}{body}</svg>'
    )


def glyphs_of(lines: Iterable[Line]) -> dict[str, str]:
    """All signs that lines use."""
    glyphs: dict[str, str] = {}
    for line in lines:
        glyphs |= line.picture.glyphs
    return glyphs


def draw_line(line: Line, ink: str, muted: str) -> str:
    """A line as a group, in the colours `ink` and, for bar numbers, `muted`."""
    labels = "".join(_draw_label(label, ink, muted) for label in line.labels)
    picture = line.picture.svg.replace("currentColor", ink)
    return f'<g>{labels}<g font-weight="bold" transform="translate(0,{HEADER})">{picture}</g></g>'


def write(x: float, y: float, text: str, size: float, colour: str, anchor: str = "start") -> str:
    """One line of text with its base line at `y`."""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _draw_label(label: Label, ink: str, muted: str) -> str:
    if label.number:
        return write(label.x, _LABEL_BASE, label.text, _NUMBER_SIZE, muted)
    if not label.beat_unit:
        return write(label.x, _LABEL_BASE, label.text, _LABEL_SIZE, ink)
    text = write(label.x + 2.0, _LABEL_BASE, label.text, _LABEL_SIZE, ink)
    return "".join(_draw_note(label.x + _HEAD[0], label.beat_unit, ink)) + text


def _draw_note(x: float, unit: int, ink: str) -> Iterator[str]:
    """A note of 1/`unit` as it stands in a tempo mark."""
    wide, high = _HEAD
    y = _LABEL_BASE - high
    fill, stroke = (ink, "none") if unit >= 4 else ("none", ink)
    yield (
        f'<g transform="translate({x:.2f},{y:.2f})"><ellipse rx="{wide}" ry="{high}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="0.18" transform="rotate(-20)"/>'
    )
    if unit > 1:
        yield f'<path d="M{wide - 0.06} -0.1 V{-_STEM}" stroke="{ink}" stroke-width="0.14"/>'
    for i in range(_FLAGS.get(unit, 0)):
        top = -_STEM + 0.45 * i
        yield (
            f'<path d="M{wide - 0.06} {top:.2f} q0.1 0.35 0.5 0.75" fill="none" '
            f'stroke="{ink}" stroke-width="0.2"/>'
        )
    yield "</g>"
