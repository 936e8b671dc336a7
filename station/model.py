"""The nouns: what a hit, a note, a judgement, a verdict and a take are.

Frozen and without behaviour. Times (`*_ns`) are integers on the host's monotonic clock;
offset = played − written, negative is early; a tempo ratio above 0 is faster than written.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum


class Pad(StrEnum):
    """What is struck: one pad is one lane of a chart."""

    KICK = "kick"
    SNARE = "snare"
    TOM_1 = "tom-1"
    TOM_2 = "tom-2"
    TOM_3 = "tom-3"
    TOM_4 = "tom-4"
    HI_HAT = "hi-hat"
    HI_HAT_PEDAL = "hi-hat-pedal"
    CRASH_1 = "crash-1"
    CRASH_2 = "crash-2"
    RIDE = "ride"
    SPLASH = "splash"
    CHINA = "china"
    COWBELL = "cowbell"
    TAMBOURINE = "tambourine"
    AUX_1 = "aux-1"
    AUX_2 = "aux-2"
    OTHER = "other"


class Zone(StrEnum):
    """Where on the pad, or in which state of the hi-hat."""

    HEAD = "head"
    RIM = "rim"
    CROSS_STICK = "cross-stick"
    BOW = "bow"
    EDGE = "edge"
    BELL = "bell"
    CLOSED = "closed"
    HALF_OPEN = "half-open"
    OPEN = "open"
    FOOT = "foot"
    SPLASH = "splash"


# Arrays and records carry a pad and a zone as their place in these lists.
PADS: tuple[Pad, ...] = tuple(Pad)
ZONES: tuple[Zone, ...] = tuple(Zone)
PAD_INDEX: dict[Pad, int] = {pad: i for i, pad in enumerate(PADS)}
ZONE_INDEX: dict[Zone, int] = {zone: i for i, zone in enumerate(ZONES)}


class Flag(IntFlag):
    """What is suspicious or special about a hit. A flagged hit is kept like any other."""

    NONE = 0
    DOUBLE_TRIGGER = 1
    CROSSTALK = 2
    UNMAPPED = 4
    LATE = 8  # reached us after its time had been judged
    CLIPPED = 16
    AFTER_GAP = 32  # the first hit after the kit had been away


class StampedBy(StrEnum):
    """Who looked at the clock when the hit came."""

    DEVICE = "device"
    DRIVER = "driver"
    ARRIVAL = "arrival"
    FILE = "file"
    SIMULATED = "simulated"


class Dynamic(IntEnum):
    """How loud a note is written."""

    GHOST = 0
    NORMAL = 1
    ACCENT = 2


class Sticking(StrEnum):
    """Which hand a note is written for."""

    NONE = ""
    RIGHT = "R"
    LEFT = "L"


class Ornament(StrEnum):
    """Strokes around a note: grace strokes before it, or a stick that bounces on."""

    NONE = ""
    FLAM = "flam"
    DRAG = "drag"
    BUZZ = "buzz"


@dataclass(frozen=True, slots=True)
class Hit:
    """One strike on a pad.

    Attributes
    ----------
    seq
        Its number in the take, from 0, in order of arrival.
    t_ns, t_sigma_ns
        When, on the host's monotonic clock, and the standard deviation of that stamp.
    arrival_ns
        When the host first saw it.
    pad, zone
        What was struck.
    velocity
        0 to 127.
    note
        The MIDI note as it came (0 to 127), or −1 when the wire has no notes.
    source
        Which kit of the take, from 0.
    flags
        Suspicions; never a reason to drop it.
    openness
        Of the hi-hat: 0 closed … 127 open, −1 where it is not known.
    """

    seq: int
    t_ns: int
    t_sigma_ns: int
    arrival_ns: int
    pad: Pad
    zone: Zone
    velocity: int
    note: int = -1
    source: int = 0
    flags: Flag = Flag.NONE
    openness: int = -1


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a chart.

    Attributes
    ----------
    tick
        Exact place, in ticks of the chart's PPQ.
    pad, zone
        What to strike.
    midi_note
        0 to 127; notes of a chart are sorted by (tick, midi_note).
    dynamic, sticking, ornament
        How to strike it.
    """

    tick: int
    pad: Pad
    zone: Zone
    midi_note: int
    dynamic: Dynamic = Dynamic.NORMAL
    sticking: Sticking = Sticking.NONE
    ornament: Ornament = Ornament.NONE


class MarkKind(StrEnum):
    """What a mark in a take says."""

    GAP_BEGIN = "gap-begin"
    GAP_END = "gap-end"
    CHOKE = "choke"
    LOST_EVENTS = "lost-events"
    STAMP_CHANGED = "stamp-changed"
    SOUND_GAP = "sound-gap"  # the sound card missed some of the click; the grid went on
    CLICK_MUTED = "click-muted"  # the player muted the click; the grid went on
    CLICK_HEARD = "click-heard"  # … and let it be heard again


@dataclass(frozen=True, slots=True)
class Mark:
    """Something other than a hit that happened during a take."""

    t_ns: int
    kind: MarkKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class GridStep:
    """From a moment on, how the chart's clock runs against the host's (`station.grid_clock`).

    Attributes
    ----------
    host_ns
        From when on, on the host's monotonic clock.
    grid_ns
        The grid's time at that moment.
    rate_ppb
        How much faster the grid runs than the host's clock, in parts of 10⁹.
    """

    host_ns: int
    grid_ns: int
    rate_ppb: int


class JudgementKind(IntEnum):
    """What a judgement is about."""

    HIT = 0
    EXTRA = 1
    MISSED = 2
    ORNAMENT = 3  # a stroke that is written around a note: a flam's grace, a buzz's bounce


@dataclass(frozen=True, slots=True)
class Judgement:
    """A hit and the note that it was or is around, an extra hit, or a missed note.

    Attributes
    ----------
    kind
        Which of these.
    confirmed
        False: said at once, and may be said differently a few hits later.
    hit_seq
        The hit's `seq`; −1 for a missed note.
    chart_index
        The note's place in the chart; −1 for an extra hit. Of a grace stroke or a bounce,
        that of the note that it is around.
    pad
        The lane.
    t_ns
        When it was played; for a missed note, when it was written.
    offset_ns
        Played − written, negative is early; 0 where there is no pair.
    t_sigma_ns
        Standard deviation of the hit's stamp.
    velocity
        Of the hit, 0 to 127; 0 for a missed note.
    flags
        Of the hit.
    """

    kind: JudgementKind
    confirmed: bool
    hit_seq: int
    chart_index: int
    pad: Pad
    t_ns: int
    offset_ns: int
    t_sigma_ns: int
    velocity: int
    flags: Flag


class TempoCall(StrEnum):
    """Rushing or dragging proper: a sustained tempo other than written."""

    RUSHING = "rushing"
    DRAGGING = "dragging"
    STEADY = "steady"
    UNDECIDED = "undecided"


class PlacementCall(StrEnum):
    """Where the hits lie against the click."""

    AHEAD = "ahead"
    BEHIND = "behind"
    CENTRED = "centred"
    UNDECIDED = "undecided"


class SwingCall(StrEnum):
    """How wide the swing is against the one that is written."""

    WIDER = "wider"
    NARROWER = "narrower"
    AS_WRITTEN = "as written"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class TempoVerdict:
    """Tempo ratio in percent (positive is faster), with an anytime-valid interval."""

    call: TempoCall
    ratio_percent: float | None = None
    low: float | None = None
    high: float | None = None
    called_at_beat: int | None = None


@dataclass(frozen=True, slots=True)
class PlacementVerdict:
    """Mean offset in ms (negative is ahead), with an anytime-valid interval."""

    call: PlacementCall
    offset_ms: float | None = None
    low: float | None = None
    high: float | None = None
    called_at_beat: int | None = None
    calibrated: bool = False


@dataclass(frozen=True, slots=True)
class SpreadVerdict:
    """Standard deviation in ms of what is left after the drift."""

    sd_ms: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LimbVerdict:
    """One pad against another on the same beat; positive: `pad` is later."""

    pad: Pad
    against: Pad
    offset_ms: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class SwingVerdict:
    """Long over short part of a beat, measured, and judged against the ratio aimed at.

    `written` is what the chart has; None, and nothing is called, where it has several.
    """

    ratio: float
    low: float
    high: float
    offbeats: int
    written: float | None = None
    call: SwingCall = SwingCall.UNDECIDED
    called_at_beat: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The five answers; a part that cannot be said is None, never a made-up number.

    `matched` says whether the hits follow the chart: nothing is called while that is not known
    (None), and nothing is told at all of hits that do not (False).
    """

    tempo: TempoVerdict
    placement: PlacementVerdict
    spread: SpreadVerdict | None = None
    limbs: tuple[LimbVerdict, ...] | None = None
    swing: SwingVerdict | None = None
    matched: bool | None = None


@dataclass(frozen=True, slots=True)
class BarPlan:
    """What the next bar is.

    Attributes
    ----------
    bar
        Its number from 0; negative bars are the count-in.
    start_ns
        When its first beat is written.
    tempo_bpm
        Beats (of the metre's own unit) a minute.
    first_note, last_note
        The chart's notes `first_note` (inclusive) to `last_note` (exclusive).
    clicks
        Which beats sound, one for each beat of the bar.
    sheet_shown
        Whether the player sees the notes.
    gate_ns
        Half-width of the window in which a hit counts as in time; 0 for no gate.
    """

    bar: int
    start_ns: int
    tempo_bpm: float
    first_note: int
    last_note: int
    clicks: tuple[bool, ...]
    sheet_shown: bool = True
    gate_ns: int = 0


class TakeState(StrEnum):
    """How a take ended."""

    RECORDING = "recording"
    FINISHED = "finished"
    BROKEN_OFF = "broken-off"


@dataclass(frozen=True, slots=True)
class KitUsed:
    """The kit of a take: address, profile and what its stamps are worth."""

    address: str
    name: str
    profile: str
    stamped_by: StampedBy
    sigma_ns: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured between what a player hears and what the kit reports.

    Attributes
    ----------
    kit, sound
        The kit's address and where the click sounded.
    latency_ns
        To be taken off every hit's time.
    spread_ns
        Standard error of that.
    count
        Strikes or clicks that it was measured from.
    method
        `tap`, `loopback` or `microphone`.
    measured_at
        Wall clock, ISO 8601 with offset.
    """

    kit: str
    sound: str
    latency_ns: int
    spread_ns: int
    count: int
    method: str
    measured_at: str


@dataclass(frozen=True, slots=True)
class Take:
    """Everything about a take but its hits, which are kept as they came.

    Attributes
    ----------
    id
        UUIDv7 as text: unique across machines, sorts by time.
    player
        Who played; empty when nobody said.
    started_at
        Wall clock, ISO 8601 with offset.
    start_ns
        The chart's tick 0 on the monotonic clock of the recording host.
    chart_title, chart_json
        What was played; the whole chart as text, so that the take stands alone.
    kits
        What it was played on.
    latency_ns, calibrated
        Constant taken off every hit's time, and whether anybody measured it.
    state
        How it ended.
    version
        Of the station that recorded it.
    end_ns
        When it was stopped, on the monotonic clock; None when it was played to the end of
        the chart, or broken off.
    calibration
        What `latency_ns` was measured by; None where nobody did, or the player gave a number.
    """

    id: str
    player: str
    started_at: str
    start_ns: int
    chart_title: str
    chart_json: str
    kits: tuple[KitUsed, ...]
    latency_ns: int
    calibrated: bool
    state: TakeState
    version: str
    end_ns: int | None = None
    calibration: Calibration | None = None
