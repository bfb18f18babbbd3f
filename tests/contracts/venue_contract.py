"""What every venue must do, whatever stands behind it: one suite for paper and for real adapters.

A venue's test file makes a class `TestMyVenue(VenueContract)` with a fixture `bench` that gives a
`VenueBench`; pytest then runs every test below against that venue.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.engine.ports import Venue
from ytc_tui.model.market import Side
from ytc_tui.model.orders import (
    Acked,
    Canceled,
    CancelRefused,
    Fill,
    Liquidity,
    OrderKind,
    OrderRequest,
    OrderRole,
    OrderState,
    Rejected,
    VenueReport,
)


class VenueBench(ABC):
    """A fresh venue with an account, and a hand on its market.

    `symbol` is quoted at `price` (on tick) before the test; `quantity` is affordable many times and
    stays above the minimum notional when halved. The market is deep enough for every order.
    """

    venue: Venue
    symbol: str
    price: Decimal
    quantity: Decimal

    @abstractmethod
    async def trade_at(self, price: Decimal) -> Sequence[VenueReport]:
        """Let the market trade at `price` once every order is past its latency; the reports of it."""

    def order(
        self, client_id: str, side: Side, kind: OrderKind = OrderKind.MARKET, **more: Any
    ) -> OrderRequest:
        fields: dict[str, Any] = {"quantity": self.quantity, "role": OrderRole.ENTRY, **more}
        if fields.get("reduce_only") and "role" not in more:
            fields["role"] = OrderRole.EXIT
        return OrderRequest(client_id=client_id, symbol=self.symbol, side=side, kind=kind, **fields)

    def off(self, share: str) -> Decimal:
        """A price on tick that is `share` (such as "-0.01") away from `price`."""
        tick = self.price.as_tuple().exponent
        assert isinstance(tick, int)
        return (self.price * (1 + Decimal(share))).quantize(Decimal(1).scaleb(tick))

    async def held(self) -> Decimal:
        """The signed position by the venue's own word."""
        found = [p for p in await self.venue.positions() if p.symbol == self.symbol]
        return found[0].quantity if found else Decimal(0)


def fills_in(reports: Sequence[VenueReport], client_id: str) -> list[Fill]:
    return [r for r in reports if isinstance(r, Fill) and r.client_id == client_id]


class VenueContract:
    """Inherit and give the fixture `bench`."""

    # ---- submit ----

    async def test_a_good_order_is_acknowledged_under_its_client_id(self, bench: VenueBench) -> None:
        (report,) = await bench.venue.submit(
            bench.order("a1", Side.BUY, OrderKind.LIMIT, limit_price=bench.off("-0.05"))
        )
        assert isinstance(report, Acked)
        assert report.client_id == "a1"
        assert report.venue_order_id
        held = await bench.venue.order("a1")
        assert held is not None
        assert held.open and held.state is OrderState.ACKED and held.filled == 0
        assert [o.request.client_id for o in await bench.venue.open_orders()] == ["a1"]

    async def test_a_rejected_order_is_proven_absent(self, bench: VenueBench) -> None:
        huge = bench.order("r1", Side.BUY, quantity=bench.quantity * 1_000_000)
        (report,) = await bench.venue.submit(huge)
        assert isinstance(report, Rejected)
        assert report.client_id == "r1"
        assert report.reason
        held = await bench.venue.order("r1")
        assert held is None or (held.state is OrderState.REJECTED and not held.open)
        assert await bench.venue.open_orders() == ()
        await bench.trade_at(bench.price)
        assert await bench.held() == 0

    async def test_an_unknown_symbol_is_rejected_by_name(self, bench: VenueBench) -> None:
        (report,) = await bench.venue.submit(replace(bench.order("r2", Side.BUY), symbol="NOPEUSDT"))
        assert isinstance(report, Rejected)
        assert "NOPEUSDT" in report.reason

    async def test_the_same_client_id_twice_is_one_order(self, bench: VenueBench) -> None:
        request = bench.order("d1", Side.BUY)
        (first,) = await bench.venue.submit(request)
        (again, *_) = await bench.venue.submit(request)
        assert isinstance(first, Acked) and isinstance(again, Acked)
        assert again.venue_order_id == first.venue_order_id
        await bench.trade_at(bench.price)
        await bench.venue.submit(request)
        await bench.trade_at(bench.price)
        assert await bench.held() == bench.quantity

    async def test_the_same_client_id_with_other_content_is_rejected(self, bench: VenueBench) -> None:
        request = bench.order("d2", Side.BUY, OrderKind.LIMIT, limit_price=bench.off("-0.05"))
        await bench.venue.submit(request)
        for other in (replace(request, side=Side.SELL), replace(request, quantity=request.quantity * 2)):
            (report,) = await bench.venue.submit(other)
            assert isinstance(report, Rejected)
            assert "d2" in report.reason
        held = await bench.venue.order("d2")
        assert held is not None
        assert held.request.side is Side.BUY and held.open

    # ---- fills ----

    async def test_a_market_order_fills_and_moves_the_position(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("m1", Side.BUY))
        reports = await bench.trade_at(bench.price)
        fills = fills_in(reports, "m1")
        assert sum(f.quantity for f in fills) == bench.quantity
        assert all(f.price >= bench.price and f.fee >= 0 and f.side is Side.BUY for f in fills)
        held = await bench.venue.order("m1")
        assert held is not None
        assert held.state is OrderState.FILLED and not held.open and held.filled == bench.quantity
        assert await bench.held() == bench.quantity
        assert await bench.venue.open_orders() == ()

    async def test_a_limit_rests_until_the_market_trades_through_it(self, bench: VenueBench) -> None:
        limit = bench.off("-0.01")
        await bench.venue.submit(bench.order("l1", Side.BUY, OrderKind.LIMIT, limit_price=limit))
        assert fills_in(await bench.trade_at(bench.price), "l1") == []
        fills = fills_in(await bench.trade_at(bench.off("-0.02")), "l1")
        assert sum(f.quantity for f in fills) == bench.quantity
        assert all(f.price <= limit and f.liquidity is Liquidity.MAKER for f in fills)

    async def test_a_protective_stop_waits_for_its_price_and_closes(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("s1", Side.BUY))
        await bench.trade_at(bench.price)
        stop = bench.order("s2", Side.SELL, OrderKind.STOP, stop_price=bench.off("-0.01"), reduce_only=True)
        await bench.venue.submit(stop)
        assert fills_in(await bench.trade_at(bench.price), "s2") == []
        fills = fills_in(await bench.trade_at(bench.off("-0.02")), "s2")
        assert sum(f.quantity for f in fills) == bench.quantity
        assert all(f.price <= bench.off("-0.01") for f in fills)
        assert await bench.held() == 0

    async def test_an_attached_stop_lives_from_the_first_fill(self, bench: VenueBench) -> None:
        if not bench.venue.supports_attached_stop:
            return
        stop_price = bench.off("-0.01")
        entry = bench.order("t1", Side.BUY, attached_stop_price=stop_price, attached_stop_id="t1s")
        await bench.venue.submit(entry)
        assert await bench.venue.order("t1s") is None
        reports = await bench.trade_at(bench.price)
        born = [r for r in reports if isinstance(r, Acked) and r.client_id == "t1s"]
        assert born[-1].request is not None
        assert born[-1].request.quantity == bench.quantity
        assert born[-1].request.reduce_only and born[-1].request.stop_price == stop_price
        held = await bench.venue.order("t1s")
        assert held is not None
        assert held.open and held.request.role is OrderRole.PROTECTIVE_STOP

    async def test_positions_are_the_sum_of_fills_and_fills_are_found_by_time(
        self, bench: VenueBench
    ) -> None:
        await bench.venue.submit(bench.order("p1", Side.BUY))
        await bench.trade_at(bench.price)
        first = await bench.venue.fills(0)
        await bench.venue.submit(bench.order("p2", Side.SELL, quantity=bench.quantity / 2, reduce_only=True))
        await bench.trade_at(bench.off("0.01"))
        fills = await bench.venue.fills(0)
        assert await bench.held() == sum(f.side.sign * f.quantity for f in fills) == bench.quantity / 2
        assert len({f.venue_fill_id for f in fills}) == len(fills)
        assert [f.at_ns for f in fills] == sorted(f.at_ns for f in fills)
        late = await bench.venue.fills(first[-1].at_ns + 1)
        assert {f.client_id for f in late} == {"p2"}
        assert late == fills[len(first) :]

    # ---- reduce only ----

    async def test_reduce_only_never_opens_or_flips(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("o1", Side.BUY))
        await bench.trade_at(bench.price)
        await bench.venue.submit(bench.order("o2", Side.SELL, quantity=bench.quantity * 2, reduce_only=True))
        await bench.trade_at(bench.price)
        await bench.trade_at(bench.price)
        assert await bench.held() == 0
        await bench.venue.submit(bench.order("o3", Side.SELL, reduce_only=True))
        await bench.trade_at(bench.price)
        assert await bench.held() == 0
        for client_id in ("o2", "o3"):
            held = await bench.venue.order(client_id)
            assert held is None or not held.open

    # ---- cancel ----

    async def test_a_canceled_order_cannot_fill(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("c1", Side.BUY, OrderKind.LIMIT, limit_price=bench.off("-0.01")))
        (report,) = await bench.venue.cancel("c1")
        assert isinstance(report, Canceled)
        assert await bench.venue.open_orders() == ()
        assert fills_in(await bench.trade_at(bench.off("-0.03")), "c1") == []
        held = await bench.venue.order("c1")
        assert held is None or held.state is OrderState.CANCELED

    async def test_cancel_may_be_repeated(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("c2", Side.BUY, OrderKind.LIMIT, limit_price=bench.off("-0.01")))
        await bench.venue.cancel("c2")
        (report,) = await bench.venue.cancel("c2")
        assert isinstance(report, Canceled | CancelRefused)
        assert await bench.venue.open_orders() == ()

    async def test_cancel_of_a_filled_order_is_refused(self, bench: VenueBench) -> None:
        await bench.venue.submit(bench.order("c3", Side.BUY))
        await bench.trade_at(bench.price)
        (report,) = await bench.venue.cancel("c3")
        assert isinstance(report, CancelRefused)
        assert report.reason
        assert await bench.held() == bench.quantity

    async def test_what_was_never_sent_is_not_found(self, bench: VenueBench) -> None:
        (report,) = await bench.venue.cancel("never")
        assert isinstance(report, CancelRefused)
        assert await bench.venue.order("never") is None

    # ---- account ----

    async def test_the_wallet_is_start_plus_realised_minus_fees(self, bench: VenueBench) -> None:
        unit = (await bench.venue.instruments())[bench.symbol].contract_size
        start = await bench.venue.account()
        assert start.equity == start.wallet_balance
        await bench.venue.submit(bench.order("w1", Side.BUY))
        await bench.trade_at(bench.price)
        fees = sum(f.fee for f in await bench.venue.fills(0))
        opened = await bench.venue.account()
        assert opened.wallet_balance == start.wallet_balance - fees
        assert opened.margin_used > 0
        await bench.venue.submit(bench.order("w2", Side.SELL, reduce_only=True))
        await bench.trade_at(bench.off("0.02"))
        fills = await bench.venue.fills(0)
        cash = sum(-f.side.sign * f.quantity * f.price * unit - f.fee for f in fills)
        closed = await bench.venue.account()
        assert closed.wallet_balance == closed.equity == start.wallet_balance + cash
        assert closed.margin_used == 0

    async def test_equity_moves_with_the_mark(self, bench: VenueBench) -> None:
        unit = (await bench.venue.instruments())[bench.symbol].contract_size
        await bench.venue.submit(bench.order("e1", Side.SELL))
        await bench.trade_at(bench.price)
        (position,) = await bench.venue.positions()
        assert position.quantity == -bench.quantity
        mark = bench.off("0.01")
        await bench.trade_at(mark)
        account = await bench.venue.account()
        assert account.equity == account.wallet_balance + position.cost - bench.quantity * mark * unit
