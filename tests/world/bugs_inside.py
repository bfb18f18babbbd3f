"""Bugs of stops and targets, of the gate, of flatten and end, of recovery, and of agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.world.planting import Patch, bug, changed, nothing, of, without
from ytc_tui import paper_run
from ytc_tui.engine import effects as fx, recovery, session_run
from ytc_tui.engine.decide import (
    coverage,
    flatten,
    management,
    outgoing,
    route,
    setups,
    targets,
    tasks,
    trades,
)
from ytc_tui.engine.risk import gate as risk_gate
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import State

# ---- stops and targets --------------------------------------------------------------------------------

_intend_stop = outgoing.intend_stop
_intend_close = outgoing.intend_close
_intend_target = outgoing.intend_target
_approve_reducing = of(outgoing, "approve_reducing")
_stop_acknowledged = trades.decide_stop_acknowledged


def _wider(sit: Any, trade: Any, stop: Decimal, basis: Any, note: str) -> Iterator[Any]:
    return _intend_stop(sit, trade, stop - stop / 200 * trade.side.sign, basis, note)


def _half_covered(sit: Any, trade: Any, stop: Decimal, basis: Any, note: str) -> Iterator[Any]:
    for event in _intend_stop(sit, trade, stop, basis, note):
        if isinstance(event, ev.OrderIntended):
            half = replace(event.order, quantity=event.order.quantity / 2)
            approval = risk_gate._name_of(half) + ".planted"
            event = replace(event, order=half, approval_id=approval)
        yield event


def _adding(order: Any, held: Any, gate: Any, stop: Any = None) -> Any:
    answer = _approve_reducing(order, held, gate, *(() if stop is None else (stop,)))
    if not isinstance(answer, risk_gate.ApprovedOrder):
        return answer
    order = replace(order, reduce_only=False)
    return risk_gate.ApprovedOrder(order, risk_gate._name_of(order) + ".x", "planted", risk_gate._SEAL)


def _anything_goes(order: Any, held: Any, gate: Any, stop: Any = None) -> Any:
    return risk_gate.ApprovedOrder(order, risk_gate._name_of(order) + ".x", "planted", risk_gate._SEAL)


def _bigger(sit: Any, trade: Any, price: Any, quantity: Decimal, part: str, note: str = "") -> Any:
    return _intend_target(sit, trade, price, quantity * 2, part, note)


def _gap_before_new_stop(sit: Any, trade: Any, stop: Decimal, basis: Any, note: str) -> Iterator[Any]:
    for other in sit.state.working_orders(trade.symbol, OrderRole.PROTECTIVE_STOP):
        if other.state in (OrderState.ACKED, OrderState.PARTIAL):
            yield ev.CancelAsked(other.request.client_id, "planted")
    yield from _intend_stop(sit, trade, stop, basis, note)


_STOPPERS = [
    (module, "intend_stop") for module in (trades, coverage, management) if hasattr(module, "intend_stop")
]


def _stops(replacement: Any) -> tuple[Patch, ...]:
    return tuple((module, name, replacement) for module, name in _STOPPERS)


bug("a new stop is wider", (outgoing, "approve_reducing", _anything_goes), *_stops(_wider))
bug("a new stop covers half", *_stops(_half_covered))
bug("closes may open", (outgoing, "approve_reducing", _adding))
bug(
    "coverage is not looked at",
    (trades, "decide_coverage", nothing),
    (coverage, "decide_coverage", nothing),
)
bug("targets are twice too large", (targets, "intend_target", _bigger))
bug("the old stop goes before the new one works", *_stops(_gap_before_new_stop))
bug("a tighter stop is never in force", (trades, "decide_stop_acknowledged", nothing))
bug(
    "a tighter stop leaves the old one",
    (trades, "decide_stop_acknowledged", without(_stop_acknowledged, ev.CancelAsked)),
)
bug(
    "a closed trade leaves its orders",
    (trades, "_closed", without(trades._closed, ev.CancelAsked)),
)
bug("closed trades stay open", (trades, "_closed", without(trades._closed, ev.TradeClosed)))


# ---- the gate -----------------------------------------------------------------------------------------


def _rules_without(*names: str) -> tuple[Any, ...]:
    return tuple(rule for rule in of(risk_gate, "RULES") if rule.name not in names)


bug("the gate's state is not asked", (risk_gate, "RULES", _rules_without("gate_open")))
bug("open risk has no limit", (risk_gate, "RULES", _rules_without("open_risk", "capacity")))
bug("an unknown order is no obstacle", (risk_gate, "RULES", _rules_without("symbol_clear")))
bug(
    "decisions carry no verdicts",
    (
        setups,
        "decide_next_proposal",
        changed(setups.decide_next_proposal, ev.DecisionMade, lambda e: replace(e, verdicts=())),
    ),
    (
        of(route, "setups"),
        "decide_next_proposal",
        changed(setups.decide_next_proposal, ev.DecisionMade, lambda e: replace(e, verdicts=())),
    ),
)


# ---- flatten and end ----------------------------------------------------------------------------------

_round = flatten.decide_round
_cancel_all = of(flatten, "cancel_all")


def _flat_by_word(sit: Any, closes: bool = True) -> Iterator[Any]:
    yield from _round(sit, closes)
    if sit.state.flattening is not None and not sit.state.flattening.verified:
        yield ev.FlatVerified(sit.pnl_pct(), Decimal(0), 1)


bug("flat is said without asking the venue", (flatten, "decide_round", _flat_by_word))
bug("a flatten closes nothing", (flatten, "intend_close", nothing))
bug("a flatten leaves resting orders", (flatten, "cancel_all", nothing))
bug(
    "a flatten does not latch the gate",
    (flatten, "decide_started", without(flatten.decide_started, ev.GateChanged)),
)


# ---- recovery -----------------------------------------------------------------------------------------

_recover = recovery.recover_state
_pending = fx.pending_effects


def _recovered_with(change: Callable[[State], None]) -> Any:
    def recover(reader: Any, session: str) -> Any:
        state, head = _recover(reader, session)
        change(state)
        return state, head

    return recover


def _forget_losses(state: State) -> None:
    state.consecutive_losses = 0
    state.start_balance = state.wallet


def _forget_gate(state: State) -> None:
    state.gate = Gate.ACTIVE


def _forget_fills(state: State) -> None:
    state.fill_ids = type(state.fill_ids)()


def _forget_orders(state: State) -> None:
    state.working.clear()


def _one_entry_short(reader: Any, session: str) -> Any:
    class Short:
        def __getattr__(self, name: str) -> Any:
            return getattr(reader, name)

        def entries(self, session: str, after_seq: int = 0) -> Any:
            return iter(list(reader.entries(session, after_seq))[:-1])

    return _recover(Short(), session)


def _recovering(replacement: Any) -> tuple[Patch, ...]:
    return ((paper_run, "recover_state", replacement),)


bug("a restart forgets losses and the start balance", *_recovering(_recovered_with(_forget_losses)))
bug("a restart opens the gate", *_recovering(_recovered_with(_forget_gate)))
bug("a restart forgets which fills it knows", *_recovering(_recovered_with(_forget_fills)))
bug("a restart forgets working orders", *_recovering(_recovered_with(_forget_orders)))
bug("a restart misses the last entry", *_recovering(_one_entry_short))
bug("a restart leaves cancels undone", (session_run, "pending_effects", nothing))
bug("differences with the venue are not looked for", (route, "decide_venue_read", nothing))


# ---- agents -------------------------------------------------------------------------------------------


def _trusted(sit: Any, response: Any) -> Any:
    return response


bug("an agent's answer is not checked", (tasks, "_settled", _trusted))
