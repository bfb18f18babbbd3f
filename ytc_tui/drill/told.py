"""What a session can be told before the gate is asked: money, instruments, entries of other trades, news.

Decides how a figure is put where the engine finds it. Imports exposure, the situation and the model.
Invariant: each of these changes what a rule looks at, and nothing of how it looks.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.drill import tape
from ytc_tui.drill.scene import ACTOR
from ytc_tui.drill.scripts import trade_idea
from ytc_tui.engine.decide.entries import plan_of
from ytc_tui.engine.risk.exposure import loss_per_unit
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import HUNDRED, ONE
from ytc_tui.model.news import Calendar, Impact, News, NewsEvent
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.signals import Setup
from ytc_tui.model.state import OrderRecord

# The smallest step past a limit that is counted in percent or in basis points.
HAIR = Decimal("0.0001")


def holds(sit: Situation, money: Decimal) -> None:
    """The account began and stands at `money`, with no earlier session."""
    sit.state.start_balance = sit.state.wallet = money
    sit.state.ledger = None


def lost(sit: Situation, pct: Decimal) -> None:
    """The session lost `pct` percent of its start balance; nothing is open."""
    sit.state.wallet = sit.base_balance() * (ONE - pct / HUNDRED)


def instrument(sit: Situation, symbol: str, **changes: Any) -> Instrument:
    """The instrument `symbol` with these fields changed; one that is not known is made like the first."""
    known = dict(sit.market.instruments)
    known[symbol] = changed = replace(known.get(symbol, known[tape.FIRST]), symbol=symbol, **changes)
    sit.market.instruments = known
    return changed


def stands(
    sit: Situation, symbol: str, *, risk: Decimal = ONE, notional: Decimal = ONE, unknown: bool = False
) -> None:
    """An entry of another trade works: at risk with `risk`, worth `notional`."""
    instrument(sit, symbol, contract_size=ONE)
    client_id = f"ydrill{len(sit.state.orders)}"
    request = OrderRequest(
        client_id=client_id,
        symbol=symbol,
        side=Side.BUY,
        kind=OrderKind.LIMIT,
        role=OrderRole.ENTRY,
        quantity=ONE,
        limit_price=notional,
        attached_stop_price=notional - risk,
        attached_stop_id=f"{client_id}s",
    )
    state = OrderState.UNKNOWN if unknown else OrderState.ACKED
    sit.state.orders[client_id] = OrderRecord(request, state, "", "", None, ACTOR, "", sit.at_ns, sit.at_ns)
    sit.state.working[client_id] = 1


def news(sit: Situation, impact: Impact, at_ns: int) -> None:
    """One event is all that the calendar holds."""
    calendar = Calendar((NewsEvent(at_ns, "ALL", impact, "drill"),), "drill")
    sit.policy = replace(sit.policy, news=News(calendar, sit.policy.news.rules))


def loss_of_one(sit: Situation, plan: TradePlan) -> Decimal:
    """What a quantity of one loses at the plan's stop, costs included."""
    assert plan.stop is not None
    return loss_per_unit(sit.market.instruments[plan.symbol], plan.entry, plan.stop, sit.policy.limits)


def sized(sit: Situation, quantity: Decimal) -> Setup:
    """The usual setup, and an account for which the 1 % rule makes it exactly `quantity`."""
    setup = trade_idea(sit)
    plan = plan_of(sit, setup)
    lot = sit.market.instruments[plan.symbol].lot
    risked = (quantity + lot / 2) * loss_of_one(sit, plan)
    holds(sit, risked * HUNDRED / sit.policy.limits.risk_per_trade_pct)
    return setup
