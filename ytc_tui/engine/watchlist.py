"""Every symbol as the analysis has it now.

Decides nothing; it reads the situation. Imports the situation and the view. Invariant: only what was known at
this instant is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.engine.situation import Situation
from ytc_tui.model.money import HUNDRED
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.own import Bias
from ytc_tui.model.session import Gate
from ytc_tui.model.structure import Zone
from ytc_tui.views.gate_chain import SCANNER
from ytc_tui.views.watchlist import ClosesView, NearZone, WatchlistView, WatchRow

# One-minute closes of a symbol that are shown beside its price.
_CLOSES = 20


def watchlist(sit: Situation) -> WatchlistView:
    """A row for each symbol, in the session's order."""
    setups = _best_setups(sit)
    rows = tuple(_row(sit, symbol, setups.get(symbol)) for symbol in sit.market.symbols)
    return WatchlistView(rows, sit.market.unknown)


def closes(sit: Situation) -> ClosesView:
    """The closes of the newest minutes of each symbol."""
    return ClosesView(
        {
            symbol: tuple(bar.close for bar in analysis.recent_ltf(_CLOSES))
            for symbol, analysis in sit.market.analysis.items()
        }
    )


def _row(sit: Situation, symbol: str, setup: tuple[str, float] | None) -> WatchRow:
    market, analysis = sit.market, sit.market.analysis[symbol]
    known = not market.unknown
    tick = market.instruments[symbol].tick
    price, last = market.mark(symbol), market.marks.get(symbol)
    ready, atr = known and analysis.ready, analysis.atr_ttf if known else None
    bias, funding = sit.state.standing_bias(symbol, sit.at_ns), market.funding.get(symbol)
    return WatchRow(
        symbol=symbol,
        price=price,
        decimals=max(0, -int(tick.normalize().as_tuple().exponent)),
        atr_pct=100 * atr / last if atr is not None and last else None,
        regime=analysis.regime if ready else None,
        direction=analysis.trend.direction if ready else None,
        label=analysis.trend.label if ready else None,
        zone=_nearest(analysis, last, atr) if known and last is not None else None,
        setup=setup[0] if setup is not None else "",
        score=setup[1] if setup is not None else None,
        held=sit.state.position(symbol).quantity,
        why_not=_why_not(sit, symbol),
        disabled=bias is not None and bias.bias is Bias.NO_TRADES,
        spread_pct=2 * sit.policy.limits.half_spread_bps / HUNDRED,
        funding_pct=funding * HUNDRED if funding is not None else None,
    )


def _nearest(analysis: SymbolAnalysis, price: float, atr: float | None) -> NearZone | None:
    def away(zone: Zone) -> float:
        return max(zone.low - price, price - zone.high, 0.0)

    zone = min(analysis.zones, key=away, default=None)
    if zone is None:
        return None
    edge = zone.low if zone.low > price else zone.high
    return NearZone(zone.role, edge, zone.strength, away(zone) / atr if atr else None)


def _why_not(sit: Situation, symbol: str) -> str:
    """What keeps an entry off `symbol` now, before any setup is asked about."""
    state = sit.state
    unknown = sit.market.unknown
    if not unknown and (problem := sit.market.problem(symbol)):
        return problem
    if state.gate is not Gate.ACTIVE:
        return f"gate {state.gate.value.upper()}: {state.gate_reason}"
    if symbol in state.positions:
        return "a position is open"
    if state.working_orders(symbol, OrderRole.ENTRY):
        return "an entry works"
    bias = state.standing_bias(symbol, sit.at_ns)
    if bias is not None and bias.bias is not Bias.NO_TRADES:
        return f"bias {bias.bias.value}"
    return "not known" if unknown else ""


def _best_setups(sit: Situation) -> dict[str, tuple[str, float]]:
    """Kind and score of the best setup of each symbol that the scanner told last."""
    scanner = sit.state.agents.get(SCANNER)
    told = scanner.output.get("active_setups") if scanner is not None else None
    found: dict[str, tuple[str, float]] = {}
    for row in _mappings(told):
        match row.get("symbol"), row.get("kind"), row.get("score"):
            case str(symbol), str(kind), float() | int() as score if score > found.get(symbol, ("", -1.0))[1]:
                found[symbol] = (kind, float(score))
    return found


def _mappings(told: Any) -> Iterable[Mapping[str, Any]]:
    return [row for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []
