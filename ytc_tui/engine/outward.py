"""Carrying out effects: the one place from which the engine reaches a venue or a person.

Decides how a venue's failure becomes an input, what goes out together and over which line, and what still
goes out while the journal cannot accept writes. Imports effects, inputs, ports and errors. Invariants: a
create is sent once and never again on a failure (safety.md 2.2); what takes risk away waits for nothing
that does not; without a durable entry, and under a halt, only cancels and reduce-only orders leave; no
decision's entries together pass what was approved for it; "not sent" ends no order that may have been sent
before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Sequence
from contextlib import suppress
from typing import TypeVar, assert_never

from ytc_tui.engine import effects as fx, inputs as inp
from ytc_tui.engine.asking import Asking, GivenUp, nothing, together
from ytc_tui.engine.conservation import Conservation
from ytc_tui.engine.emergency_lines import submit_line
from ytc_tui.engine.ports import EmergencyLines, Notifier, Venue
from ytc_tui.engine.timers import Timers
from ytc_tui.engine.venue_answers import answer_to_cancel, answer_to_submit, failed, kept, reading_problem
from ytc_tui.errors import JournalUnavailable, VenueError
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import OrderRequest, VenueOrder, VenuePosition
from ytc_tui.model.state import OrderRecord
from ytc_tui.model.venue_rules import VENUE_RULES

Finisher = Callable[[], Sequence[tuple[str, str, str]]]
AnswerT = TypeVar("AnswerT")

_REQUESTS = (fx.SubmitOrder, fx.CancelOrder)
# What makes no answer, so that requests before and after it may go out together.
_TOLD_LATER = (fx.SetTimer, fx.ForgetTimer, fx.Notify)


def _never() -> str:
    return ""


class Outward:
    """Performs effects. `finish` carries out the outside's shutdown lines and reports them; `urgent` is the
    venue over a line of its own, for what takes risk away (None: over the same); `halted` is asked before
    each order that can raise risk, and says why none may leave."""

    def __init__(
        self,
        venue: Venue,
        notifier: Notifier,
        finish: Finisher,
        spare: EmergencyLines,
        venue_timeout_s: float,
        urgent: Venue | None = None,
        halted: Callable[[], str] = _never,
    ) -> None:
        self._venue = venue
        self._rules = VENUE_RULES[venue.name]
        self._urgent = venue if urgent is None else urgent
        self._notifier = notifier
        self._finish = finish
        self._spare = spare
        self._asking = Asking(venue_timeout_s)
        self.pressing = False  # a flatten is under way: all requests are urgent
        self.conservation = Conservation()
        self.api_calls = 0
        self.timers = Timers()  # in the event loop's time
        self._acted: list[str] = []
        self._halted = halted

    async def perform(self, effect: fx.Effect, durable: bool) -> list[inp.Input]:
        """Carry out one effect; its answers are inputs. Agents and readings of the venue are the kernel's."""
        match effect:
            case fx.SubmitOrder(approved, decision_id, most, again):
                order = approved.order
                if problem := self.conservation.problem(order, decision_id, most):
                    return [kept(order, again, problem)]
                self.conservation.note(order, decision_id)
                return await self._submit(order, durable, again)
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

    async def perform_all(
        self,
        effects: Sequence[fx.Effect],
        perform: Callable[[fx.Effect], Awaitable[list[inp.Input]]],
        meanwhile: Callable[[], Awaitable[None]] = nothing,
    ) -> list[inp.Input]:
        """Carry out `effects` with `perform`, in their order; orders and cancels that follow one another go
        out together. `meanwhile` is done first, or where they begin with such, while those are answered.
        The answers are in the order of the effects."""
        answers: list[inp.Input] = []
        leaving: list[fx.Effect] = []
        later: list[fx.Effect] = []
        for effect in (*effects, None):
            if isinstance(effect, _REQUESTS):
                leaving.append(effect)
                continue
            if isinstance(effect, _TOLD_LATER):
                later.append(effect)
                continue
            if len(leaving) > 1 or (leaving and self.pressing):
                for answer in await together(map(perform, leaving), meanwhile):
                    answers.extend(answer)
            else:
                await meanwhile()
                for request in leaving:
                    answers.extend(await perform(request))
            meanwhile = nothing
            for told in later:
                answers.extend(await perform(told))
            leaving, later = [], []
            if effect is not None:
                answers.extend(await perform(effect))
        return answers

    def hurry(self) -> None:
        """An urgent command waits: no ordinary request may hold it up, until `unhurried`."""
        self._asking.hurry()

    def unhurried(self) -> None:
        """The urgent command has its turn."""
        self._asking.urgent_waits = False

    async def _submit(self, order: OrderRequest, durable: bool, again: bool) -> list[inp.Input]:
        name = order.client_id
        if not order.reduce_only and (halt := self._halted()):
            return [kept(order, again, halt)]
        if not durable:
            if not order.reduce_only:
                return [kept(order, again, "the journal cannot accept writes")]
            self._note(submit_line(order))
        if problem := self._rules.id_problem(name):
            return [kept(order, again, problem)]
        self.api_calls += 1
        try:
            if self.pressing:
                reports = await self._asking.urgently(self._urgent.submit(order), soon=True)
            else:
                line = self._urgent if order.reduce_only else self._venue
                reports = await self._asking.patiently(line.submit(order))
        except (VenueError, TimeoutError) as error:
            return [failed(name, error, again=again)]
        return answer_to_submit(order, reports, again)

    async def _cancel(self, client_id: str, durable: bool) -> list[inp.Input]:
        if not durable:
            self._note(f"cancel {client_id}")
        try:
            reports = await self._told(lambda venue: venue.cancel(client_id), self._urgent)
        except (VenueError, TimeoutError) as error:
            return [failed(client_id, error, cancel=True)]
        return answer_to_cancel(client_id, reports)

    async def _told(
        self, ask: Callable[[Venue], Awaitable[AnswerT]], line: Venue, reads: bool = False
    ) -> AnswerT:
        """The answer to a request that may be repeated; while a flatten is under way it is, at once."""

        def asked() -> Awaitable[AnswerT]:
            self.api_calls += 1
            return ask(self._urgent if self.pressing else line)

        if self.pressing:
            return await self._asking.insistently(asked, reads=reads)
        return await self._asking.patiently(asked(), grace_s=0.0)

    async def _read(self, ask: Callable[[Venue], Awaitable[AnswerT]]) -> AnswerT:
        """What was asked of the venue. Raises GivenUp, unasked, while something urgent waits."""
        if self._asking.urgent_waits and not self.pressing:
            raise GivenUp("not asked: something urgent waits")
        return await self._told(ask, self._venue, reads=True)

    async def read_venue(self, is_ours: Callable[[str], bool] = lambda client_id: True) -> list[inp.Input]:
        """Positions, open orders and account, read together; `is_ours`: whether an id is of our orders."""
        parts = await asyncio.gather(
            self._read(lambda venue: venue.positions()),
            self._read(lambda venue: venue.open_orders()),
            self._read(lambda venue: venue.account()),
            return_exceptions=True,
        )
        positions, orders, account = parts
        if not (
            isinstance(positions, BaseException)
            or isinstance(orders, BaseException)
            or isinstance(account, BaseException)
        ):
            nonsense = reading_problem(positions, orders, account, is_ours=is_ours)
            if nonsense:
                return [inp.VenueUnreadable(nonsense, heard=True)]
            return [inp.VenueRead(positions, orders, account)]
        error = next(part for part in parts if isinstance(part, BaseException))
        if isinstance(error, GivenUp):
            return []
        if isinstance(error, VenueError | TimeoutError):
            return [inp.VenueUnreadable(str(error) or "timed out")]
        raise error

    async def read_fills(self, since_ns: int, known_fills: Container[str]) -> list[inp.Input]:
        """The fills since `since_ns` that are not booked yet, oldest first."""
        try:
            fills = await self._read(lambda venue: venue.fills(since_ns))
        except GivenUp:
            return []
        except (VenueError, TimeoutError) as error:
            return [inp.VenueUnreadable(str(error) or "timed out")]
        if nonsense := reading_problem(fills=fills):
            return [inp.VenueUnreadable(nonsense, heard=True)]
        return [inp.VenueReported(fill) for fill in fills if fill.venue_fill_id not in known_fills]

    async def reach(self) -> list[inp.Input]:
        """Whether the venue answers at all: a heartbeat, which no decision asked for and no count holds."""
        calls = self.api_calls
        try:
            await self._read(lambda venue: venue.account())
        except GivenUp:
            return []
        except (VenueError, TimeoutError) as error:
            return [inp.VenueSilent(str(error) or "timed out")]
        finally:
            self.api_calls = calls
        return [inp.VenueReached()]

    async def read_order(
        self, record: OrderRecord, known_fills: Container[str], id_there: str = ""
    ) -> list[inp.Input]:
        """What the venue knows of one order, which it holds under `id_there` ("" = under our id): its fills
        that are not booked yet, then the order."""
        client_id = record.request.client_id
        id_there = id_there or client_id
        try:
            order, positions = await self._order_or_positions(id_there)
            # After the order: what it is said to have filled must be among them.
            more = order is not None and order.filled != record.filled
            ask_fills = more or not self.pressing
            fills = await self._read(lambda venue: venue.fills(record.created_ns)) if ask_fills else ()
        except GivenUp:
            return []
        except (VenueError, TimeoutError) as error:
            return [inp.VenueUnreadable(str(error) or "timed out")]
        if nonsense := reading_problem(positions, () if order is None else (order,), fills=fills):
            return [inp.VenueUnreadable(nonsense, heard=True)]
        ids = (client_id, id_there)
        missed = [f for f in fills if f.client_id in ids and f.venue_fill_id not in known_fills]
        after_ns = self._rules.absence_after_ns
        proves = self._venue.absence_is_proof and after_ns is not None
        held = sum((each.quantity for each in positions if each.symbol == record.request.symbol), ZERO)
        found = inp.OrderRead(client_id, order, proves, after_ns or 0, held if order is None else None)
        return [*map(inp.VenueReported, missed), found]

    async def _order_or_positions(self, id_there: str) -> tuple[VenueOrder | None, Sequence[VenuePosition]]:
        """The order; where it is not found, what is held, which must agree as well."""
        order = self._read(lambda venue: venue.order(id_there))
        if not self.pressing:
            found = await order
            return found, () if found is not None else await self._read(lambda venue: venue.positions())
        return await asyncio.gather(order, self._read(lambda venue: venue.positions()))

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
