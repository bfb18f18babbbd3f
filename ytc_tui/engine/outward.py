"""Carrying out effects: the one place from which the engine reaches a venue or a person.

Decides how a venue's failure becomes an input, and what still goes out while the journal cannot accept
writes. Imports effects, inputs, ports and errors. Invariants: a create is sent once and never again on
a failure (safety.md 2.2); without a durable entry only cancels and reduce-only orders leave; no decision's
entries together pass what was approved for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from typing import Protocol, assert_never

from ytc_tui.engine import effects as fx, inputs as inp
from ytc_tui.engine.conservation import Conservation
from ytc_tui.engine.ports import Notifier, Venue
from ytc_tui.engine.timers import Timers
from ytc_tui.engine.venue_answers import answer_to_cancel, answer_to_submit, reading_problem
from ytc_tui.errors import JournalUnavailable, VenueError, VenueRefused
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRequest
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.venue_rules import VENUE_RULES

Finisher = Callable[[], Sequence[tuple[str, str, str]]]


class EmergencyLines(Protocol):
    """Where the emergency path writes what it sends: memory and a preallocated file."""

    def write(self, line: str) -> None: ...

    def read_back(self) -> tuple[str, ...]: ...

    def clear(self) -> None: ...


class Outward:
    """Performs effects. `finish` carries out the outside's shutdown lines and reports them."""

    def __init__(
        self,
        venue: Venue,
        notifier: Notifier,
        finish: Finisher,
        spare: EmergencyLines,
        venue_timeout_s: float,
    ) -> None:
        self._venue = venue
        self._rules = VENUE_RULES[venue.name]
        self._notifier = notifier
        self._finish = finish
        self._spare = spare
        self._timeout_s = venue_timeout_s
        self.conservation = Conservation()
        self.api_calls = 0
        self.timers = Timers()  # in the event loop's time
        self._acted: list[str] = []

    async def perform(self, effect: fx.Effect, durable: bool) -> list[inp.Input]:
        """Carry out one effect; its answers are inputs. Agents and readings of the venue are the kernel's."""
        match effect:
            case fx.SubmitOrder(approved, decision_id, most):
                order = approved.order
                if problem := self.conservation.problem(order, decision_id, most):
                    return [inp.VenueFailed(order.client_id, False, True, f"not sent: {problem}")]
                self.conservation.note(order, decision_id)
                return await self._submit(order, durable)
            case fx.CancelOrder(client_id):
                return await self._cancel(client_id, durable)
            case fx.FinishSession():
                return [inp.StepsDone(tuple(self._finish()))]
            case fx.SetTimer(name, epoch, after_s):
                self.timers.arm(name, epoch, asyncio.get_running_loop().time() + after_s)
                return []
            case fx.ForgetTimer(name):
                self.timers.forget(name)
                return []
            case fx.Notify(notice):
                await self._notifier.notify(notice)
                return []
            case fx.RunAgent() | fx.ReadVenue():
                raise TypeError(f"{type(effect).__name__} is the kernel's own")
            case _:
                assert_never(effect)

    async def _submit(self, order: OrderRequest, durable: bool) -> list[inp.Input]:
        if not durable:
            if not order.reduce_only:
                message = "not sent: the journal cannot accept writes"
                return [inp.VenueFailed(order.client_id, False, True, message)]
            price = order.limit_price or order.stop_price or "market"
            self._note(f"submit {order.client_id} {order.symbol} {order.side} {order.quantity} {price}")
        if problem := self._rules.id_problem(order.client_id):
            return [inp.VenueFailed(order.client_id, False, True, f"not sent: {problem}")]
        self.api_calls += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                reports = await self._venue.submit(order)
        except VenueRefused as error:
            return [inp.VenueFailed(order.client_id, False, True, str(error))]
        except (VenueError, TimeoutError) as error:
            return [inp.VenueFailed(order.client_id, False, False, str(error) or "timed out")]
        return answer_to_submit(order, reports)

    async def _cancel(self, client_id: str, durable: bool) -> list[inp.Input]:
        if not durable:
            self._note(f"cancel {client_id}")
        self.api_calls += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                reports = await self._venue.cancel(client_id)
        except (VenueError, TimeoutError) as error:
            return [inp.VenueFailed(client_id, True, False, str(error) or "timed out")]
        return answer_to_cancel(client_id, reports)

    async def read_venue(self) -> inp.VenueRead | inp.VenueUnreadable:
        """Positions, open orders and account, read together."""
        self.api_calls += 3
        try:
            async with asyncio.timeout(self._timeout_s):
                positions = await self._venue.positions()
                orders = await self._venue.open_orders()
                account = await self._venue.account()
        except (VenueError, TimeoutError) as error:
            return inp.VenueUnreadable(str(error) or "timed out")
        nonsense = reading_problem(positions, orders, account)
        return inp.VenueUnreadable(nonsense) if nonsense else inp.VenueRead(positions, orders, account)

    async def read_fills(self, since_ns: int, known_fills: Container[str]) -> list[inp.Input]:
        """The fills since `since_ns` that are not booked yet, oldest first."""
        self.api_calls += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                fills = await self._venue.fills(since_ns)
        except (VenueError, TimeoutError) as error:
            return [inp.VenueUnreadable(str(error) or "timed out")]
        if nonsense := reading_problem(fills=fills):
            return [inp.VenueUnreadable(nonsense)]
        return [inp.VenueReported(fill) for fill in fills if fill.venue_fill_id not in known_fills]

    async def reach(self) -> inp.VenueReached | inp.VenueSilent:
        """Whether the venue answers at all: a heartbeat, which no decision asked for and no count holds."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._venue.account()
        except (VenueError, TimeoutError) as error:
            return inp.VenueSilent(str(error) or "timed out")
        return inp.VenueReached()

    async def read_order(self, record: OrderRecord, known_fills: Container[str]) -> list[inp.Input]:
        """What the venue knows of one order: its fills that are not booked yet, then the order."""
        client_id = record.request.client_id
        self.api_calls += 2
        try:
            async with asyncio.timeout(self._timeout_s):
                order = await self._venue.order(client_id)
                fills = await self._venue.fills(record.created_ns)
                # Where it is not found, what is held must agree as well.
                positions = await self._venue.positions() if order is None else ()
        except (VenueError, TimeoutError) as error:
            return [inp.VenueUnreadable(str(error) or "timed out")]
        if nonsense := reading_problem(positions, () if order is None else (order,), fills=fills):
            return [inp.VenueUnreadable(nonsense)]
        missed = [f for f in fills if f.client_id == client_id and f.venue_fill_id not in known_fills]
        after_ns = self._rules.absence_after_ns
        proves = self._venue.absence_is_proof and after_ns is not None
        held = sum((each.quantity for each in positions if each.symbol == record.request.symbol), ZERO)
        found = inp.OrderRead(client_id, order, proves, after_ns or 0, held if order is None else None)
        return [*map(inp.VenueReported, missed), found]

    # ---- the emergency exception (semantics.md 7) --------------------------------------------------

    def _note(self, line: str) -> None:
        """Keep what is sent without an entry; a spare file that fails must not keep it from going out."""
        self._acted.append(line)
        with suppress(JournalUnavailable):
            self._spare.write(line)

    def emergency_lines(self) -> tuple[str, ...]:
        """What this process sent while the journal was away."""
        return tuple(self._acted)

    def forget_emergency(self) -> None:
        """The journal holds the lines now."""
        self._acted.clear()
        self._spare.clear()
