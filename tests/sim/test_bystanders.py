"""Whole sessions beside somebody who trades on the same account, and a venue that refuses a cancel."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole

QUIET = Tape(end="13:30")
QUIET.walk("12:41", 20_040, 20_056, 20_060, 20_060, 20_060, 20_060)
LATE = Tape(end="15:00")
LATE.walk("13:17", *[20_020] * 8, 20_056, 20_120, 20_100)


@dataclass
class Shared:
    """A venue at which somebody else once buys as much as we hold, at `from_ns`."""

    venue: Any
    from_ns: int
    _sent: list[asyncio.Future[Any]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.venue, name)

    def match(self, minute: Any, point: int) -> Any:
        held = self.venue._machine.executions.account.positions.get("BTCUSDT")
        if held is not None and 0 < self.from_ns <= minute.open_ns:
            self.from_ns = 0
            order = OrderRequest(
                "by-hand", "BTCUSDT", Side.BUY, OrderKind.MARKET, OrderRole.ENTRY, held.quantity
            )
            self._sent.append(asyncio.ensure_future(self.venue.submit(order)))
        return self.venue.match(minute, point)


async def test_somebody_who_buys_as_much_as_we_hold_takes_no_stop_of_ours_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Simulation.venue_of
    monkeypatch.setattr(
        Simulation, "venue_of", lambda self, parts: Shared(plain(self, parts), on_day("12:44"))
    )
    simulation = stage(tmp_path, QUIET, long_at("12:41"), until="12:50")
    await simulation.run()
    flattened_ns = next(e.at for e, event in simulation.events if isinstance(event, ev.FlattenStarted))
    closed = [e.at for e, event in simulation.events if isinstance(event, ev.TradeClosed)]
    assert closed
    assert min(closed) >= flattened_ns


async def test_no_entry_fills_after_the_end_of_trading_though_its_cancel_was_refused(tmp_path: Path) -> None:
    refused = FaultRule(FaultKind.REJECT, CommandKind.CANCEL, nth=1, role=OrderRole.ENTRY, reason="busy")
    hours = {"session.planned_hours": "1", "session.hard_hours": "2", "trading.entry.expiry_bars": "30"}
    simulation = stage(
        tmp_path, LATE, long_at("13:18"), until="15:00", faults=FaultScript((refused,)), settings=hours
    )
    await simulation.run()
    asked = [entry.at for entry, event in simulation.events if isinstance(event, ev.CancelAsked)]
    assert asked[0] >= on_day("13:20")
    assert not simulation.all(ev.FillBooked)
