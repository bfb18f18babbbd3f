"""Agent 03, market structure: the support and resistance map of the higher timeframe.

Decides how zones are told (domain.md 1.4-03). Imports the agents' contract, analysis and the model.
Invariants: zones are those of analysis, nearest to the price first; the report is bounded.
"""

from __future__ import annotations

from typing import Any

from ytc_tui.agents.base import AgentAnswer, AgentContext, AgentSpec
from ytc_tui.analysis.background import distance, place_of
from ytc_tui.analysis.outlook import swing_structure
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import told_float
from ytc_tui.model.session import Phase
from ytc_tui.model.structure import Zone, ZoneRole
from ytc_tui.model.tasks import Priority
from ytc_tui.model.workflow import Trigger

SPEC = AgentSpec(
    name="market_structure",
    number="03",
    title="Market Structure",
    phases=(Phase.PRE_MARKET, Phase.SESSION_OPEN, Phase.ACTIVE_TRADING),
    needs=("system_initialization",),
    triggers=(Trigger.PHASE, Trigger.HIGHER_CLOSE),
    priority=Priority.HIGH,
)

_ZONES_TOLD = 8


async def consider(context: AgentContext) -> AgentAnswer:
    """Zones, prior session and the price's place among them, per symbol."""
    framework: dict[str, Any] = {}
    prior: dict[str, Any] = {}
    places: dict[str, Any] = {}
    for symbol in context.symbols:
        market = context.analysis[symbol]
        framework[symbol] = _framework(market)
        places[symbol] = _place(market)
        known = context.prior_sessions.get(symbol)
        prior[symbol] = dict(zip(("high", "low", "close"), known, strict=True)) if known else None
    return AgentAnswer({"structural_framework": framework, "prior_session": prior, "current_context": places})


def _framework(market: SymbolAnalysis) -> dict[str, Any]:
    price = market.last.close if market.last is not None else None
    resistance = [zone for zone in market.zones if zone.role is ZoneRole.RESISTANCE]
    support = [zone for zone in market.zones if zone.role is ZoneRole.SUPPORT]
    return {
        "trend_structure": swing_structure(market.swings_htf),
        "resistance_zones": _told(resistance, price),
        "support_zones": _told(support, price),
        "zones_known": len(market.zones),
    }


def _told(zones: list[Zone], price: float | None) -> list[dict[str, Any]]:
    if price is not None:
        zones = sorted(zones, key=lambda zone: (distance(zone, price), zone.low))
    return [
        {
            "level": zone.level,
            "strength": zone.strength,
            "type": zone.sources[0].value,
            "sources": [source.value for source in zone.sources],
            "touches": zone.touches,
            "zone_range": [told_float(zone.low), told_float(zone.high)],
        }
        for zone in zones[:_ZONES_TOLD]
    ]


def _place(market: SymbolAnalysis) -> dict[str, Any] | None:
    """Where the last close stands; None before the first bar."""
    if market.last is None:
        return None
    price = market.last.close
    location, resistance, support = place_of(market, price)
    return {
        "price": price,
        "price_location": location,
        "nearest_resistance": resistance.level if resistance else None,
        "nearest_support": support.level if support else None,
        "distance_to_resistance_pct": _percent(resistance, price),
        "distance_to_support_pct": _percent(support, price),
    }


def _percent(zone: Zone | None, price: float) -> float | None:
    return None if zone is None else told_float(distance(zone, price) / price * 100.0)
