"""Hand-made contexts, accounts and trades for the agents' tests."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from tests.analysis.series import START_NS, fed, minutes_of
from ytc_tui.agents.base import AccountView, AgentAnswer, AgentContext, Consider, ManagementRules, ScanRules
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import canonical, to_json
from ytc_tui.model.market import NS_PER_MIN, Bar, Instrument, InstrumentKind, Side
from ytc_tui.model.session import Phase
from ytc_tui.model.signals import SetupKind
from ytc_tui.model.trades import ExitReason, Trade, TradeState

D = Decimal
SYMBOL = "BTCUSDT"

ACCOUNT = AccountView(
    currency="USDT",
    start_balance=D("10000"),
    equity=D("10000"),
    session_pnl=D(0),
    session_pnl_pct=D(0),
    open_risk_pct=D(0),
    consecutive_losses=0,
    trades_taken=0,
    positions_open=0,
    max_session_loss_pct=D(3),
    risk_per_trade_pct=D(1),
    max_positions=3,
    alert_medium_pct=D("1.5"),
    alert_high_pct=D("2.4"),
    entries_off_loss_pct=D("2.5"),
    alert_consecutive_losses=3,
)

RULES = ManagementRules(
    breakeven_r=D(1),
    trail_buffer_ticks=2,
    time_exit_s=7200,
    time_exit_max_r=D("0.5"),
    scratch_min_bars=4,
    scratch_no_progress_bars=8,
    scratch_extended_bars=14,
    scratch_progress_r=D("0.3"),
    scratch_bar_atr=D("1.5"),
    scratch_risk_lost=D("0.65"),
)

SCAN = ScanRules(enabled=(SetupKind.PB,), min_score=70.0, min_regime_fit=0.4, max_attempts=3)


def instrument(symbol: str = SYMBOL) -> Instrument:
    return Instrument(
        symbol=symbol,
        kind=InstrumentKind.LINEAR_PERP,
        tick=D("0.1"),
        lot=D("0.001"),
        min_notional=D(5),
        contract_size=D(1),
        quote="USDT",
        maker_fee=D("0.0002"),
        taker_fee=D("0.0004"),
        max_leverage=D(20),
        maintenance_margin=D("0.005"),
    )


def market(bars: Iterable[Bar] = (), symbol: str = SYMBOL) -> SymbolAnalysis:
    return fed(SymbolAnalysis(symbol, 0.1, AnalysisParams()), bars)


def quiet(minutes: int, price: float = 1000.0) -> list[float]:
    """Closes that step up and down by 0.5 around `price`, ending on it."""
    return [price if (minutes - i) % 2 else price + 0.5 for i in range(minutes)]


def minute_ns(minute: int) -> int:
    """The open of bar number `minute` of a hand-made series."""
    return START_NS + minute * NS_PER_MIN


def context(of: SymbolAnalysis | None = None, /, **changes: Any) -> AgentContext:
    """A context of one symbol whose mark and time are those of the last bar."""
    held = of if of is not None else market(minutes_of(quiet(90)))
    now_ns = held.now_ns
    marks = {held.symbol: held.last.close} if held.last is not None else {}
    base = AgentContext(
        now_ns=now_ns,
        session_id="S1",
        phase=Phase.ACTIVE_TRADING,
        symbols=(held.symbol,),
        instruments={held.symbol: instrument(held.symbol)},
        analysis={held.symbol: held},
        marks=marks,
        reports={},
        account=ACCOUNT,
        trades=(),
        excursions={},
        probes=(),
        management=RULES,
        scan=SCAN,
        session_ends_ns=now_ns + 600 * NS_PER_MIN,
        minutes_elapsed=60,
        cost_bps=D(10),
    )
    return replace(base, **changes)


def trade(side: Side = Side.BUY, **changes: Any) -> Trade:
    """A position of 1 from 1000 with its stop 10 away, T1 at 12 and T2 at 30 in its favour."""
    sign = side.sign
    base = Trade(
        trade_id="T1",
        decision_id="D1",
        setup_id="PB-BTCUSDT-buy-1",
        setup_kind="PB",
        symbol=SYMBOL,
        side=side,
        state=TradeState.IN_POSITION,
        planned_quantity=D(1),
        part_one_quantity=D("0.5"),
        entry_limit=D(1000),
        initial_stop=D(1000 - 10 * sign),
        stop=D(1000 - 10 * sign),
        t1=D(1000 + 12 * sign),
        t2=D(1000 + 30 * sign),
        risk_money=D(11),
        planned_ns=START_NS,
        score=80.0,
        entered_quantity=D(1),
        entry_notional=D(1000),
        opened_ns=START_NS,
    )
    return replace(base, **changes)


def closed(r: str, mfe: str, *, exit_price: str = "1000", **changes: Any) -> Trade:
    """A closed trade of quantity 1 that made `r` (10 money an R) after a best excursion of `mfe`."""
    values: dict[str, Any] = {
        "state": TradeState.FULLY_CLOSED,
        "exit_reason": ExitReason.TARGET,
        "r_multiple": D(r),
        "mfe_r": D(mfe),
        "mae_r": D("-0.2"),
        "realised": D(r) * 10,
        "exited_quantity": D(1),
        "exit_notional": D(exit_price),
        "planned_ns": minute_ns(80),
        "opened_ns": minute_ns(82),
        "closed_ns": minute_ns(85),
    }
    return trade(**(values | changes))


def considered(consider: Consider, ctx: AgentContext) -> AgentAnswer:
    """What the agent answers; it must answer without waiting for anything."""
    try:
        cast(Coroutine[Any, Any, AgentAnswer], consider(ctx)).send(None)
    except StopIteration as finished:
        return cast(AgentAnswer, finished.value)
    raise AssertionError("the agent suspended")


def answer(consider: Consider, ctx: AgentContext) -> AgentAnswer:
    """The agent's answer, checked to be the same again and plain data that the journal keeps as it is."""
    given = considered(consider, ctx)
    assert to_json(given.result) == given.result
    assert json.loads(canonical(given.result)) == given.result
    assert considered(consider, ctx) == given
    return given


def result(consider: Consider, ctx: AgentContext) -> dict[str, Any]:
    return answer(consider, ctx).result


def _falling() -> SymbolAnalysis:
    """A market whose trading timeframe has found a downtrend: lower highs and lower lows."""
    closes, price = quiet(90), 1000.0
    for target in (990.0, 995.0, 980.0, 985.0, 970.0, 975.0, 960.0):
        closes += [round(price + (target - price) * (i + 1) / 12, 1) for i in range(12)]
        price = target
    return market(minutes_of(closes))


FALLING = _falling()
