"""What the dashboard says in words: every number with its unit, its sign and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from station.engine.messages import KitStatus
from station.hal.api import LinkState
from station.model import Pad, PlacementCall, StampedBy, SwingCall, TempoCall
from station.verdict_words import NOT_FOLLOWED, SWING_WORDS

NOT_SAID = "not said yet"
SIMULATED = "A simulated drummer is playing. No kit is attached."
PLAYED_BACK = "A recording is played back. No kit is attached."

_STAMPED = {
    StampedBy.DEVICE: "stamped by the kit's own clock",
    StampedBy.DRIVER: "stamped by the driver",
    StampedBy.ARRIVAL: "stamped on arrival",
    StampedBy.FILE: "times as in the file",
    StampedBy.SIMULATED: "simulated times",
}
_LINKS = {
    LinkState.OPEN: "connected",
    LinkState.LOST: "LOST, looking for it",
    LinkState.ENDED: "at its end",
}

_PAD_NAMES: dict[str, str] = {Pad.HI_HAT: "hi-hat", Pad.HI_HAT_PEDAL: "hi-hat foot"}

_HANDS = ("right", "left")

Part = Mapping[str, Any]


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, with the typographic minus: −9.1, +0.8, 0.0."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def plain(value: float, digits: int = 1) -> str:
    """A number, with the typographic minus and no plus: −9.1, 0.8."""
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")


def interval(part: Part, digits: int = 1) -> str:
    """(low … high), or nothing where there is none."""
    low, high = part.get("low"), part.get("high")
    if low is None or high is None:
        return ""
    return f"({plain(low, digits)} … {plain(high, digits)})"


def bpm(value: float) -> str:
    """A tempo: 330, 132.4."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def tempo_name(usual_bpm: tuple[float, float] | None) -> str:
    """What stands above a tempo: usually 60–180 BPM, where the chart says so."""
    if usual_bpm is None:
        return "&Tempo"
    return f"&usually {bpm(usual_bpm[0])}–{bpm(usual_bpm[1])} BPM"


def tempo_call(verdict: Part | None) -> TempoCall:
    """The call; undecided while nothing is said."""
    part = (verdict or {}).get("tempo") or {}
    return TempoCall(part.get("call", TempoCall.UNDECIDED))


def tempo_line(verdict: Part | None) -> str:
    """+0.8 % (0.4 … 1.2), since beat 88; or that the hits do not follow the chart."""
    if (verdict or {}).get("matched") is False:
        return NOT_FOLLOWED
    part = (verdict or {}).get("tempo") or {}
    if part.get("ratio_percent") is None:
        return NOT_SAID
    parts = [f"{signed(part['ratio_percent'])} %", interval(part)]
    line = " ".join(p for p in parts if p)
    if tempo_call(verdict) is TempoCall.UNDECIDED:
        return f"{line}, nothing proven yet"
    beat = part.get("called_at_beat")
    return line if beat is None else f"{line}, since beat {beat}"


def placement(verdict: Part | None) -> str:
    """AHEAD −9.1 ms (−12.0 … −6.2), since beat 112; or NOT CALIBRATED and the offset."""
    part = (verdict or {}).get("placement") or {}
    if not part:
        return NOT_SAID
    call = PlacementCall(part.get("call", PlacementCall.UNDECIDED))
    undecided = call is PlacementCall.UNDECIDED
    word = "NOT CALIBRATED" if undecided and not part.get("calibrated") else call.value.upper()
    if part.get("offset_ms") is None:
        return word
    line = " ".join(p for p in (word, f"{signed(part['offset_ms'])} ms", interval(part)) if p)
    beat = part.get("called_at_beat")
    return line if beat is None else f"{line}, since beat {beat}"


def spread_line(verdict: Part | None) -> str:
    """±8.8 ms  (8.1 … 9.6)."""
    part = (verdict or {}).get("spread")
    return NOT_SAID if not part else f"±{plain(part['sd_ms'])} ms  {interval(part)}".strip()


def swing_line(verdict: Part | None) -> str:
    """1.21 : 1  (1.17 … 1.25)  narrower than written."""
    part = (verdict or {}).get("swing")
    if not part:
        return NOT_SAID
    line = f"{plain(part['ratio'], 2)} : 1  {interval(part, 2)}".strip()
    against = SWING_WORDS.get(SwingCall(part.get("call", SwingCall.UNDECIDED)))
    return line if against is None else f"{line}  {against}"


def limb_lines(verdict: Part | None) -> list[str]:
    """One line for each pair of pads: kick 6.6 ms before hi-hat (−8.1 … −5.0)."""
    lines = []
    for limb in (verdict or {}).get("limbs") or []:
        side = "before" if limb["offset_ms"] < 0 else "after"
        lines.append(
            f"{pad_name(limb['pad'])} {abs(limb['offset_ms']):.1f} ms {side} "
            f"{pad_name(limb['against'])} {interval(limb)}".strip()
        )
    return lines or [NOT_SAID]


def ornament_lines(ornaments: Part | None) -> list[str]:
    """Lines for flams, drags and buzzes: flams 30 ms (25–37), 121 of 128 whole."""
    lines = []
    for name in ("flams", "drags"):
        told = (ornaments or {}).get(name)
        if told is None or not told["played"]:
            continue
        if told["width_ms"] is not None:
            low, high = told["quartiles_ms"]
            lines.append(f"{name} {told['width_ms']:.0f} ms ({low:.0f}–{high:.0f})")
        lines.append(f"{told['with_graces']} of {told['played']} whole")
        hands = [f"{key[0].upper()} {told[key]['width_ms']:.0f}" for key in _HANDS if told[key]]
        if len(hands) == len(_HANDS):
            lines.append(f"{', '.join(hands)} ms")
    if (buzzes := (ornaments or {}).get("buzzes")) is not None and buzzes["played"]:
        lines.append(f"{buzzes['with_bounces']} of {buzzes['played']} buzzes bounced")
    return lines or [NOT_SAID]


def kit_state(kit: KitStatus) -> str:
    """Connected, lost or simulated, in a word or two."""
    link = LinkState(kit.state)
    if kit.simulated and link is LinkState.OPEN:
        return "simulated"
    return _LINKS[link]


def kit_stamps(kit: KitStatus) -> str:
    """What its time stamps are worth: stamped by the driver, ±0.2 ms."""
    digits = 1 if kit.sigma_ms >= 0.05 or kit.sigma_ms == 0 else 2
    return f"{_STAMPED[StampedBy(kit.stamped_by)]}, ±{kit.sigma_ms:.{digits}f} ms"


def pad_name(pad: str) -> str:
    """A pad as a drummer calls it: tom 1, hi-hat, hi-hat foot."""
    return _PAD_NAMES.get(pad) or pad.replace("-", " ")


def short_id(take_id: str) -> str:
    """Enough of a take's id to find it again."""
    return take_id[:13]
