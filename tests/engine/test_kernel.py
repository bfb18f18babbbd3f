"""The kernel's own limits, and what it asks the venue."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from tests.adapters.venues.paper_bench import Bench
from tests.engine.situations import ENTRY_ID, book, long_entry, trading
from tests.sim.harness import LineList, NoticeList
from tests.world.plan import plan_of
from tests.world.world import live
from ytc_tui.adapters.stores.memory import MemoryJournal
from ytc_tui.engine import kernel
from ytc_tui.engine.decide import route
from ytc_tui.engine.inputs import Happened, Input
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead


async def test_an_order_is_asked_about_under_the_id_that_the_venue_has_for_it(tmp_path: Path) -> None:
    sit, asked = trading(tmp_path), []

    class Asked(Outward):
        async def read_order(self, *of: Any) -> list[Input]:
            asked.append(of[2])
            return []

    out = Asked(Bench().venue, NoticeList(), list, LineList(), 10.0)
    core = kernel.Kernel(sit, MemoryJournal(), out, cast(AgentRunner, None), ChainHead("s", 0, ""))
    long_entry(sit)
    for _ in range(2):
        book(sit, ev.CancelAsked(ENTRY_ID, "pulled"))
        await core.evidence()
        sit.state.links["theirs"] = ENTRY_ID
    assert asked == [ENTRY_ID, "theirs"]


def test_a_decider_that_feeds_itself_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = route.decide

    def decide(sit: Situation, item: Input) -> list[object]:
        if isinstance(item, Happened) and isinstance(item.event, ev.PhaseChanged):
            return [item.event]
        return list(plain(sit, item))

    monkeypatch.setattr(kernel, "decide", decide)
    with pytest.raises(RuntimeError, match="a decider feeds itself"):
        live(plan_of(0))
