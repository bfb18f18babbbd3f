"""What leaves together, over which line, and what a failure is told as."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest

from tests.sim.harness import LineList, NoticeList
from ytc_tui.engine import effects as fx, inputs as inp
from ytc_tui.engine.asking import GivenUp
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.ports import MatchingVenue
from ytc_tui.engine.risk.gate import ApprovedOrder, _name_of, recall
from ytc_tui.errors import VenueOutcomeUnknown, VenueRefused, VenueRetryable
from ytc_tui.model.market import Side
from ytc_tui.model.orders import Canceled, OrderKind, OrderRequest, OrderRole, VenueReport


@dataclass
class Line:
    """A line to a venue that answers each request after the others have arrived too."""

    fails: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _under_way: int = 0
    absence_is_proof: bool = True
    name: str = "paper"

    async def _answer(self, name: str) -> tuple[VenueReport, ...]:
        self.asked.append(name)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        self._under_way -= 1
        if self.fails:
            raise self.fails.pop(0)
        return (Canceled(name, "done", 0),)

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        return await self._answer(client_id)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        return await self._answer(request.client_id)

    async def positions(self) -> Any:
        return await self._answer("positions")

    async def open_orders(self) -> Any:
        return await self._answer("orders")

    async def account(self) -> Any:
        return await self._answer("account")


def outward(ordinary: Line, urgent: Line) -> Outward:
    def finish() -> list[tuple[str, str, str]]:
        return []

    lines = [cast(MatchingVenue, line) for line in (ordinary, urgent)]
    return Outward(lines[0], NoticeList(), finish, LineList(), 10.0, lines[1])


def order(name: str, *, reduce_only: bool = True) -> ApprovedOrder:
    role = OrderRole.FLATTEN if reduce_only else OrderRole.ENTRY
    request = OrderRequest(
        client_id=name,
        symbol="BTCUSDT",
        side=Side.SELL,
        kind=OrderKind.MARKET,
        role=role,
        quantity=Decimal(1),
        reduce_only=reduce_only,
    )
    return recall(request, _name_of(request))


async def all_of(out: Outward, *effects: fx.Effect) -> list[inp.Input]:
    return await out.perform_all(effects, lambda effect: out.perform(effect, True))


async def test_cancels_and_closes_go_out_together_and_are_told_in_their_order() -> None:
    ordinary, urgent = Line(), Line()
    names = [f"o{number}" for number in range(60)]
    effects: list[fx.Effect] = [fx.CancelOrder(name) for name in names[:40]]
    effects.insert(7, fx.ForgetTimer("t"))
    effects += [fx.SubmitOrder(order(name)) for name in names[40:]]
    told = await all_of(outward(ordinary, urgent), *effects)
    assert urgent.most_at_once == 60
    assert ordinary.asked == []
    reports = [one.report for one in told if isinstance(one, inp.VenueReported)]
    assert [report.client_id for report in reports if isinstance(report, Canceled)] == names


async def test_a_reading_waits_for_what_was_sent_before_it() -> None:
    ordinary, urgent = Line(), Line()
    out = outward(ordinary, urgent)
    await all_of(out, fx.CancelOrder("a"), fx.FinishSession(), fx.CancelOrder("b"))
    assert urgent.most_at_once == 1


async def test_an_entry_takes_the_ordinary_line() -> None:
    ordinary, urgent = Line(), Line()
    await all_of(
        outward(ordinary, urgent), fx.SubmitOrder(order("e", reduce_only=False), "D0001", Decimal(1))
    )
    assert (ordinary.asked, urgent.asked) == (["e"], [])


@pytest.mark.parametrize(
    ("error", "refused", "heard"),
    [
        (VenueRefused("no"), True, True),
        (VenueRetryable("no connection"), True, False),
        (VenueOutcomeUnknown("cut"), False, False),
        (TimeoutError(), False, False),
        (GivenUp(), False, None),
    ],
)
async def test_what_a_failed_order_is_told_as(error: Exception, refused: bool, heard: bool | None) -> None:
    [told] = await all_of(outward(Line(), Line([error])), fx.SubmitOrder(order("a")))
    assert isinstance(told, inp.VenueFailed)
    assert (told.refused, told.heard) == (refused, heard)
    [told] = await all_of(outward(Line(), Line([error])), fx.CancelOrder("a"))
    assert isinstance(told, inp.VenueFailed)
    assert (told.refused, told.heard) == (False, heard)


@pytest.mark.parametrize("error", [VenueRefused("too many requests"), VenueRetryable("no connection")])
async def test_an_order_that_may_have_left_before_is_not_ended_by_a_failure_now(error: Exception) -> None:
    [told] = await all_of(outward(Line(), Line([error])), fx.SubmitOrder(order("a"), again=True))
    assert isinstance(told, inp.VenueFailed)
    assert not told.refused


@pytest.mark.parametrize("why", ["the journal", "a halt", "conservation", "its id"])
async def test_what_is_kept_here_ends_no_order_that_may_have_left_before(why: str) -> None:
    for again in (False, True):
        ordinary = Line()
        out = outward(ordinary, Line())
        if why == "a halt":
            out._halted = lambda: "halt 1 stands"
        name = "e e" if why == "its id" else "e"
        most = Decimal(0) if why == "conservation" else Decimal(1)
        effect = fx.SubmitOrder(order(name, reduce_only=False), "D0001", most, again)
        [told] = await out.perform(effect, durable=why != "the journal")
        assert isinstance(told, inp.VenueFailed)
        assert told.message.startswith("not sent: ")
        assert (told.refused, told.heard) == (not again, None)
        assert ordinary.asked == []


async def test_while_a_flatten_is_under_way_a_cancel_is_repeated_and_an_order_is_not() -> None:
    urgent = Line([VenueOutcomeUnknown("cut"), VenueOutcomeUnknown("cut")])
    out = outward(Line(), urgent)
    out.pressing = True
    [told] = await all_of(out, fx.CancelOrder("a"))
    assert isinstance(told, inp.VenueReported)
    # Once more after the first failure, and twice beside each other.
    assert urgent.asked == ["a", "a", "a"]
    assert urgent.most_at_once == 2
    urgent.fails, urgent.asked = [VenueOutcomeUnknown("cut")], []
    [told] = await all_of(out, fx.SubmitOrder(order("b")))
    assert isinstance(told, inp.VenueFailed)
    assert urgent.asked == ["b"]


async def test_a_reading_that_is_given_up_is_no_news() -> None:
    out = outward(Line(), Line())
    reading = asyncio.create_task(out.read_venue())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    out.hurry()
    assert await reading == []


async def test_while_something_urgent_waits_nothing_is_read_and_cancels_still_leave() -> None:
    ordinary, urgent = Line(), Line()
    out = outward(ordinary, urgent)
    out.hurry()
    assert await out.read_venue() == []
    assert await out.reach() == []
    assert ordinary.asked == []
    [told] = await all_of(out, fx.CancelOrder("a"))
    assert isinstance(told, inp.VenueReported)
    out.unhurried()
    await out.reach()
    assert ordinary.asked == ["account"]


async def test_after_a_failure_in_a_flatten_what_is_read_is_asked_twice_beside() -> None:
    urgent = Line()
    out = outward(Line(), urgent)
    out.pressing = True
    await out.reach()
    assert urgent.asked == ["account"]
    urgent.fails, urgent.asked = [VenueOutcomeUnknown("cut")], []
    await all_of(out, fx.SubmitOrder(order("b")))
    await out.reach()
    assert urgent.asked == ["b", "account", "account"]
    out.pressing = False
    await out.reach()
    out.pressing, urgent.asked = True, []
    await out.reach()
    assert urgent.asked == ["account"]


@pytest.mark.parametrize(("names", "done_at"), [(("a", "b"), 2), ((), 0)])
async def test_what_can_wait_is_done_while_requests_are_on_their_way(
    names: tuple[str, ...], done_at: int
) -> None:
    urgent = Line()
    out = outward(Line(), urgent)
    asked: list[int] = []

    async def meanwhile() -> None:
        assert urgent._under_way == len(names)
        asked.append(len(urgent.asked))

    effects = [fx.CancelOrder(name) for name in names]
    told = await out.perform_all(effects, lambda effect: out.perform(effect, True), meanwhile)
    assert (asked, len(told)) == ([done_at], len(names))
