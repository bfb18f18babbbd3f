"""Bugs of sending, of evidence, of reports and of bookkeeping."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.world import disk
from tests.world.planting import bug, nothing, of
from ytc_tui.engine import effects as fx, inputs as inp, kernel, outward
from ytc_tui.engine.apply import orders as booking
from ytc_tui.engine.decide import evidence, orders
from ytc_tui.engine.decide.alarms import alert
from ytc_tui.model.orders import Fill, OrderState, VenueAccount
from ytc_tui.model.state import State

# ---- sending ----------------------------------------------------------------------------------------

_submit = outward.Outward._submit
_cancel = outward.Outward._cancel
_perform = outward.Outward.perform
_carry_out = kernel.Kernel._carry_out
_commit = kernel.Kernel._commit
_record = kernel.Kernel._record


async def _retried(self: Any, order: Any, durable: bool, again: bool) -> Any:
    answers = await _submit(self, order, durable, again)
    if any(isinstance(a, inp.VenueFailed) and not a.refused for a in answers):
        return await _submit(self, order, durable, again)
    return answers


async def _given_up(self: Any, order: Any, durable: bool, again: bool) -> Any:
    answers = await _submit(self, order, durable, again)
    return [replace(a, refused=True) if isinstance(a, inp.VenueFailed) else a for a in answers]


async def _taken_for_good(self: Any, order: Any, durable: bool, again: bool) -> Any:
    answers = await _submit(self, order, durable, again)
    return [a for a in answers if not isinstance(a, inp.VenueFailed)]


async def _sent_anyway(self: Any, order: Any, durable: bool, again: bool) -> Any:
    return await _submit(self, order, True, again)


async def _twice(self: Any, effect: Any, durable: bool) -> Any:
    answers = await _perform(self, effect, durable)
    if isinstance(effect, fx.SubmitOrder):
        answers = [*answers, *await _perform(self, effect, durable)]
    return answers


async def _forgotten_now_and_then(self: Any, effect: Any, durable: bool) -> Any:
    if isinstance(effect, fx.CancelOrder):
        return []
    return await _perform(self, effect, durable)


async def _first_answer_only(self: Any, order: Any, durable: bool, again: bool) -> Any:
    return (await _submit(self, order, durable, again))[:1]


async def _sent_first(self: Any) -> Any:
    answers: list[Any] = []
    effects, self._effects = self._effects, []
    for effect in effects:
        if isinstance(effect, fx.ReadVenue):
            self._effects.append(effect)
        else:
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


async def _absence_believed(self: Any, *asked: Any) -> Any:
    found = await _read_order(self, *asked)
    return [replace(f, absence_is_proof=True) if isinstance(f, inp.OrderRead) else f for f in found]


async def _missed_fills_ignored(self: Any, *asked: Any) -> Any:
    return [f for f in await _read_order(self, *asked) if isinstance(f, inp.OrderRead)]


async def _no_missed_fills(self: Any, since_ns: int, known: Any) -> Any:
    return []


async def _errors_are_empty(self: Any, *asked: Any) -> Any:
    found = await _read_venue(self, *asked)
    if any(isinstance(each, inp.VenueUnreadable) for each in found):
        return [inp.VenueRead((), (), VenueAccount("USDT", Decimal(0), Decimal(0), Decimal(0)))]
    return found


async def _unread_is_absent(self: Any, *asked: Any) -> Any:
    found = await _read_order(self, *asked)
    if any(isinstance(f, inp.VenueUnreadable) for f in found):
        return [inp.OrderRead(asked[0].request.client_id, None, True)]
    return found


_read_venue = outward.Outward.read_venue

bug("the first not-found is believed", (outward.Outward, "read_order", _absence_believed))
bug(
    "fills found by asking are not booked",
    (outward.Outward, "read_order", _missed_fills_ignored),
    (outward.Outward, "read_fills", _no_missed_fills),
)
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
bug(
    "expiries and cancels are neither heard nor found",
    (orders, "_ended", nothing),
    (evidence, "_ended_as", lambda record, state, reason: alert("ended", "cancel_unconfirmed", reason)),
)


# ---- bookkeeping --------------------------------------------------------------------------------------

_book_fill = booking._book_fill
_move = booking._move
_after_fill = of(orders, "after_fill")


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
