"""The paper host: the contract of every venue, a market that goes on alone, and trouble on the line."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.host.hosting import ACCOUNT, Hosting, hosted
from tests.adapters.venues.paper_bench import ABC, START_NS, bar, minute, order
from tests.contracts.venue_contract import VenueBench, VenueContract
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.line import TradingLine
from ytc_tui.adapters.venues.host.trouble import LineFault, LineRule, Trouble, load_trouble
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.engine.ports import Minute
from ytc_tui.errors import (
    AlreadyRunning,
    ConfigInvalid,
    VenueOutcomeUnknown,
    VenueRefused,
    VenueRetryable,
)
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
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


async def test_a_busy_host_refuses_commands_and_reads_may_be_repeated() -> None:
    rules = (LineRule(LineFault.BUSY, Call.SUBMIT, 1), LineRule(LineFault.BUSY, Call.POSITIONS, 1))
    with hosted(Trouble(line=rules)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        with pytest.raises(VenueRefused, match="too many requests"):
            await venue.submit(order("a", Side.BUY, "2"))
        with pytest.raises(VenueRetryable, match="too many requests"):
            await venue.positions()
        assert await venue.positions() == ()
        assert await venue.order("a") is None
        venue.close()


async def test_a_rate_limit_counts_the_calls_of_a_second() -> None:
    with hosted(Trouble(requests_per_s=5)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        answered = 0
        with pytest.raises(VenueRetryable):
            for _ in range(20):
                await venue.account()
                answered += 1
        assert 5 <= answered < 20
        venue.close()


async def test_latency_is_on_the_line_and_not_on_the_market() -> None:
    with hosted(Trouble(latency_ms=80)) as host:
        venue = host.venue()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        drive(venue, 0, 100.0)
        driven_s, begun = loop.time() - begun, loop.time()
        await venue.account()
        assert loop.time() - begun >= 0.08
        assert driven_s < 0.08 * 4
        venue.close()


@pytest.mark.parametrize(
    "line",
    [b"\xff\n", b"[]\n", b'{"id":1}\n', b'{"id":1,"call":"account"}\n', b'{"id":1,"call":"match","x":NaN}\n'],
)
async def test_nonsense_ends_its_own_connection_or_is_refused(line: bytes) -> None:
    with hosted() as host:
        venue = host.venue()
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(host.path))
            stranger.settimeout(5)
            stranger.sendall(line)
            answer = stranger.recv(4096)
        assert answer == b"" or json.loads(answer)["error"] == "UsageInvalid"
        assert (await venue.account()).currency == "USDT"
        venue.close()


async def test_a_host_that_is_gone_can_be_asked_again_when_it_is_back(tmp_path: Path) -> None:
    with pytest.raises(VenueRetryable, match="start it with"):
        HostedVenue(tmp_path / "none", ACCOUNT)
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
    for ask in (venue.positions(), venue.account()):
        with pytest.raises(VenueRetryable):
            await ask
    with pytest.raises(VenueRetryable):
        venue.match(flat(1, 100.0), 0)
    with pytest.raises(VenueRetryable, match="not sent"):
        await venue.submit(order("a", Side.BUY, "2"))
    venue.close()


async def test_a_host_that_was_started_anew_knows_an_account_once_it_is_driven() -> None:
    with hosted() as first:
        venue = first.venue()
        drive(venue, 0, 100.0)
        await venue.account()
        with hosted(folder=first.folder, name="anew") as anew:
            venue._path = anew.path
            TradingLine.close(venue)
            with pytest.raises(VenueRetryable, match="no account"):
                await venue.account()
            with pytest.raises(VenueRetryable, match=r"not sent: .*no account"):
                await venue.submit(order("a", Side.BUY, "2"))
            venue._drop_drive()
            drive(venue, 1, 100.0)
            assert (await venue.account()).currency == "USDT"
            venue.close()


def test_a_script_of_trouble_is_read_or_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "trouble.toml"
    path.write_text(
        'latency_ms = 40\n[[line]]\nfault = "garbage"\ncall = "submit"\nevery = 10\n'
        '[[venue]]\nfault = "partial"\nshare = 0.25\n[[outage]]\nfrom_ns = 1\nuntil_ns = 2\n'
    )
    found = load_trouble(path)
    assert found.latency_ms == 40
    assert [found.line[0].hits(count) for count in (1, 9, 10, 11, 20)] == [False, False, True, False, True]
    assert found.venue.rules[0].share == Decimal("0.25")
    assert len(found.venue.outages) == 1
    for text, words in (
        ("latency = 1", "unknown key 'latency'"),
        ("latency_ms = -1", "latency_ms is not"),
        ('[[line]]\nfault = "garbage"', r"\[\[line\]\] 1"),
        ('[[line]]\nfault = "none"\ncall = "submit"', r"\[\[line\]\] 1: .*none"),
        ('[[venue]]\nkind = "partial"', r"\[\[venue\]\] 1: has unknown keys"),
        ("[[", "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigInvalid, match=words):
            load_trouble(path)


def test_the_bars_of_these_tests_begin_at_a_minute() -> None:
    assert START_NS % NS_PER_MIN == 0
    assert Hosting(Path("x"), Path("y")).market == ()
