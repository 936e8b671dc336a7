"""Colours and type: dark, high in contrast, and never a colour without a shape or a word.

The colours of early, late and in time lie on the blue–orange axis, which all common kinds of
colour blindness keep apart. Text has at least 4.5 : 1 on what it stands on (WCAG 2, AA).
"""

from __future__ import annotations

from PyQt6.QtGui import QColor, QFont

from station.outcome import Outcome

BACKGROUND = "#0a0d13"
PANEL = "#121822"
RAISED = "#1d2633"
LINE = "#2b3646"
BEAT_LINE = "#3b495d"
BAR_LINE = "#6b7d96"
TEXT = "#f3f6fa"
MUTED = "#a4b2c4"

EARLY = "#53c4ff"
LATE = "#ff9d2e"
IN_TIME = "#d9ffe6"
EXTRA = "#ff86b7"
MISSED = "#c9d3e0"
PLAYHEAD = "#ffffff"

ACTION = "#d9ffe6"
ON_ACTION = "#0b1a11"
SIMULATED_BACK = "#2a2145"
SIMULATED_TEXT = "#dccbff"
LOOP_BACK = "#1f3d2c"
LOOP_TEXT = "#d9ffe6"
PROBLEM_BACK = "#4b1620"
PROBLEM_TEXT = "#ffe6e6"

# Every pair of text and ground that the window uses; the tests hold them to WCAG AA.
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    (TEXT, BACKGROUND),
    (TEXT, PANEL),
    (TEXT, RAISED),
    (MUTED, BACKGROUND),
    (MUTED, PANEL),
    (MUTED, RAISED),
    (EARLY, PANEL),
    (LATE, PANEL),
    (IN_TIME, PANEL),
    (EXTRA, PANEL),
    (MISSED, PANEL),
    (EARLY, BACKGROUND),
    (LATE, BACKGROUND),
    (ON_ACTION, ACTION),
    (SIMULATED_TEXT, SIMULATED_BACK),
    (PROBLEM_TEXT, PROBLEM_BACK),
    (LOOP_TEXT, LOOP_BACK),
)

OUTCOME_COLOURS: dict[Outcome, str] = {
    Outcome.IN_TIME: IN_TIME,
    Outcome.EARLY: EARLY,
    Outcome.LATE: LATE,
    Outcome.EXTRA: EXTRA,
    Outcome.MISSED: MISSED,
}
OUTCOME_WORDS: dict[Outcome, str] = {
    Outcome.EARLY: "early",
    Outcome.IN_TIME: "in time",
    Outcome.LATE: "late",
    Outcome.EXTRA: "extra",
    Outcome.MISSED: "missed",
}

# Whatever of these the system has; all have figures of equal width.
FAMILIES = ["Inter", "SF Pro Display", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans"]


def font(size_px: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The window's face at `size_px` pixels."""
    face = QFont()
    face.setFamilies(FAMILIES)
    face.setPixelSize(max(8, round(size_px)))
    face.setWeight(weight)
    return face


NORMAL = QFont.Weight.Normal
BOLD = QFont.Weight.Bold
BLACK = QFont.Weight.Black


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    rgb = QColor(colour)
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (rgb.redF(), rgb.greenF(), rgb.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def style_sheet(unit_px: float) -> str:
    """The style of every ordinary widget; `unit_px` is the height of plain text."""
    px = round(unit_px)
    return f"""
    QWidget {{ background: {BACKGROUND}; color: {TEXT}; font-size: {px}px; }}
    QLabel {{ background: transparent; }}
    QLabel[role="muted"] {{ color: {MUTED}; }}
    QLabel[role="small"] {{ color: {MUTED}; font-size: {round(px * 0.88)}px; }}
    QLabel[role="title"] {{ font-size: {round(px * 1.35)}px; font-weight: 700; }}
    QLabel[role="card"] {{ font-size: {round(px * 1.12)}px; font-weight: 700; }}
    QLabel[role="large"] {{ font-size: {round(px * 1.6)}px; }}
    QFrame[role="panel"] {{ background: {PANEL}; border-radius: {round(px * 0.6)}px; }}
    QFrame[role="simulated"] {{ background: {SIMULATED_BACK}; border-radius: {px // 2}px; }}
    QFrame[role="simulated"] QLabel {{ color: {SIMULATED_TEXT}; font-weight: 700; }}
    QFrame[role="problem"] {{ background: {PROBLEM_BACK}; border-radius: {px // 2}px; }}
    QFrame[role="problem"] QLabel {{ color: {PROBLEM_TEXT}; font-weight: 600; }}
    QPushButton, QComboBox, QAbstractSpinBox, QLineEdit {{
        background: {RAISED}; border: 2px solid {BEAT_LINE}; border-radius: {px // 2}px;
        padding: {round(px * 0.3)}px {round(px * 0.6)}px; min-height: {round(px * 1.5)}px;
        selection-background-color: {EARLY}; selection-color: {BACKGROUND};
    }}
    QPushButton:focus, QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus {{
        border-color: {TEXT};
    }}
    QPushButton:hover, QComboBox:hover {{ background: {LINE}; }}
    QPushButton:disabled, QComboBox:disabled, QAbstractSpinBox:disabled, QLineEdit:disabled {{
        color: {MUTED}; background: {PANEL}; border-color: {LINE};
    }}
    QPushButton:checked {{
        background: {ACTION}; color: {ON_ACTION}; border-color: {ACTION}; font-weight: 800;
    }}
    QPushButton[role="action"] {{
        background: {ACTION}; color: {ON_ACTION}; border-color: {ACTION};
        font-size: {round(px * 1.25)}px; font-weight: 800;
    }}
    QPushButton[role="action"]:focus {{ border-color: {EARLY}; }}
    QComboBox::drop-down {{ border: none; width: {round(px * 1.4)}px; }}
    QComboBox QLineEdit {{ border: none; padding: 0; min-height: 0; background: transparent; }}
    QComboBox QAbstractItemView {{
        background: {RAISED}; border: 2px solid {BEAT_LINE};
        selection-background-color: {EARLY}; selection-color: {BACKGROUND};
    }}
    QScrollBar:vertical {{ background: {PANEL}; width: {px // 2}px; }}
    QScrollBar::handle:vertical {{ background: {BAR_LINE}; border-radius: {px // 4}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {BAR_LINE}; }}
    """
