"""How a player wants takes to sound: plain values, as they are kept and as the engine is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from station.engine.messages import Calibrate, Click, KitVoices, OpenSound
from station.toml_source import Table, nearest

NO_CARD = "audio://none"
NO_CLICK = "none"
# Names that `station.sound` gives; here as well, so that nobody loads it for a list.
CLICKS = ("wood", "beep", "cowbell", "rim", "tick")
SUBDIVISIONS = ("none", "eighths", "triplets", "sixteenths")
GATES = ("off", "wide", "medium", "tight")
MOST_BARS = 1000
_TEXT_AT_MOST = 200
_CARDS = ("audio://", "simsound://")


@dataclass(frozen=True, slots=True)
class SoundChoice:
    """The choices.

    Attributes
    ----------
    card
        Address of the sound card; `NO_CARD`: none.
    click
        One of `CLICKS`, or `NO_CLICK`.
    module
        Any unique part of the name of the MIDI port whose drum module clicks; empty: none.
    subdivision
        What sounds between the beats: one of `SUBDIVISIONS`.
    on_bars, off_bars
        So many bars sound, then so many are silent; `off_bars` 0: all sound.
    volume, balance
        Of the click: 0 to 1; −1 left to 1 right.
    kit_voices
        Whether hits sound in voices of our own, from the card.
    module_voices
        Whether the drum module (`module`) plays them instead, its local control off.
    gate
        Which ones: one of `GATES`.
    """

    card: str = NO_CARD
    click: str = CLICKS[0]
    module: str = ""
    subdivision: str = SUBDIVISIONS[0]
    on_bars: int = 1
    off_bars: int = 0
    volume: float = 0.8
    balance: float = 0.0
    kit_voices: bool = False
    module_voices: bool = False
    gate: str = GATES[0]

    @property
    def has_card(self) -> bool:
        """Whether a card was chosen."""
        return self.card != NO_CARD

    @property
    def clicks(self) -> bool:
        """Whether a click is wanted that can be heard."""
        return self.click != NO_CLICK and (self.has_card or bool(self.module))

    def is_silent(self, bar: int) -> bool:
        """Whether a bar, from 0, has no click; those of the count-in are negative, and have."""
        return bar >= 0 and bar % (self.on_bars + self.off_bars) >= self.on_bars

    @property
    def voiceless(self) -> bool:
        """Whether hits are to sound, and have nothing to sound from."""
        return (self.kit_voices or self.module_voices) and self.voices_message() is None

    def click_message(self) -> Click | None:
        """The click of a take, as the engine is told."""
        if not self.clicks:
            return None
        return Click(
            voice=self.click,
            subdivision=self.subdivision,
            on_bars=self.on_bars,
            off_bars=self.off_bars,
            volume=self.volume,
            balance=self.balance,
            midi_port=self.module,
            midi_port_needed=False,
        )

    def tapping_message(self, bpm: float, beats: int) -> Calibrate | None:
        """A calibration: every beat of its click sounds, and every hit, if hits are to."""
        if not self.clicks:
            return None
        click = Click(
            voice=self.click, volume=self.volume, balance=self.balance, midi_port=self.module
        )
        return Calibrate(click, bpm, beats, replace(self, gate=GATES[0]).voices_message())

    def voices_message(self) -> KitVoices | None:
        """How hits sound, as the engine is told."""
        if self.module_voices and self.module:
            return KitVoices(gate=self.gate, midi_port=self.module, midi_port_needed=False)
        return KitVoices(gate=self.gate) if self.kit_voices and self.has_card else None

    def card_message(self) -> OpenSound:
        """The card, as the engine is told."""
        return OpenSound(self.card, self.voices_message())


def read_sound(table: Table) -> SoundChoice:
    """The choices as a file has them; what it leaves out is as it is by itself.

    Raises
    ------
    FileError
        Naming what is not sound.
    """
    own = SoundChoice()
    table.only(asdict(own))
    card = table.text("card", own.card)[:_TEXT_AT_MOST]
    if not card.startswith(_CARDS):
        table.fail("card", f'\'{card[:40]}\' is no sound card; write "{NO_CARD}", or "audio://…".')
    for key, known in (
        ("click", (NO_CLICK, *CLICKS)),
        ("subdivision", SUBDIVISIONS),
        ("gate", GATES),
    ):
        word = table.text(key, known[0])
        if word not in known:
            table.fail(key, f"'{word[:40]}' is not known here; {nearest(word, known)}")
    return SoundChoice(
        card=card,
        click=table.text("click", own.click),
        module=table.text("module", own.module)[:_TEXT_AT_MOST],
        subdivision=table.text("subdivision", own.subdivision),
        on_bars=table.integer("on_bars", 1, MOST_BARS, own.on_bars),
        off_bars=table.integer("off_bars", 0, MOST_BARS, own.off_bars),
        volume=table.number("volume", 0, 1, own.volume),
        balance=table.number("balance", -1, 1, own.balance),
        kit_voices=table.truth("kit_voices", default=own.kit_voices),
        module_voices=table.truth("module_voices", default=own.module_voices),
        gate=table.text("gate", own.gate),
    )


def sound_lines(chosen: SoundChoice) -> str:
    """The choices as TOML, a line each."""
    return "".join(f"{name} = {_as_toml(value)}\n" for name, value in asdict(chosen).items())


def _as_toml(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    # A port may be called anything.
    escaped = "".join(
        c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value
    )
    return f'"{escaped}"'
