"""Every rule of the gate, the path to the session's loss limit, the drawdown ledger, and what moves together.

Decides what a person sees of risk beyond the limits in use. Imports the model and its sibling views.
Invariants: a correlation is the one that the risk agent told last, by the gate's own measure; what cannot be
told is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.views import exposure, risk
from ytc_tui.views.ages import coarse_s
from ytc_tui.views.risk import RiskRow
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State

_RISK_AGENT = "risk_management"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: what it asks for, the age of its last verdict (None = none in this session), how often it was
    what refused, and the limits that it watches."""

    rule: str
    summary: str
    asked_s: int | None
    refused: int
    limits: tuple[RiskRow, ...]


@dataclass(frozen=True, slots=True)
class PathStep:
    """A loss at which something happens: percent of start balance, the money from here to there, and the
    part of the way that is gone, 0 to 1 and beyond (None while a price is missing)."""

    what: str
    at_pct: Decimal
    away: Decimal | None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LossPath:
    """Where the session stands on its way to the limits. `at_stops_pct` is its P&L if every position were
    closed at its stop; None where a position has none, or a price is missing. `trace` is the P&L that it had
    from `trace_ns` on (percent, UTC ns), oldest first; empty where that is not known."""

    pnl_pct: Decimal | None
    at_stops_pct: Decimal | None
    steps: tuple[PathStep, ...]
    trace: tuple[float, ...] = ()
    trace_ns: int = 0


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One span of the drawdown ledger: the balance that losses count from, and since which local date."""

    span: str
    since: str
    base: Decimal
    used_pct: Decimal | None
    warn_pct: Decimal
    limit_pct: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """How two symbols move together, -1 to 1. `assumed` = there was too little history to measure it;
    `counts` = from the strength on at which the gate takes two positions for one risk."""

    first: str
    second: str
    rho: float
    assumed: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class RulesView:
    rules: tuple[RuleLine, ...]
    path: LossPath
    ledger: tuple[LedgerLine, ...]
    pairs: tuple[Pair, ...]


def build(state: State, seen: Seen) -> RulesView:
    limits = risk.build(state, seen).rows
    ages = {rule: coarse_s((seen.at_ns - at_ns) // NS_PER_S) for rule, at_ns in state.rules_asked.items()}
    rules = tuple(
        RuleLine(
            rule,
            summary,
            ages.get(rule),
            state.refused.get(rule, 0),
            tuple(row for row in limits if row.rule.partition(".")[0] == rule),
        )
        for rule, summary in seen.rules.items()
    )
    return RulesView(rules, _path(state, seen), tuple(_ledger(state, limits)), tuple(_pairs(state, seen)))


def _path(state: State, seen: Seen) -> LossPath:
    def away(at_pct: Decimal) -> Decimal | None:
        return None if seen.pnl is None else seen.pnl + seen.base_balance * at_pct / HUNDRED

    def share(at_pct: Decimal) -> Decimal | None:
        return None if seen.pnl_pct is None or not at_pct else max(ZERO, -seen.pnl_pct) / at_pct

    losses = (
        ("no new entries", seen.entries_off_pct),
        ("all is flattened, the session ends", seen.loss_limit_pct),
    )
    steps = tuple(PathStep(what, at_pct, away(at_pct), share(at_pct)) for what, at_pct in losses)
    trace = tuple(round(pnl, 3) for pnl in seen.pnl_trace)
    return LossPath(seen.pnl_pct, _at_stops_pct(state, seen), steps, trace, seen.pnl_trace_ns)


def _at_stops_pct(state: State, seen: Seen) -> Decimal | None:
    lost = ZERO
    for row in exposure.build(state, seen).positions:
        if row.money_at_stop is None or row.pnl is None:
            return None
        lost += row.money_at_stop - row.pnl
    if seen.pnl is None or seen.base_balance <= ZERO:
        return None
    return (seen.pnl + lost) / seen.base_balance * HUNDRED


def _ledger(state: State, limits: tuple[RiskRow, ...]) -> Iterator[LedgerLine]:
    used = {row.rule.partition(".")[2]: row.used for row in limits if "." in row.rule}
    for held in state.ledger.spans if state.ledger is not None else ():
        span = held.span.value
        yield LedgerLine(span, held.since, held.base, used.get(span), held.warn_pct, held.limit_pct)


def _pairs(state: State, seen: Seen) -> Iterator[Pair]:
    record = state.agents.get(_RISK_AGENT)
    told = record.output.get("correlation_matrix") if record is not None else None
    for row in told if isinstance(told, list) else ():
        if (pair := _pair(row, seen.correlation_threshold)) is not None:
            yield pair


def _pair(row: Any, threshold: float) -> Pair | None:
    """A row of the agent's matrix; None for one that is not as it says its rows are."""
    if not isinstance(row, Mapping):
        return None
    match row.get("first"), row.get("second"), row.get("rho"), row.get("assumed"):
        case str(first), str(second), float() | int() as rho, bool(assumed) if -1 <= rho <= 1:
            return Pair(first, second, float(rho), assumed, abs(rho) >= threshold)
        case _:
            return None
