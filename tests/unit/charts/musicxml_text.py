"""Small MusicXML documents for tests, put together from pieces."""

from __future__ import annotations

from station.charts.musicxml_in import read_musicxml

KIT = {"snare": 38, "kick": 36, "hi-hat": 42, "tom": 48}
PLACES = {"snare": "C5", "kick": "F4", "hi-hat": "G5", "tom": "E5"}
VALUES = {"whole": 16, "half": 8, "quarter": 4, "eighth": 2, "16th": 1}

INSTRUMENTS = "".join(
    f'<score-instrument id="{name}"><instrument-name>{name.title()}</instrument-name>'
    f"</score-instrument>"
    for name in KIT
) + "".join(
    f'<midi-instrument id="{name}"><midi-unpitched>{number + 1}</midi-unpitched></midi-instrument>'
    for name, number in KIT.items()
)
ATTRIBUTES = (
    "<attributes><divisions>4</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
    "<clef><sign>percussion</sign></clef></attributes>"
)
TEMPO = '<sound tempo="120"/>'


def note(drum="snare", value="quarter", *, inside="", notations="", grace=False, chord=False, **k):
    """One note; keywords are `duration` and `voice`, and `inside` comes behind the type."""
    position = PLACES[drum]
    duration = k.get("duration", VALUES[value])
    return (
        f"<note>{'<grace/>' if grace else ''}{'<chord/>' if chord else ''}"
        f"<unpitched><display-step>{position[0]}</display-step>"
        f"<display-octave>{position[1]}</display-octave></unpitched>"
        f"{'' if grace else f'<duration>{duration}</duration>'}"
        f'<instrument id="{drum}"/><voice>{k.get("voice", 1)}</voice><type>{value}</type>{inside}'
        f"{f'<notations>{notations}</notations>' if notations else ''}</note>"
    )


def rest(duration=4, voice=1):
    return f"<note><rest/><duration>{duration}</duration><voice>{voice}</voice></note>"


def words(text):
    return f"<direction><direction-type><words>{text}</words></direction-type></direction>"


def bar(*content, number=1, **attributes):
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<measure number="{number}"{more}>{"".join(content)}</measure>'


def score(*bars, instruments=INSTRUMENTS, start=ATTRIBUTES + TEMPO):
    """A document of one part; `start` goes into the first bar."""
    first, *others = bars or (bar(note() * 4),)
    begin = first.index(">") + 1
    return (
        '<?xml version="1.0" encoding="UTF-8"?><score-partwise version="4.0"><part-list>'
        f'<score-part id="P1"><part-name>Drums</part-name>{instruments}</score-part></part-list>'
        f'<part id="P1">{first[:begin]}{start}{first[begin:]}{"".join(others)}</part>'
        "</score-partwise>"
    )


def read(*bars, **how):
    """The chart and the complaints of `score(...)`."""
    return read_musicxml(score(*bars, **how).encode(), "x.musicxml")


def at(chart):
    """Where its notes lie, in quarter notes."""
    return [note.tick / chart.ppq for note in chart.notes]
