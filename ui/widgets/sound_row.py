"""How the next take sounds: card, click, silent bars, volume, kit voices, calibration."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from station.sound_choice import (
    CLICKS,
    GATES,
    MOST_BARS,
    NO_CARD,
    NO_CLICK,
    SUBDIVISIONS,
    SoundChoice,
)
from ui.widgets.fields import Choice, Number
from ui.widgets.rows import laid_out

DEFAULT_CARD = "audio://default"
_BALANCES = (("left", -1.0), ("½ left", -0.5), ("mid", 0.0), ("½ right", 0.5), ("right", 1.0))
_BETWEEN = dict(zip(SUBDIVISIONS, ("nothing", "8ths", "triplets", "16ths"), strict=True))
# Whether hits sound, by what, and through which gate: one choice, since a gate alone lets
# nothing sound.
_NO_VOICES = "no"
_WIDTHS = dict(zip(GATES[1:], ("±35 ms", "±20 ms", "±10 ms"), strict=True))
_BY_CARD = {GATES[0]: "all"} | _WIDTHS
_BY_MODULE = {gate: f"module {width}" for gate, width in _BY_CARD.items()}


class SoundRow(QWidget):
    """The choices, as one row.

    Signals
    -------
    changed
        Another choice was made.
    calibrate_asked
        The button was pressed.
    done
        A list was closed, or a number was typed.
    """

    changed = pyqtSignal()
    calibrate_asked = pyqtSignal()
    done = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.card, self.click, self.module = Choice(), Choice(), Choice()
        self.card.setToolTip("Where click and kit voices are heard")
        self.module.setToolTip("A drum module that plays the click itself, by MIDI")
        self.subdivision, self.balance, self.voices = Choice(), Choice(), Choice()
        self.voices.setToolTip(
            "Whether hits sound, and how far off they still do; a module's local control is to "
            "be off"
        )
        self.on_bars = Number(1, MOST_BARS)
        self.off_bars = Number(0, MOST_BARS)
        self.off_bars.setToolTip("So many bars without a click, after those with one")
        self.volume = Number(0, 100, step=5, after=" %")
        self.calibrate = QPushButton("tap (C)")
        self.calibrate.setAccessibleName("Calibrate (C key)")
        self._calibration = QLabel()
        self._fill()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(
            laid_out(
                (
                    ("So&und", self.card, 18),
                    ("Cl&ick", self.click, 16),
                    ("By &module", self.module, 16),
                    ("Bet&ween", self.subdivision, 15),
                    ("Bars &on", self.on_bars, 9),
                    ("o&ff", self.off_bars, 8),
                    ("&Volume", self.volume, 11),
                    ("Ba&lance", self.balance, 13),
                    ("Hits soun&d", self.voices, 15),
                    (self._calibration, self.calibrate, 18),
                )
            )
        )
        self._join()
        self.show_choice(SoundChoice())
        self.show_calibration("")

    def choice(self) -> SoundChoice:
        """What is chosen now."""
        by, _, gate = str(self.voices.currentData()).partition(" ")
        return SoundChoice(
            card=str(self.card.currentData()),
            click=str(self.click.currentData()),
            module=str(self.module.currentData()),
            subdivision=str(self.subdivision.currentData()),
            on_bars=int(self.on_bars.value()),
            off_bars=int(self.off_bars.value()),
            volume=round(self.volume.value() / 100, 2),
            balance=float(self.balance.currentData()),
            kit_voices=by == "card",
            module_voices=by == "module",
            gate=gate or GATES[0],
        )

    def show_choice(self, chosen: SoundChoice) -> None:
        """Choose all this, without a signal."""
        _choose_new(self.card, chosen.card, chosen.card.removeprefix("audio://"))
        _choose_new(self.module, chosen.module, chosen.module)
        _choose_new(self.balance, chosen.balance, f"{chosen.balance:+.0%}")
        self.click.choose(chosen.click)
        self.subdivision.choose(chosen.subdivision)
        by = "module" if chosen.module_voices else "card" if chosen.kit_voices else ""
        self.voices.choose(f"{by} {chosen.gate}" if by else _NO_VOICES)
        self.on_bars.show_value(chosen.on_bars)
        self.off_bars.show_value(chosen.off_bars)
        self.volume.show_value(100 * chosen.volume)

    def show_found(self, cards: Sequence[str], ports: Sequence[str]) -> None:
        """Fill the lists with what is there; what is chosen stays chosen."""
        chosen = self.choice()
        # Any unique part of a name will do; behind a question mark come an address's settings.
        named = [(name, f"audio://{name.partition('?')[0]}") for name in dict.fromkeys(cards)]
        self.card.show_items([*_NO_CARDS, *named])
        self.module.show_items([*_NO_MODULE, *((name, name) for name in dict.fromkeys(ports))])
        self.show_choice(chosen)

    def show_calibration(self, text: str) -> None:
        """What is known of it, in a few words, above its button."""
        self._calibration.setText(text or "Calibrate")
        self.calibrate.setToolTip(self._calibration.text())

    def _fill(self) -> None:
        self.card.show_items(_NO_CARDS)
        self.module.show_items(_NO_MODULE)
        self.click.show_items([("no click", NO_CLICK), *((name, name) for name in CLICKS)])
        self.subdivision.show_items([(text, name) for name, text in _BETWEEN.items()])
        self.balance.show_items(_BALANCES)
        card = [(text, f"card {gate}") for gate, text in _BY_CARD.items()]
        module = [(text, f"module {gate}") for gate, text in _BY_MODULE.items()]
        self.voices.show_items([("no", _NO_VOICES), *card, *module])

    def _join(self) -> None:
        for choice in (
            self.card, self.click, self.module, self.subdivision, self.balance, self.voices,
        ):  # fmt: skip
            choice.activated.connect(self.changed)
            choice.closed.connect(self.done)
        for number in (self.on_bars, self.off_bars, self.volume):
            number.valueChanged.connect(self.changed)
            number.entered.connect(self.done)
        self.calibrate.clicked.connect(self.calibrate_asked)


_NO_CARDS = (("none", NO_CARD), ("default", DEFAULT_CARD))
_NO_MODULE = (("none", ""),)


def _choose_new(choice: Choice, data: object, text: str) -> None:
    """Choose an entry, even one that is not there (any more): it may be plugged in again."""
    if choice.findData(data) < 0:
        choice.addItem(text, data)
    choice.choose(data)
