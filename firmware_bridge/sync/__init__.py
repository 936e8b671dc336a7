"""Clock sync: what a board's stamp is on the host's clock, and how sure that is."""

from __future__ import annotations

from firmware_bridge.sync.exchange import Exchange
from firmware_bridge.sync.model import ClockSync, HostTime, SyncState
from firmware_bridge.sync.unwrap import unwrap_us

__all__ = ["ClockSync", "Exchange", "HostTime", "SyncState", "unwrap_us"]
