"""A situation in the middle of trading, to put questions to single deciders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.sim.stage import stage
from tests.sim.tape import Tape, on_day
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.apply import apply
from ytc_tui.engine.decide.route import decide
from ytc_tui.engine.effects import RunAgent
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import Side
from ytc_tui.model.orders import Fill, Liquidity, OrderKind, OrderRequest, OrderRole
from ytc_tui.model.session import Gate, Phase, PhaseTrigger, SessionStatus
from ytc_tui.model.state import State
from ytc_tui.model.trades import Trade, TradeState

D = Decimal
SYMBOL = "BTCUSDT"
ENTRY_ID = "yentry"


def trading(folder: Path, tape: Tape | tuple[Tape, ...] | None = None, **settings: str) -> Situation:
    """ACTIVE_TRADING at 12:40, flat, the gate open, BTCUSDT at 20,000."""
    parts = stage(
        folder, tape or Tape(), settings={key.replace("__", "."): v for key, v in settings.items()}
    ).parts()
    [window] = parts.windows
    sit = Situation(State("s"), parts.market, parts.policy, window, parts.registry, parts.workflow)
    sit.at_ns = on_day("12:40")
    sit.market.marks[SYMBOL] = 20_000.0
    sit.state.opening_balance = sit.state.wallet = D(10_000)
    book(
        sit,
        ev.StartBalanceFixed(D(10_000)),
        ev.StatusChanged(SessionStatus.INITIALIZED, SessionStatus.RUNNING, ""),
        ev.PhaseChanged(Phase.SESSION_OPEN, Phase.ACTIVE_TRADING, PhaseTrigger.ANALYSIS_DELIVERED, ""),
        ev.GateChanged(Gate.REDUCING, Gate.ACTIVE, ""),
    )
    return sit


def book(sit: Situation, *events: ev.Event) -> None:
    for event in events:
        apply(sit.state, event, sit.at_ns)


def settle(sit: Situation, *items: inp.Input) -> list[ev.Event]:
    """Everything that follows from `items`, booked, in order; agents that are asked do not answer."""
    found: list[ev.Event] = []
    waiting: list[inp.Input] = list(items)
    while waiting:
        for event in decide(sit, waiting.pop(0)):
            if isinstance(event, RunAgent):
                continue
            book(sit, event)
            found.append(event)
            waiting.append(inp.Happened(event, len(found)))
    return found


def long_entry(sit: Situation, quantity: str = "1", **changes: Any) -> Trade:
    """A long of two parts whose entry works at the venue: in at 20,050, stop 19,950, T1 20,260, T2 20,400."""
    trade = Trade(
        "T0001", "D0001", "PB-1", "PB", SYMBOL, Side.BUY, TradeState.PENDING_ENTRY,
        D(quantity), D(quantity) / 2, D(20_060), D(19_950), D(19_950), D(20_260), D(20_400), D(130),
        sit.at_ns,
    )  # fmt: skip
    order = OrderRequest(
        ENTRY_ID, SYMBOL, Side.BUY, OrderKind.STOP_LIMIT, OrderRole.ENTRY, D(quantity), D(20_060), D(20_050),
        attached_stop_price=D(19_950), attached_stop_id="ystop",
    )  # fmt: skip
    book(
        sit,
        ev.TradePlanned(replace(trade, **changes)),
        ev.OrderIntended(order, "T0001", "D0001", "", None, ""),
        ev.OrderAcknowledged(ENTRY_ID, "v1"),
    )
    return sit.state.trades["T0001"]


def lost_entry(sit: Situation) -> Trade:
    """The same, sent and never answered."""
    trade = long_entry(sit)
    order = sit.state.orders[ENTRY_ID].request
    intended = ev.OrderIntended(order, trade.trade_id, trade.decision_id, "", None, "")
    book(sit, intended, ev.OrderLost(ENTRY_ID, "timed out"))
    return trade


def fill(quantity: str, price: str = "20050", number: int = 1, **changes: Any) -> inp.VenueReported:
    """A fill of the entry."""
    made = Fill(
        f"f{number}", ENTRY_ID, SYMBOL, Side.BUY, D(quantity), D(price), D(0), Liquidity.TAKER, 0
    )  # fmt: skip
    return inp.VenueReported(replace(made, **changes))


def kinds(events: Iterable[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def closes(events: Iterable[ev.Event]) -> list[tuple[OrderRole, Decimal]]:
    """Role and quantity of each order that was decided."""
    return [
        (event.order.role, event.order.quantity) for event in events if isinstance(event, ev.OrderIntended)
    ]
