"""Many calls on one line to a host, and what they share."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.adapters.venues.host.hosting import hosted
from tests.adapters.venues.host.test_host import drive
from tests.adapters.venues.paper_bench import order
from ytc_tui.adapters.venues.host.trouble import LineFault, LineRule, Trouble
from ytc_tui.adapters.venues.host.wire import Call
from ytc_tui.errors import VenueOutcomeUnknown, VenueRetryable
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind


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
