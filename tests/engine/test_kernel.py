"""The kernel's own limits."""

from __future__ import annotations

import pytest

from tests.world.plan import plan_of
from tests.world.world import live
from ytc_tui.engine import kernel
from ytc_tui.engine.decide import route
from ytc_tui.engine.inputs import Happened, Input
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev


def test_a_decider_that_feeds_itself_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = route.decide

    def decide(sit: Situation, item: Input) -> list[object]:
        if isinstance(item, Happened) and isinstance(item.event, ev.PhaseChanged):
            return [item.event]
        return list(plain(sit, item))

    monkeypatch.setattr(kernel, "decide", decide)
    with pytest.raises(RuntimeError, match="a decider feeds itself"):
        live(plan_of(0))
