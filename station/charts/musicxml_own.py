"""What the writer of MusicXML leaves for its reader, where notation alone says less than a chart.

All of it is standard MusicXML that other programs may use or pass over. It is believed only in
a file that says it was written here and by nobody since.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from station.charts.musicxml_elements import whole
from station.model import Dynamic

SOFTWARE = "edrum-station"
PPQ_FIELD = "edrum-station-ppq"
# Percent of MusicXML's forte, which is a MIDI velocity of 90: 32, 80 and 120.
DYNAMICS: dict[Dynamic, str] = {
    Dynamic.GHOST: "35.56",
    Dynamic.NORMAL: "88.89",
    Dynamic.ACCENT: "133.33",
}
# A Standard MIDI file cannot count finer.
MAX_PPQ = 2**15 - 1

_DYNAMIC_OF = {text: dynamic for dynamic, text in DYNAMICS.items()}


def own_ppq(root: Element) -> int | None:
    """The PPQ of the chart that was written; None when another program wrote the file."""
    software = [one.text for one in root.iterfind("identification/encoding/software")]
    if software != [SOFTWARE]:
        return None
    for one in root.iterfind("identification/miscellaneous/miscellaneous-field"):
        if one.get("name") == PPQ_FIELD:
            ppq = whole(one.text or "")
            return ppq if ppq and ppq <= MAX_PPQ else None
    return None


def own_dynamic(note: Element) -> Dynamic | None:
    """How loud a note of an own file is; None when it does not say."""
    return _DYNAMIC_OF.get(note.get("dynamics", ""))


def note_id(chart_index: int, grace: int = 0) -> str:
    """The id of a note, or of its first or second grace note."""
    return f"n{chart_index}-g{grace}" if grace else f"n{chart_index}"


def grace_of(grace: Element) -> str:
    """The id of the note that a grace note of an own file belongs to."""
    return grace.get("id", "").partition("-")[0]
