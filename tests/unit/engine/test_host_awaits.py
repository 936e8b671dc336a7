"""What is struck while the first hit is awaited is heard: a start pad ends that take, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.charts import document
from station.clock import ManualClock
from station.engine import host as host_module
from station.engine.host import Host
from station.engine.kit_link import KitLink
from station.engine.messages import Connect, Message, Start
from station.engine.ring import RingReader, RingWriter, create_ring
from station.files import load_chart
from station.kits.translate import Translated
from station.model import PAD_INDEX, Hit, Pad, Zone
from station.units import NS_PER_S


class Struck(KitLink):
    """A kit that is struck when the test says so."""

    hits: tuple[Hit, ...] = ()

    def pump(self) -> Translated:
        found, Struck.hits = list(Struck.hits), ()
        return Translated(found, [])


def test_a_strike_that_begins_nothing_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_module, "KitLink", Struck)
    path = create_ring(tmp_path)
    writer, reader = RingWriter(path), RingReader(path)
    said = list[Message]()
    host = Host(writer, said.append, lambda: None, ManualClock(NS_PER_S))
    host.obey(Connect(["sim://?player=robot"]))
    host.obey(Start(document.dump(load_chart("pulse")), on_first_hit=True, keep=False))
    aux = Hit(0, NS_PER_S, 0, NS_PER_S, Pad.AUX_1, Zone.HEAD, 90, 54)
    snare = Hit(1, NS_PER_S, 0, NS_PER_S, Pad.SNARE, Zone.HEAD, 90, 38)
    heard = []
    for hit in (aux, snare):
        Struck.hits = (hit,)
        host.pump()
        heard.append(
            [(int(r["pad"]), int(r["hit_seq"])) for r in reader.poll() if not r["confirmed"]]
        )
    # The second one begins the take, and is judged in it once.
    assert heard == [[(PAD_INDEX[Pad.AUX_1], 0)], [(PAD_INDEX[Pad.SNARE], 1)]]
    host.close()
    writer.close()
    reader.close()
