"""What a venue says is checked at the port's edge: nonsense never ends an order (safety.md 2.2, 4 to 6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.adapters.venues.paper_bench import Bench
from tests.sim.harness import LineList, NoticeList
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.effects import CancelOrder, SubmitOrder
from ytc_tui.engine.outward import Outward
from ytc_tui.engine.risk.gate import ApprovedOrder, approve_reducing
from ytc_tui.engine.venue_answers import report_problem, told
from ytc_tui.errors import VenueError
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    Fill,
    Funding,
    Liquidated,
    Liquidity,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    RejectCode,
    Rejected,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
)
from ytc_tui.model.session import Gate
from ytc_tui.model.state import OrderRecord

D = Decimal
ORDER = OrderRequest("yclose", "BTCUSDT", Side.SELL, OrderKind.MARKET, OrderRole.EXIT, D(1), reduce_only=True)
FILL = Fill("f1", "yclose", "BTCUSDT", Side.SELL, D(1), D(20_000), D("0.1"), Liquidity.TAKER, 1)
ACKED = Acked("yclose", "v1", 1)
WALLET = D(100)
NAN, INF = D("NaN"), D("Infinity")


@dataclass
class Answering:
    """A venue that says what it is told to."""

    answer: tuple[VenueReport, ...] | VenueError = ()
    held: VenueOrder | None = None
    fill: Fill = FILL
    position: VenuePosition = field(default_factory=lambda: VenuePosition("BTCUSDT", D(0), D(0)))
    wallet: Decimal = WALLET
    name: str = "paper"
    absence_is_proof: bool = True
    supports_attached_stop: bool = True
    sent: list[str] = field(default_factory=list)

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]:
        self.sent.append(request.client_id)
        return self._said()

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]:
        return self._said()

    def _said(self) -> tuple[VenueReport, ...]:
        if isinstance(self.answer, VenueError):
            raise self.answer
        return self.answer

    async def order(self, client_id: str) -> VenueOrder | None:
        return self.held

    async def open_orders(self) -> tuple[VenueOrder, ...]:
        return () if self.held is None else (self.held,)

    async def positions(self) -> tuple[VenuePosition, ...]:
        return (self.position,)

    async def account(self) -> VenueAccount:
        return VenueAccount("USDT", self.wallet, self.wallet, D(0))

    async def fills(self, since_ns: int) -> tuple[Fill, ...]:
        return (self.fill,)

    async def instruments(self) -> dict[str, Any]:
        return {}


def outward(venue: Answering) -> Outward:
    class Silent:
        async def notify(self, notice: object) -> None: ...

        def write(self, line: str) -> None: ...

        def read_back(self) -> tuple[str, ...]:
            return ()

        def clear(self) -> None: ...

    return Outward(venue, Silent(), lambda: (), Silent(), 1.0)


def approved(order: OrderRequest = ORDER) -> ApprovedOrder:
    found = approve_reducing(order, D(5), Gate.ACTIVE)
    assert isinstance(found, ApprovedOrder)
    return found


async def submitted(*reports: VenueReport, order: OrderRequest = ORDER) -> list[inp.Input]:
    return await outward(Answering(reports)).perform(SubmitOrder(approved(order)), True)


# ---- creates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reports", [(), (ACKED,), (ACKED, FILL), (FILL,), (Rejected("yclose", "no", 1),)])
async def test_an_answer_that_makes_sense_is_heard(reports: tuple[VenueReport, ...]) -> None:
    assert await submitted(*reports) == [inp.VenueReported(report) for report in reports]


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (Acked("yclose", "", 1), "without an id"),
        (Acked("", "v1", 1), "without an id"),
        (Acked("yother", "v1", 1), "about yother, asked of yclose"),
        (Acked("yclose", "v1", 1, replace(ORDER, quantity=D(2))), "sell 2 BTCUSDT, asked sell 1 BTCUSDT"),
        (Acked("yclose", "v1", 1, replace(ORDER, symbol="ETHUSDT")), "sell 1 ETHUSDT"),
        (Acked("yclose", "v1", 1, replace(ORDER, side=Side.BUY)), "buy 1 BTCUSDT"),
        (Acked("yclose", "v1", 1, replace(ORDER, kind=OrderKind.LIMIT)), "kind limit, asked sell 1"),
        (Acked("yclose", "v1", 1, replace(ORDER, reduce_only=False)), "reduce_only False"),
        (Acked("yclose", "v1", 1, replace(ORDER, quantity=NAN)), "NaN"),
        (Acked("yclose", "v1", 1, replace(ORDER, symbol="")), "without an id"),
        (replace(FILL, side=Side.BUY), "a fill of buy BTCUSDT"),
        (replace(FILL, symbol="ETHUSDT"), "a fill of sell ETHUSDT"),
        (replace(FILL, price=D(-5)), "-5"),
        (replace(FILL, price=INF), "Infinity"),
        (replace(FILL, quantity=D(0)), "0 where"),
        (replace(FILL, fee=NAN), "NaN where a number belongs"),
        (replace(FILL, reference_price=INF), "Infinity"),
        (replace(FILL, venue_fill_id=""), "a fill without an id"),
        (Funding("BTCUSDT", D(1), 1), "about no order"),
        (Canceled("", "", 1), "Canceled of no order"),
    ],
)
async def test_nonsense_leaves_the_order_unknown(report: VenueReport, why: str) -> None:
    [failed] = await submitted(report)
    assert isinstance(failed, inp.VenueFailed)
    assert (failed.client_id, failed.cancel, failed.refused) == ("yclose", False, False)
    assert why in failed.message


async def test_one_wrong_report_spoils_the_answer() -> None:
    [failed] = await submitted(ACKED, replace(FILL, price=NAN))
    assert isinstance(failed, inp.VenueFailed)


async def test_a_report_of_another_order_beside_the_asked_one_is_heard() -> None:
    stop = Acked("ystop", "v2", 1, replace(ORDER, client_id="ystop"))
    assert await submitted(ACKED, stop) == [inp.VenueReported(ACKED), inp.VenueReported(stop)]


@pytest.mark.parametrize("code", list(RejectCode))
async def test_only_a_refusal_of_a_known_cause_ends_an_order(code: RejectCode) -> None:
    rejected = Rejected("yclose", "because", 1, code)
    [heard] = await submitted(rejected)
    if code in (RejectCode.REFUSED, RejectCode.EXPIRED_REQUEST):
        assert heard == inp.VenueReported(rejected)
    else:
        assert heard == inp.VenueFailed("yclose", False, False, f"{code}: because")


@pytest.mark.parametrize(("code", "ends"), [(RejectCode.REFUSED, True), (RejectCode.EXPIRED_REQUEST, False)])
async def test_an_order_sent_again_too_late_may_have_been_there_in_time(code: RejectCode, ends: bool) -> None:
    venue = Answering((Rejected("yclose", "because", 1, code),))
    [heard] = await outward(venue).perform(SubmitOrder(approved(), again=True), True)
    assert isinstance(heard, inp.VenueReported if ends else inp.VenueFailed)


async def test_an_id_that_the_venue_does_not_take_is_not_sent() -> None:
    venue, order = Answering((ACKED,)), replace(ORDER, client_id="y close")
    [failed] = await outward(venue).perform(SubmitOrder(approved(order)), True)
    assert isinstance(failed, inp.VenueFailed)
    assert failed.refused and "not sent" in failed.message
    assert not venue.sent


# ---- cancels and what is told ------------------------------------------------------------------------


async def test_a_cancel_answered_for_another_order_is_unconfirmed() -> None:
    for reports, why in (
        ((Canceled("yother", "", 1),), "about yother"),
        ((Canceled("", "", 1),), "of no order"),
    ):
        [failed] = await outward(Answering(reports)).perform(CancelOrder("yclose"), True)
        assert isinstance(failed, inp.VenueFailed)
        assert failed.cancel and why in failed.message
    done = Canceled("yclose", "", 1)
    assert await outward(Answering((done,))).perform(CancelOrder("yclose"), True) == [inp.VenueReported(done)]


def test_what_is_told_by_itself_is_believed_only_if_it_can_be() -> None:
    good, bad = Funding("BTCUSDT", D(1), 1), Funding("BTCUSDT", NAN, 1)
    heard = told([good, bad, Rejected("y", "dup", 1, RejectCode.DUPLICATE_ID)])
    assert heard[0] == inp.VenueReported(good)
    assert isinstance(heard[1], inp.VenueNonsense)
    assert heard[2] == inp.VenueFailed("y", False, False, "duplicate_id: dup")
    assert report_problem(Liquidated("", 1)) and not report_problem(Liquidated("BTCUSDT", 1))
    assert report_problem(Funding("", D(1), 1))


# ---- readings -----------------------------------------------------------------------------------------

HELD = VenueOrder(ORDER, "v1", D(0), True, OrderState.ACKED)


@pytest.mark.parametrize(
    "changed",
    [
        {"position": VenuePosition("BTCUSDT", NAN, D(0))},
        {"position": VenuePosition("BTCUSDT", D(1), INF)},
        {"held": replace(HELD, filled=NAN)},
        {"held": replace(HELD, filled=D(-1))},
        {"held": replace(HELD, request=replace(ORDER, limit_price=D(-5)))},
        {"wallet": INF},
    ],
)
async def test_books_with_impossible_numbers_are_not_read(changed: dict[str, Any]) -> None:
    good = Answering(held=HELD)
    [read] = await outward(good).read_venue()
    assert isinstance(read, inp.VenueRead)
    [read] = await outward(replace(good, **changed)).read_venue()
    assert isinstance(read, inp.VenueUnreadable)
    assert "nonsense" in read.message and read.heard


async def test_an_impossible_order_of_somebody_else_hides_nothing_else() -> None:
    """A close-position stop that a person set has quantity 0 at some venues."""
    odd = replace(HELD, request=replace(ORDER, client_id="theirs", quantity=D(0)))
    [read] = await outward(Answering(held=odd)).read_venue(lambda client_id: client_id == "yclose")
    assert isinstance(read, inp.VenueRead) and read.orders == (odd,)
    [read] = await outward(Answering(held=odd)).read_venue(lambda client_id: client_id == "theirs")
    assert isinstance(read, inp.VenueUnreadable)


async def test_fills_and_orders_with_impossible_numbers_are_not_read() -> None:
    record = OrderRecord(ORDER, OrderState.UNKNOWN, "", "", None, "", "", 0, 0)
    bad = outward(Answering(fill=replace(FILL, price=NAN)))
    [fills] = await bad.read_fills(0, ())
    [order] = await bad.read_order(record, ())
    assert isinstance(fills, inp.VenueUnreadable) and isinstance(order, inp.VenueUnreadable)


async def test_not_found_comes_with_what_is_held_and_from_when_it_proves() -> None:
    record = OrderRecord(ORDER, OrderState.UNKNOWN, "", "", None, "", "", 0, 0)
    venue = Answering(position=VenuePosition("BTCUSDT", D(-1), D(9)))
    [_, read] = await outward(venue).read_order(record, ())
    assert read == inp.OrderRead("yclose", None, True, 5_000_000_000, D(-1))
    [_, read] = await outward(replace(venue, held=HELD)).read_order(record, ())
    assert read == inp.OrderRead("yclose", HELD, True, 5_000_000_000, None)
    [_, read] = await outward(replace(venue, absence_is_proof=False)).read_order(record, ())
    assert isinstance(read, inp.OrderRead) and not read.absence_is_proof


async def test_an_order_that_the_venue_holds_under_another_id_is_asked_for_under_that() -> None:
    venue = Bench().venue
    theirs = replace(ORDER, client_id="theirs", kind=OrderKind.LIMIT, limit_price=D(1), reduce_only=False)
    await venue.submit(replace(theirs, symbol="ABCUSDT", side=Side.BUY, quantity=D(6)))
    ours = OrderRecord(ORDER, OrderState.CANCELING, "", "", None, "", "", 0, 0)
    out = Outward(venue, NoticeList(), lambda: (), LineList(), 10.0)
    [read] = await out.read_order(ours, (), "theirs")
    assert isinstance(read, inp.OrderRead) and read.order is not None
    assert (read.client_id, read.order.request.client_id) == ("yclose", "theirs")


async def test_fills_of_an_order_under_either_of_its_ids_are_read() -> None:
    ours = OrderRecord(ORDER, OrderState.CANCELING, "", "", None, "", "", 0, 0)
    for name, read in (("yclose", 2), ("theirs", 2), ("another", 1)):
        venue = Answering(fill=replace(FILL, client_id=name))
        assert len(await outward(venue).read_order(ours, (), "theirs")) == read


async def test_the_paper_venue_calls_an_id_with_other_content_a_duplicate() -> None:
    venue = Bench().venue
    await venue.submit(ORDER)
    [rejected] = await venue.submit(replace(ORDER, quantity=D(2)))
    assert isinstance(rejected, Rejected)
    assert rejected.code is RejectCode.DUPLICATE_ID
