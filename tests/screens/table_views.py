"""The views of the table screens at the moment of the desk's scenes, made by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.screens.desk_cards import HANDOFF, PROPOSAL, decided
from tests.screens.desk_views import AGENTS, NOW_NS, Scene, limit, scanning
from tests.screens.settings_views import SETTINGS_VIEW
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import OrderKind, OrderRole, OrderState
from ytc_tui.model.reconciling import REMEDIES
from ytc_tui.model.session import StepResult
from ytc_tui.model.signals import GateStep
from ytc_tui.model.structure import Regime, TrendDirection, TrendLabel, ZoneRole
from ytc_tui.model.trades import ExitReason, TradeState
from ytc_tui.views.differences import DifferenceRow, DifferencesView
from ytc_tui.views.health import HealthRow, HealthView
from ytc_tui.views.risk import RiskRow
from ytc_tui.views.rules import LedgerLine, LossPath, Pair, PathStep, RuleLine, RulesView
from ytc_tui.views.seen import Unit
from ytc_tui.views.signals import Funnel, SignalLine, SignalsView, SymbolGates
from ytc_tui.views.trades import OrderLine, TradeLine, TradesView
from ytc_tui.views.waiting import WaitingView
from ytc_tui.views.watchlist import ClosesView, NearZone, WatchlistView, WatchRow

D = Decimal
_LIMITS: dict[str, tuple[RiskRow, ...]] = {
    "session_loss": (limit("session_loss", "session loss", "2.61", "3", Unit.PERCENT),),
    "drawdown": (
        limit("drawdown.day", "day drawdown", "2.61", "5", Unit.PERCENT),
        limit("drawdown.week", "week drawdown", None, "8", Unit.PERCENT),
    ),
    "open_risk": (limit("open_risk", "open risk", "0.87", "3", Unit.PERCENT),),
    "max_positions": (limit("max_positions", "positions", "3", "3"),),
}
_REFUSED = {"reward_risk": 4, "session_time": 2}
RULES_VIEW = RulesView(
    tuple(
        RuleLine(
            rule.name,
            rule.summary,
            None if rule.name == "blackout" else 120,
            _REFUSED.get(rule.name, 0),
            _LIMITS.get(rule.name, ()),
        )
        for rule in RULES
    ),
    LossPath(
        D("-2.61"),
        None,
        (
            PathStep("no new entries", D("2.5"), D("-11.00"), D("1.044")),
            PathStep("all is flattened, the session ends", D(3), D("39.00"), D("0.87")),
        ),
        tuple(round(0.4 - place * 0.05, 2) for place in range(60)),
        NOW_NS - 3_600 * NS_PER_S,
    ),
    (
        LedgerLine("day", "2022-11-08", D(10_000), D("2.61"), D(4), D(5)),
        LedgerLine("week", "2022-11-07", D(10_240), None, D(6), D(8)),
        LedgerLine("month", "2022-11-01", D(10_240), D("9.10"), D(8), D(10)),
    ),
    (
        Pair("ADAUSDT", "BTCUSDT", 0.62, False, False),
        Pair("ADAUSDT", "ETHUSDT", -0.12, False, False),
        Pair("BTCUSDT", "ETHUSDT", 1.0, True, True),
    ),
)


def _component(
    name: str, result: StepResult = StepResult.OK, detail: str = "", age_s: int | None = 1, **figures: str
) -> HealthRow:
    return HealthRow(name, result, detail, age_s, tuple(figures.items()))


HEALTH_VIEW = HealthView(
    (
        _component("feed.ETHUSDT", StepResult.BLOCKED, "3 expected bars late", 240, feed="late: ETHUSDT"),
        _component("agent.trend_definition", StepResult.WARN, "no answer within 60 s", 60, runs="15"),
        _component("journal", age_s=None, entries="12,345"),
        _component("guard", StepResult.NOT_APPLICABLE, "none watches this engine: start `ytc guard`", None),
        _component("feed.BTCUSDT", feed="on time"),
        _component("venue", age_s=None, venue="paper", requests="1,204"),
    ),
    StepResult.BLOCKED,
    "0.1.0",
    "60x",
    "late: ETHUSDT",
)


def _difference(
    name: str, kind: str, symbol: str, client_id: str, ours: str, theirs: str, age_s: int, state: str = "open"
) -> DifferenceRow:
    since_ns = NOW_NS - age_s * NS_PER_S
    return DifferenceRow(name, kind, symbol, client_id, ours, theirs, since_ns, age_s, state, REMEDIES[kind])


_LOST = "yp6w3n5rcd2ujis7q"
DIFFERENCES_VIEW = DifferencesView(
    (
        _difference("position-ETHUSDT", "position", "ETHUSDT", "", "-6.728", "-3.364", 240),
        _difference(
            "foreign-web-7", "foreign_order", "BTCUSDT", "web-7", "none", "buy 0.2 at 19,400", 900, "ignored"
        ),
        _difference(
            f"unknown-{_LOST}", "unknown_order", "ETHUSDT", _LOST, "sent buy 3.364, timed out", "unknown", 60
        ),
    )
)


def _order(client_id: str, role: OrderRole, at: str, **changes: Any) -> OrderLine:
    line = OrderLine(
        client_id,
        "ETHUSDT",
        role,
        OrderKind.LIMIT,
        Side.BUY,
        OrderState.ACKED,
        D("6.728"),
        D(0),
        D(at),
        NOW_NS - 700 * NS_PER_S,
        NOW_NS - 700 * NS_PER_S,
        "",
    )
    return replace(line, **changes)


_SHORT = TradeLine(
    trade_id="T0002",
    setup="PB",
    symbol="ETHUSDT",
    side=Side.SELL,
    state=TradeState.IN_POSITION,
    quantity=D("6.728"),
    entry=D("1473.18"),
    stop=D("1484.94"),
    initial_stop=D("1488.10"),
    targets=(D("1438.88"), D("1404.58")),
    pnl=D("32.12"),
    r=D("0.37"),
    best_r=D("0.61"),
    worst_r=D("-0.12"),
    reason=None,
    planned_ns=NOW_NS - 800 * NS_PER_S,
    opened_ns=NOW_NS - 700 * NS_PER_S,
    closed_ns=0,
    orders=(
        _order(
            "yentry2",
            OrderRole.ENTRY,
            "1473.18",
            side=Side.SELL,
            state=OrderState.FILLED,
            filled=D("6.728"),
        ),
        _order("ystop2", OrderRole.PROTECTIVE_STOP, "1484.94"),
        _order("ytarget2", OrderRole.TARGET, "1438.88", quantity=D("3.364"), filled=D("1.2")),
        _order("ylost2", OrderRole.TARGET, "1404.58", quantity=D("3.364"), state=OrderState.UNKNOWN),
    ),
)
TRADES_VIEW = TradesView(
    (
        _SHORT,
        replace(
            _SHORT,
            trade_id="T0001",
            setup="BOF",
            side=Side.BUY,
            state=TradeState.STOPPED_OUT,
            pnl=D("-98.31"),
            r=D("-1.02"),
            reason=ExitReason.STOP,
            closed_ns=NOW_NS - 900 * NS_PER_S,
            orders=(),
        ),
    ),
    (replace(_order("yflatten0", OrderRole.FLATTEN, "1470", state=OrderState.CANCELED), at=None),),
)


SIGNALS_VIEW = SignalsView(
    (
        SignalLine(
            "BOF-BTCUSDT-buy-3", "BOF", "BTCUSDT", "buy", NOW_NS - 60 * NS_PER_S, 0, "reward_risk", ()
        ),
        SignalLine("PB-ETHUSDT-sell-2", "PB", "ETHUSDT", "sell", NOW_NS - 700 * NS_PER_S, 1, "", ("T0002",)),
        SignalLine("TST-ETHUSDT-sell-1", "TST", "ETHUSDT", "sell", NOW_NS - 900 * NS_PER_S, 0, "", ()),
    ),
    Funnel((("BOF", 4), ("PB", 1), ("TST", 2)), (("reward_risk", 4), ("session_time", 2)), 1, 1, 0),
    (
        SymbolGates(
            "BTCUSDT",
            (
                GateStep("data", True, "fresh and enough"),
                GateStep("TST", False, "no HTF zone was tested within the last minutes"),
                GateStep("PB", False, "the pullback is too deep: 0.81 of the leg"),
            ),
        ),
        SymbolGates("ETHUSDT", (GateStep("data", True, "fresh and enough"),)),
    ),
    NOW_NS,
)


_BITCOIN = WatchRow(
    symbol="BTCUSDT",
    price=D("19684.3"),
    decimals=1,
    atr_pct=0.21,
    regime=Regime.WEAKENING_TREND,
    direction=TrendDirection.DOWN,
    label=TrendLabel.WEAKENING,
    zone=NearZone(ZoneRole.RESISTANCE, 19_702.5, 6, 0.4),
    setup="BOF",
    score=74.0,
    held=D(0),
    why_not="",
)
WATCHLIST_VIEW = WatchlistView(
    (
        _BITCOIN,
        replace(
            _BITCOIN,
            symbol="ETHUSDT",
            price=D("1473.18"),
            decimals=2,
            direction=TrendDirection.UP,
            label=TrendLabel.STRONG,
            zone=NearZone(ZoneRole.SUPPORT, 1471.25, 8, 0.0),
            setup="",
            score=None,
            held=D("-6.728"),
            why_not="a position is open",
        ),
        WatchRow(
            "ADAUSDT", None, 4, None, None, None, None, None, "", None, D(0), "too few bars since the start"
        ),
    )
)


CLOSES_VIEW = ClosesView(
    {
        "BTCUSDT": tuple(19_700.0 - place * place / 20 for place in range(20)),
        "ETHUSDT": tuple(1_470.0 + place % 7 for place in range(20)),
        "ADAUSDT": (),
    }
)


def all_screens(**changes: Any) -> Scene:
    """What every table screen shows."""
    return scanning(
        **{
            "agents": AGENTS,
            "rules": RULES_VIEW,
            "health": HEALTH_VIEW,
            "differences": DIFFERENCES_VIEW,
            "trades": TRADES_VIEW,
            "signals": SIGNALS_VIEW,
            "watchlist": WATCHLIST_VIEW,
            "settings": SETTINGS_VIEW,
            "waiting": WaitingView((PROPOSAL, HANDOFF, decided(HANDOFF, "approved", card_id="H0000")), 2, 0),
            "closes": CLOSES_VIEW,
            **changes,
        }
    )
