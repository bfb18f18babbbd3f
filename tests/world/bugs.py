"""Bugs that are planted on purpose: each must be found, or the worlds have no teeth (safety.md 8, 2).

A bug is a name, what it does wrong, and the patches that bring it in; `planted` takes them out again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from tests.world import disk
from ytc_tui import paper_run
from ytc_tui.engine import effects as fx, inputs as inp, kernel, outward, recovery, session_run
from ytc_tui.engine.apply import orders as booking
from ytc_tui.engine.decide import (
    evidence,
    flatten,
    management,
    orders,
    outgoing,
    recovery as reconciling,
    route,
    setups,
    targets,
    trades,
)
from ytc_tui.engine.risk import gate as risk_gate
from ytc_tui.errors import VenueError
from ytc_tui.model import events as ev
from ytc_tui.model.orders import Fill, OrderRole, OrderState
from ytc_tui.model.session import Gate
from ytc_tui.model.state import State

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Bug:
    """One bug: its name says what the program would do."""

    name: str
    patches: tuple[Patch, ...]


BUGS: list[Bug] = []


def bug(name: str, *patches: Patch) -> None:
    BUGS.append(Bug(name, patches))


@contextmanager
def planted(one: Bug) -> Iterator[None]:
    """The program with this bug in it."""
    with ExitStack() as stack:
        for target, name, replacement in one.patches:
            stack.enter_context(patch.object(target, name, replacement))
        yield


def _nothing(*_: Any, **__: Any) -> Iterator[Any]:
    return iter(())


def _without(original: Callable[..., Iterator[Any]], *kinds: type) -> Callable[..., Iterator[Any]]:
    """The decider without its events of these types."""
    return lambda *args, **more: (e for e in original(*args, **more) if not isinstance(e, kinds))


def _changed(original: Callable[..., Iterator[Any]], kind: type, change: Callable[[Any], Any]) -> Any:
    """The decider with its events of one type changed."""
    return lambda *args, **more: (change(e) if isinstance(e, kind) else e for e in original(*args, **more))


# ---- sending ----------------------------------------------------------------------------------------

_submit = outward.Outward._submit
_cancel = outward.Outward._cancel
_perform = outward.Outward.perform
_carry_out = kernel.Kernel._carry_out
_commit = kernel.Kernel._commit
_record = kernel.Kernel._record


async def _retried(self: Any, order: Any, durable: bool) -> Any:
    answers = await _submit(self, order, durable)
    if any(isinstance(a, inp.VenueFailed) and not a.refused for a in answers):
        return await _submit(self, order, durable)
    return answers


async def _given_up(self: Any, order: Any, durable: bool) -> Any:
    answers = await _submit(self, order, durable)
    return [replace(a, refused=True) if isinstance(a, inp.VenueFailed) else a for a in answers]


async def _taken_for_good(self: Any, order: Any, durable: bool) -> Any:
    answers = await _submit(self, order, durable)
    return [a for a in answers if not isinstance(a, inp.VenueFailed)]


async def _sent_anyway(self: Any, order: Any, durable: bool) -> Any:
    return await _submit(self, order, True)


async def _twice(self: Any, effect: Any, durable: bool) -> Any:
    answers = await _perform(self, effect, durable)
    if isinstance(effect, fx.SubmitOrder):
        answers = [*answers, *await _perform(self, effect, durable)]
    return answers


async def _forgotten_now_and_then(self: Any, effect: Any, durable: bool) -> Any:
    if isinstance(effect, fx.CancelOrder):
        return []
    return await _perform(self, effect, durable)


async def _first_answer_only(self: Any, order: Any, durable: bool) -> Any:
    return (await _submit(self, order, durable))[:1]


async def _sent_first(self: Any) -> Any:
    answers: list[Any] = []
    effects, self._effects = self._effects, []
    for effect in effects:
        answers.extend(await self.outward.perform(effect, True))
    return [*answers, *await _carry_out(self)]


async def _dropped_when_away(self: Any) -> bool:
    done = await _commit(self)
    if not done:
        self._entries.clear()
        self._events.clear()
        self._rows.clear()
    return done


async def _acknowledged_early(self: Any, batch: Any) -> None:
    self.late = getattr(self, "late", [])
    self.late.append(asyncio.ensure_future(_append(self, batch)))


_append = disk.WorldJournal.append

bug("a create that failed is sent again", (outward.Outward, "_submit", _retried))
bug("a timeout is taken for a refusal", (outward.Outward, "_submit", _given_up))
bug("a failure is not told", (outward.Outward, "_submit", _taken_for_good))
bug("entries leave while the journal is away", (outward.Outward, "_submit", _sent_anyway))
bug("every order is sent twice", (outward.Outward, "perform", _twice))
bug("cancels are not sent", (outward.Outward, "perform", _forgotten_now_and_then))
bug("orders leave before their intent is written", (kernel.Kernel, "_carry_out", _sent_first))
bug("entries are lost while the journal is away", (kernel.Kernel, "_commit", _dropped_when_away))
bug("a write is reported before it is on disk", (disk.WorldJournal, "append", _acknowledged_early))
bug("emergency sends are not noted", (outward.Outward, "_note", lambda self, line: None))


# ---- evidence -----------------------------------------------------------------------------------------

_read_order = outward.Outward.read_order
_order_read = evidence.decide_order_read


async def _absence_believed(self: Any, record: Any, known: Any) -> Any:
    found = await _read_order(self, record, known)
    return [replace(f, absence_is_proof=True) if isinstance(f, inp.OrderRead) else f for f in found]


async def _missed_fills_ignored(self: Any, record: Any, known: Any) -> Any:
    return [f for f in await _read_order(self, record, known) if isinstance(f, inp.OrderRead)]


async def _errors_are_empty(self: Any) -> Any:
    found = await _read_venue(self)
    if isinstance(found, inp.VenueUnreadable):
        from ytc_tui.model.orders import VenueAccount

        return inp.VenueRead((), (), VenueAccount("USDT", Decimal(0), Decimal(0), Decimal(0)))
    return found


async def _unread_is_absent(self: Any, record: Any, known: Any) -> Any:
    found = await _read_order(self, record, known)
    if any(isinstance(f, inp.VenueUnreadable) for f in found):
        return [inp.OrderRead(record.request.client_id, None, True)]
    return found


_read_venue = outward.Outward.read_venue

bug("the first not-found is believed", (outward.Outward, "read_order", _absence_believed))
bug("fills found by asking are not booked", (outward.Outward, "read_order", _missed_fills_ignored))
bug("an error is taken for an empty account", (outward.Outward, "read_venue", _errors_are_empty))
bug("an error is taken for an absent order", (outward.Outward, "read_order", _unread_is_absent))


# ---- reports ------------------------------------------------------------------------------------------

_fill = orders._fill
_acked = orders._acked
_ended = orders._ended


def _repeats_booked(sit: Any, fill: Fill) -> Iterator[Any]:
    kept, sit.state.fill_ids = sit.state.fill_ids, type(sit.state.fill_ids)()
    found = list(_fill(sit, fill))
    sit.state.fill_ids = kept
    yield from found


def _late_fills_ignored(sit: Any, fill: Fill) -> Iterator[Any]:
    record = sit.state.orders.get(fill.client_id)
    return iter(()) if record is not None and not record.working else _fill(sit, fill)


def _half_booked(sit: Any, fill: Fill) -> Iterator[Any]:
    return _fill(sit, replace(fill, quantity=fill.quantity / 2))


def _other_side(sit: Any, fill: Fill) -> Iterator[Any]:
    return _fill(sit, replace(fill, side=fill.side.opposite))


def _attached_stops_unknown(sit: Any, report: Any) -> Iterator[Any]:
    return iter(()) if report.request is not None else _acked(sit, report)


bug("a fill that is told twice is booked twice", (orders, "_fill", _repeats_booked))
bug("a fill after a cancel is ignored", (orders, "_fill", _late_fills_ignored))
bug("half of a fill is booked", (orders, "_fill", _half_booked))
bug("a fill is booked on the other side", (orders, "_fill", _other_side))
bug("fees are not booked", (orders, "_fill", lambda s, f: _fill(s, replace(f, fee=Decimal(0)))))
bug("attached stops are not taken up", (orders, "_acked", _attached_stops_unknown))
bug("expiries and cancels are not heard", (orders, "_ended", _nothing))


# ---- bookkeeping --------------------------------------------------------------------------------------

_book_fill = booking._book_fill
_move = booking._move
_after_fill = orders.after_fill


def _wallet_without_result(state: State, event: Any, at_ns: int) -> None:
    before = state.wallet
    _book_fill(state, event, at_ns)
    state.wallet = before - event.fill.fee


def _cancel_is_the_end(state: State, client_id: str, trigger: Any, at_ns: int) -> Any:
    record = _move(state, client_id, trigger, at_ns)
    if record.state is OrderState.CANCELING:
        record.state = OrderState.CANCELED
        state.working.pop(client_id, None)
    return record


def _unknown_is_forgotten(state: State, client_id: str, trigger: Any, at_ns: int) -> Any:
    record = _move(state, client_id, trigger, at_ns)
    if record.state is OrderState.UNKNOWN:
        state.working.pop(client_id, None)
    return record


def _profit_turned(held: Any, side: Any, quantity: Any, price: Any) -> Any:
    after, realised = _after_fill(held, side, quantity, price)
    return after, -realised


bug("results do not reach the wallet", (booking, "_book_fill", _wallet_without_result))
bug("a cancel that was asked for counts as done", (booking, "_move", _cancel_is_the_end))
bug("an unknown order is forgotten", (booking, "_move", _unknown_is_forgotten))
bug("profit is booked as loss", (orders, "after_fill", _profit_turned))


# ---- stops and targets --------------------------------------------------------------------------------

_intend_stop = outgoing.intend_stop
_intend_close = outgoing.intend_close
_intend_target = outgoing.intend_target
_approve_reducing = outgoing.approve_reducing
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


_STOPPERS = [(module, "intend_stop") for module in (trades, management) if hasattr(module, "intend_stop")]


def _stops(replacement: Any) -> tuple[Patch, ...]:
    return tuple((module, name, replacement) for module, name in _STOPPERS)


bug("a new stop is wider", (outgoing, "approve_reducing", _anything_goes), *_stops(_wider))
bug("a new stop covers half", *_stops(_half_covered))
bug("closes may open", (outgoing, "approve_reducing", _adding))
bug("coverage is not looked at", (trades, "decide_coverage", _nothing))
bug("targets are twice too large", (targets, "intend_target", _bigger))
bug("the old stop goes before the new one works", *_stops(_gap_before_new_stop))
bug("a tighter stop is never in force", (trades, "decide_stop_acknowledged", _nothing))
bug(
    "a tighter stop leaves the old one",
    (trades, "decide_stop_acknowledged", _without(_stop_acknowledged, ev.CancelAsked)),
)
bug(
    "a closed trade leaves its orders",
    (trades, "_closed", _without(trades._closed, ev.CancelAsked)),
)
bug("closed trades stay open", (trades, "_closed", _without(trades._closed, ev.TradeClosed)))


# ---- the gate -----------------------------------------------------------------------------------------


def _rules_without(*names: str) -> tuple[Any, ...]:
    return tuple(rule for rule in risk_gate.RULES if rule.name not in names)


bug("the gate's state is not asked", (risk_gate, "RULES", _rules_without("gate_open")))
bug("open risk has no limit", (risk_gate, "RULES", _rules_without("open_risk", "capacity")))
bug("an unknown order is no obstacle", (risk_gate, "RULES", _rules_without("symbol_clear")))
bug(
    "decisions carry no verdicts",
    (
        setups,
        "decide_next_proposal",
        _changed(setups.decide_next_proposal, ev.DecisionMade, lambda e: replace(e, verdicts=())),
    ),
    (
        route.setups,
        "decide_next_proposal",
        _changed(setups.decide_next_proposal, ev.DecisionMade, lambda e: replace(e, verdicts=())),
    ),
)


# ---- flatten and end ----------------------------------------------------------------------------------

_round = flatten.decide_round
_cancel_all = flatten.cancel_all


def _flat_by_word(sit: Any) -> Iterator[Any]:
    yield from _round(sit)
    if sit.state.flattening is not None and not sit.state.flattening.verified:
        yield ev.FlatVerified(sit.pnl_pct(), Decimal(0), 1)


bug("flat is said without asking the venue", (flatten, "decide_round", _flat_by_word))
bug("a flatten closes nothing", (flatten, "intend_close", _nothing))
bug("a flatten leaves resting orders", (flatten, "cancel_all", _nothing))
bug(
    "a flatten does not latch the gate",
    (flatten, "decide_started", _without(flatten.decide_started, ev.GateChanged)),
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
bug("a restart leaves cancels undone", (session_run, "pending_effects", _nothing))
bug("differences with the venue are not looked for", (route, "decide_venue_read", _nothing))


# ---- agents -------------------------------------------------------------------------------------------


def _trusted(sit: Any, response: Any) -> Any:
    return response


from ytc_tui.engine import runner  # noqa: E402
from ytc_tui.engine.decide import tasks  # noqa: E402

bug("an agent's answer is not checked", (tasks, "_settled", _trusted))
bug("an agent's exception ends the engine", (runner, "failure", None))
_ = (VenueError, reconciling)
