"""What is said of a verdict in the same words wherever it is shown; loads next to nothing."""

from __future__ import annotations

from station.model import SwingCall

NOT_FOLLOWED = "These hits do not follow the chart; check chart and tempo."
SWING_WORDS = {
    SwingCall.WIDER: "wider than written",
    SwingCall.NARROWER: "narrower than written",
    SwingCall.AS_WRITTEN: "as written",
}
