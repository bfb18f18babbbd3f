"""The paper host: the contract of every venue, a market that goes on alone, and trouble on the line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.host.hosting import ACCOUNT, hosted
from tests.adapters.venues.paper_bench import ABC, bar, minute, order
from tests.contracts.venue_contract import VenueBench, VenueContract
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.trouble import LineFault, LineRule, Trouble
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.engine.ports import Minute
from ytc_tui.errors import (
    AlreadyRunning,
    VenueOutcomeUnknown,
    VenueRetryable,
)
from ytc_tui.model.market import NS_PER_S, Side
from ytc_tui.model.orders import (
    Acked,
    Fill,
    OrderKind,
    OrderState,
    RejectCode,
    Rejected,
    VenueReport,
)


def flat(index: int, price: float) -> Minute:
    return minute(bar(index, (price, price, price, price)))


def drive(venue: HostedVenue, index: int, price: float) -> list[VenueReport]:
    found: list[VenueReport] = []
    for point in range(4):
        found += venue.match(flat(index, price), point).reports
    return found


class HostedBench(VenueBench):
    def __init__(self, venue: HostedVenue) -> None:
        self._venue = self.venue = venue
        self.symbol, self.price, self.quantity = ABC.symbol, Decimal("100.0"), Decimal(2)
        self._index = 0
        drive(venue, 0, 100.0)

    async def trade_at(self, price: Decimal) -> Sequence[VenueReport]:
        self._index += 1
        return drive(self._venue, self._index, float(price))


class TestHostedVenue(VenueContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[VenueBench]:
        with hosted() as host:
            venue = host.venue()
            yield HostedBench(venue)
            venue.close()
            await asyncio.sleep(0)


async def held(venue: HostedVenue) -> Decimal:
    return sum((position.quantity for position in await venue.positions()), Decimal(0))


async def test_a_create_that_reaches_a_host_after_its_validity_is_refused() -> None:
    """The market of an account went on while its driver was away: what is sent now was meant for then."""
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        host.server.accounts[ACCOUNT.name].now_ns += 5 * NS_PER_S
        [taken] = await venue.submit(order("a", Side.BUY, "2"))
        assert isinstance(taken, Acked)
        host.server.accounts[ACCOUNT.name].now_ns += 1
        [late] = await venue.submit(order("b", Side.BUY, "2"))
        assert isinstance(late, Rejected)
        assert late.code is RejectCode.EXPIRED_REQUEST
        assert await venue.order("b") is None
        venue.close()


async def test_an_account_has_one_driver_and_is_taken_up_where_it_stands() -> None:
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        await venue.submit(order("a", Side.BUY, "2"))
        drive(venue, 1, 100.0)
        with pytest.raises(AlreadyRunning, match="driven by another engine"):
            host.venue()
        place_ns = venue.place_ns()
        venue.close()
        await until(lambda: any("driver is gone" in line for line in host.told))
        again = host.venue()
        assert (again.place_ns(), again.idle()) == (place_ns, False)
        assert await held(again) == 2
        # What is on record is told again at its instant.
        assert [type(report) for report in drive(again, 1, 100.0)] == [Fill]
        again.close()


async def test_a_market_goes_on_without_its_driver_and_a_stop_still_holds() -> None:
    market = [flat(index, 100.0 if index < 4 else 94.0) for index in range(8)]
    with hosted(market=market) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        entry = order("a", Side.BUY, "2", attached_stop_price="95", attached_stop_id="s")
        await venue.submit(entry)
        drive(venue, 1, 100.0)
        venue.close()
        again = None
        await until(lambda: any("driver is gone" in line for line in host.told))
        await asyncio.sleep(0.5)
        again = host.venue()
        stop = await again.order("s")
        assert stop is not None
        assert stop.state is OrderState.FILLED
        assert await held(again) == 0
        redriven = [report for index in range(1, 8) for report in drive(again, index, 100.0)]
        assert [fill.client_id for fill in redriven if isinstance(fill, Fill)] == ["a", "s"]
        again.close()


async def until(true: object, tries: int = 200) -> None:
    assert callable(true)
    for _ in range(tries):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


def trouble(fault: LineFault, call: Call = Call.SUBMIT, nth: int = 1) -> Trouble:
    return Trouble(line=(LineRule(fault, call, nth),))


@pytest.mark.parametrize("fault", [LineFault.CUT, LineFault.CUT_AFTER, LineFault.GARBAGE])
async def test_an_answer_that_does_not_come_whole_leaves_the_outcome_unknown(fault: LineFault) -> None:
    with hosted(trouble(fault)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        request = order("a", Side.BUY, "2", OrderKind.LIMIT, limit_price="90")
        with pytest.raises(VenueOutcomeUnknown, match="submit a: "):
            await venue.submit(request)
        arrived = await venue.order("a")
        assert (arrived is None) == (fault is LineFault.CUT)
        if arrived is None:
            (report,) = await venue.submit(request)
            assert isinstance(report, Acked)
        venue.close()


@pytest.mark.parametrize("fault", [LineFault.LOST_REQUEST, LineFault.LOST_ANSWER])
async def test_silence_ends_with_the_callers_patience_and_answers_no_later_call(fault: LineFault) -> None:
    with hosted(trouble(fault)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await venue.submit(order("a", Side.BUY, "2", OrderKind.LIMIT, limit_price="90"))
        assert [found.request.client_id for found in await venue.open_orders()] == (
            ["a"] if fault is LineFault.LOST_ANSWER else []
        )
        venue.close()


async def test_calls_of_one_line_wait_for_none_of_its_others() -> None:
    with hosted(Trouble(latency_ms=60)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        orders = [order(f"o{n}", Side.BUY, "2", OrderKind.LIMIT, limit_price="90") for n in range(40)]
        told = await asyncio.gather(*map(venue.urgent.submit, orders))
        assert loop.time() - begun < 0.06 * 20
        assert [getattr(reports[0], "client_id", "") for reports in told] == [o.client_id for o in orders]
        assert len(await venue.open_orders()) == 40
        venue.close()


async def test_an_error_page_is_the_answer_to_its_own_call_alone() -> None:
    with hosted(Trouble(latency_ms=20, line=(LineRule(LineFault.GARBAGE, Call.SUBMIT, 2),))) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        orders = [order(f"o{n}", Side.BUY, "2", OrderKind.LIMIT, limit_price="90") for n in range(3)]
        told = await asyncio.gather(*map(venue.submit, orders), return_exceptions=True)
        assert [isinstance(one, VenueOutcomeUnknown) for one in told] == [False, True, False]
        venue.close()


async def test_what_takes_risk_away_has_a_budget_of_its_own() -> None:
    with hosted(Trouble(requests_per_s=5)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        with pytest.raises(VenueRetryable, match="too many requests"):
            for _ in range(20):
                await venue.account()
        assert (await venue.urgent.positions()) == ()
        venue.close()


async def test_commands_of_one_moment_share_a_commit_and_are_all_on_record(tmp_path: Path) -> None:
    with hosted(Trouble(latency_ms=20), folder=tmp_path) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        orders = [order(f"o{n}", Side.BUY, "2", OrderKind.LIMIT, limit_price="90") for n in range(20)]
        await asyncio.gather(*map(venue.submit, orders))
        venue.close()
    with hosted(folder=tmp_path, name="anew") as host:
        venue = host.venue()
        assert len(await venue.open_orders()) == 20
        venue.close()
