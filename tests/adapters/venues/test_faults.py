"""Each injected fault does what it says, once, and keeps the account true."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import pytest

from tests.adapters.venues.paper_bench import START_NS, Bench, fills_of, order
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.errors import ConfigInvalid, VenueOutcomeUnknown
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Fill,
    OrderKind,
    OrderRole,
    OrderState,
    RejectCode,
    Rejected,
)

BUY, SELL, LIMIT = Side.BUY, Side.SELL, OrderKind.LIMIT


def faulty(fault: FaultKind, honours_validity: bool = False, **more: Any) -> Bench:
    rules = (FaultRule(fault, **more),)
    bench = Bench(faults=FaultScript(rules, honours_validity=honours_validity))
    bench.flat(100.0)
    return bench


async def test_a_delayed_submit_is_answered_by_a_later_point() -> None:
    bench = faulty(FaultKind.DELAY, delay_ms=30_000)
    assert not bench.venue.absence_is_proof
    assert await bench.venue.submit(order("a", BUY, "1")) == ()
    assert await bench.venue.order("a") is None
    assert not bench.venue.idle()
    points = bench.play((100.0, 101.0, 99.0, 100.5))
    assert [[type(r) for r in p.reports] for p in points] == [[], [], [Acked, Fill], []]
    (acked, fill) = points[2].reports
    assert isinstance(acked, Acked) and isinstance(fill, Fill)
    assert acked.at_ns == START_NS + NS_PER_MIN + 30 * NS_PER_S
    assert fill.at_ns == points[2].at_ns


@pytest.mark.parametrize("fault", [FaultKind.DELAY, FaultKind.LATE_LANDING])
async def test_a_create_that_lands_after_its_validity_is_refused(fault: FaultKind) -> None:
    bench = faulty(fault, honours_validity=True, delay_ms=5_001)
    assert bench.venue.absence_is_proof
    with contextlib.suppress(VenueOutcomeUnknown):
        await bench.venue.submit(order("a", BUY, "1"))
    [refused] = bench.flat(100.0)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.reason) == (
        RejectCode.EXPIRED_REQUEST,
        "expired request: 0.001 s too late",
    )
    held = await bench.venue.order("a")
    assert held is not None and held.state is OrderState.REJECTED
    assert await bench.venue.positions() == ()


async def test_a_create_that_lands_at_the_end_of_its_validity_is_taken() -> None:
    bench = faulty(FaultKind.DELAY, honours_validity=True, delay_ms=5_000)
    await bench.venue.submit(order("a", BUY, "1"))
    assert [type(report) for report in bench.flat(100.0)] == [Acked, Fill]


async def test_a_delayed_submit_can_still_be_refused() -> None:
    bench = faulty(FaultKind.DELAY, delay_ms=1_000)
    await bench.venue.submit(order("a", BUY, "5000"))
    (report,) = bench.flat(100.0)
    assert isinstance(report, Rejected)
    assert bench.venue.idle()


async def test_a_delayed_cancel_lets_the_order_fill_first() -> None:
    bench = faulty(FaultKind.DELAY, command=CommandKind.CANCEL, delay_ms=30_000)
    await bench.venue.submit(order("a", BUY, "1", LIMIT, limit_price="99.0"))
    assert await bench.venue.cancel("a") == ()
    points = bench.play((98.0, 98.0, 98.0, 98.0))
    assert [[type(r) for r in p.reports] for p in points] == [[Fill], [], [CancelRefused], []]


async def test_a_lost_answer_hides_an_order_that_works() -> None:
    bench = faulty(FaultKind.LOST_ANSWER, nth=1)
    assert bench.venue.absence_is_proof
    request = order("a", BUY, "1")
    with pytest.raises(VenueOutcomeUnknown, match="order a"):
        await bench.venue.submit(request)
    held = await bench.venue.order("a")
    assert held is not None and held.open
    assert isinstance((await bench.venue.submit(request))[0], Acked)
    assert len(fills_of(bench.flat(100.0))) == 1


async def test_a_late_landing_is_absent_and_then_there() -> None:
    bench = faulty(FaultKind.LATE_LANDING, client_id="a", delay_ms=100_000)
    assert not bench.venue.absence_is_proof
    for _ in range(2):  # asking again sends nothing more
        with pytest.raises(VenueOutcomeUnknown):
            await bench.venue.submit(order("a", BUY, "1"))
    assert isinstance((await bench.venue.submit(order("a", BUY, "2")))[0], Rejected)
    assert bench.flat(100.0) == []
    assert await bench.venue.order("a") is None
    assert [type(r) for r in bench.flat(100.0)] == [Acked, Fill]
    assert [p.quantity for p in await bench.venue.positions()] == [Decimal(1)]


async def test_a_late_cancel_lands_later() -> None:
    bench = faulty(FaultKind.LATE_LANDING, command=CommandKind.CANCEL, delay_ms=1_000)
    await bench.venue.submit(order("a", BUY, "1", LIMIT, limit_price="90.0"))
    with pytest.raises(VenueOutcomeUnknown):
        await bench.venue.cancel("a")
    assert len(await bench.venue.open_orders()) == 1
    assert [type(r) for r in bench.flat(100.0)] == [Canceled]


async def test_rejects_hit_the_nth_command_of_a_role() -> None:
    bench = faulty(FaultKind.REJECT, nth=2, role=OrderRole.ENTRY, reason="maintenance")
    answers = [(await bench.venue.submit(order(name, BUY, "1")))[0] for name in "abc"]
    assert [type(answer) for answer in answers] == [Acked, Rejected, Acked]
    assert isinstance(answers[1], Rejected) and answers[1].reason == "maintenance"


async def test_a_refused_cancel_leaves_the_order() -> None:
    bench = faulty(FaultKind.REJECT, command=CommandKind.CANCEL, nth=1)
    await bench.venue.submit(order("a", BUY, "1", LIMIT, limit_price="90.0"))
    assert isinstance((await bench.venue.cancel("a"))[0], CancelRefused)
    assert isinstance((await bench.venue.cancel("a"))[0], Canceled)


async def test_a_refused_attached_stop_leaves_the_position_naked_and_says_so() -> None:
    bench = faulty(FaultKind.REJECT, role=OrderRole.PROTECTIVE_STOP)
    entry = order("e", BUY, "2", attached_stop_price="99.0", attached_stop_id="s")
    await bench.venue.submit(entry)
    assert [type(r) for r in bench.flat(100.0, 10.0)] == [Fill, Rejected]
    assert [type(r) for r in bench.flat(100.0)] == [Fill]
    assert await bench.venue.open_orders() == ()


async def test_a_partial_first_fill() -> None:
    bench = faulty(FaultKind.PARTIAL, share=Decimal("0.25"))
    await bench.venue.submit(order("a", BUY, "1"))
    fills = fills_of(bench.flat(100.0))
    assert [fill.quantity for fill in fills] == [Decimal("0.25"), Decimal("0.75")]
    assert fills[0].at_ns < fills[1].at_ns


async def test_a_duplicate_fill_is_reported_twice_and_booked_once() -> None:
    bench = faulty(FaultKind.DUPLICATE)
    await bench.venue.submit(order("a", BUY, "1"))
    first, second = fills_of(bench.flat(100.0))
    assert first == second
    assert await bench.venue.fills(0) == (first,)
    assert [p.quantity for p in await bench.venue.positions()] == [Decimal(1)]


async def test_counts_go_on_after_a_restart() -> None:
    bench = faulty(FaultKind.REJECT, nth=2)
    await bench.venue.submit(order("a", BUY, "1"))
    bench.reopen()
    assert isinstance((await bench.venue.submit(order("b", BUY, "1")))[0], Rejected)


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        (FaultKind.DELAY, {}),
        (FaultKind.LATE_LANDING, {"delay_ms": 0}),
        (FaultKind.REJECT, {"nth": -1}),
        (FaultKind.PARTIAL, {"share": Decimal(0)}),
        (FaultKind.DUPLICATE, {"command": CommandKind.CANCEL}),
    ],
)
def test_rules_that_could_not_work_are_refused(fault: FaultKind, more: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid, match="fault rule"):
        FaultRule(fault, **more)
