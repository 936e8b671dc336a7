"""Verovio: MusicXML in, SVG out. The only module that imports it."""

from __future__ import annotations

from importlib.resources import files
from xml.etree import ElementTree as ET

import verovio

from station.errors import StationBug

# A staff space is 18 of Verovio's page units.
_PAGE_UNITS_PER_SPACE = 18
_FONT = "Bravura"
_OPTIONS = {
    "adjustPageHeight": True,
    # Beams of drums lie flat.
    "beamMaxSlope": 0,
    "breaks": "auto",
    "font": _FONT,
    "footer": "none",
    "header": "none",
    "minLastJustification": 0.6,
    "lyricTopMinMargin": 3.0,
    "mnumInterval": 0,
    "pageHeight": 6000,
    "pageMarginBottom": 0,
    "pageMarginLeft": 0,
    "pageMarginRight": 0,
    "pageMarginTop": 0,
    "scale": 100,
    "svgFormatRaw": True,
}
# A line that does not fit is engraved wider, and drawn smaller.
_WIDER = 1.3
_TRIES = 8

Box = tuple[float, float, float, float]


class Engraver:
    """Verovio, set up for drums.

    It holds Python's lock while it works: use it in a process that has nothing else to do.

    Attributes
    ----------
    glyph_boxes
        For each sign of the music font, by its code (`E0A4`): left, top, width and height from
        its origin, downwards, for a font that is 1 high.
    """

    def __init__(self) -> None:
        verovio.enableLog(verovio.LOG_OFF)
        self._toolkit = verovio.toolkit()
        # Once: whenever the font is named, it is read from disk.
        self._toolkit.setOptions(_OPTIONS)
        self.glyph_boxes = _glyph_boxes()

    def engrave(self, musicxml: str, width: float) -> str:
        """One system as Verovio's SVG.

        Parameters
        ----------
        musicxml
            A few bars.
        width
            Of the line, in staff spaces; exceeded where the bars do not fit.

        Raises
        ------
        StationBug
            When Verovio cannot read it.
        """
        for _ in range(_TRIES):
            self._toolkit.setOptions({"pageWidth": round(width * _PAGE_UNITS_PER_SPACE)})
            if not self._toolkit.loadData(musicxml):
                raise StationBug("The sheet cannot be engraved; please report the chart.")
            svg: str = self._toolkit.renderToSVG(1)
            if svg.count('class="system"') == 1 and self._toolkit.getPageCount() == 1:
                return svg
            width *= _WIDER
        raise StationBug("A bar of the chart does not fit on a line; please report the chart.")


def _glyph_boxes() -> dict[str, Box]:
    root = ET.fromstring(files("verovio").joinpath("data", f"{_FONT}.xml").read_bytes())
    em = float(root.get("units-per-em", "1000"))
    boxes = {}
    for glyph in root.iterfind("g"):
        x, y, w, h = (float(glyph.get(name, "0")) / em for name in "xywh")
        boxes[glyph.get("c", "")] = (x, -y - h, w, h)
    return boxes
