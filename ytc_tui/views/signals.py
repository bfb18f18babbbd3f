"""The setups found in the session and what became of each, the funnel, and what each symbol lacks now.

Decides what became of a setup. Imports the model and its sibling views. Invariants: the newest setup comes
first; what a symbol lacks is what the scanner said last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ytc_tui.model.money import ZERO
from ytc_tui.model.signals import GateStep, parts_of
from ytc_tui.model.trades import Trade, TradeState
from ytc_tui.views.gate_chain import SCANNER
from ytc_tui.views.seen import Seen

if TYPE_CHECKING:
    from ytc_tui.model.state import State


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One setup: when it was found (UTC ns), how often it was tried, which rule refused it last (empty: none
    did), and the trades that came of it."""

    setup_id: str
    kind: str
    symbol: str
    side: str
    found_ns: int
    attempts: int
    refused_by: str
    trades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Setups found by kind, refusals by rule (the most frequent first), and what was left of them."""

    detected: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, int], ...]
    approved: int
    entered: int
    not_entered: int


@dataclass(frozen=True, slots=True)
class SymbolGates:
    """The gates that the scanner asked of `symbol`, in their order, when it looked last."""

    symbol: str
    steps: tuple[GateStep, ...]

    @property
    def lacks(self) -> tuple[GateStep, ...]:
        """The gates that did not let through."""
        return tuple(step for step in self.steps if not step.ok)


@dataclass(frozen=True, slots=True)
class SignalsView:
    setups: tuple[SignalLine, ...]
    funnel: Funnel
    now: tuple[SymbolGates, ...]
    scanned_ns: int


def build(state: State, seen: Seen) -> SignalsView:
    trades: dict[str, list[Trade]] = {}
    for trade in state.trades.values():
        trades.setdefault(trade.setup_id, []).append(trade)
    setups = tuple(
        _line(state, name, found_ns, trades.get(name, []))
        for name, found_ns in reversed(state.setups_seen.items())
    )
    scanner = state.agents.get(SCANNER)
    chains = scanner.output.get("chain") if scanner is not None else None
    now = tuple(_now(chains)) if isinstance(chains, Mapping) else ()
    return SignalsView(setups, _funnel(state), now, scanner.last_run_ns if scanner is not None else 0)


def _line(state: State, name: str, found_ns: int, trades: list[Trade]) -> SignalLine:
    kind, symbol, side = parts_of(name)
    return SignalLine(
        name,
        kind,
        symbol,
        side,
        found_ns,
        state.setup_attempts.get(name, 0),
        state.setup_refusals.get(name, ""),
        tuple(trade.trade_id for trade in trades),
    )


def _funnel(state: State) -> Funnel:
    entered = sum(1 for trade in state.trades.values() if trade.entered_quantity > ZERO)
    missed = sum(1 for trade in state.trades.values() if trade.state is TradeState.NOT_ENTERED)
    refused = sorted(state.refused.items(), key=lambda item: (-item[1], item[0]))
    return Funnel(tuple(sorted(state.detected.items())), tuple(refused), state.approved, entered, missed)


def _now(chains: Mapping[Any, Any]) -> Iterator[SymbolGates]:
    """What the scanner said of each symbol; what is not as it says its answers are is left out."""
    for symbol, told in chains.items():
        steps = tuple(step for row in told if (step := _step(row))) if isinstance(told, list) else ()
        yield SymbolGates(str(symbol), steps)


def _step(row: Any) -> GateStep | None:
    if not isinstance(row, Mapping):
        return None
    match row.get("gate"), row.get("ok"), row.get("why"):
        case str(gate), bool(ok), str(why):
            return GateStep(gate, ok, why)
        case _:
            return None
