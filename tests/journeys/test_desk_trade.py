"""One trade of the demo on the desk: proposed, approved or not, followed, moved, closed by rule and by hand.

Each test takes the record up at the instant at which the ETHUSDT short waits for its answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

from tests.journeys.desk import PROPOSE, Desk, demo, desk_on
from tests.journeys.process import Home
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags
from ytc_tui.model.market import Side
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.views.catalog import chart_name
from ytc_tui.views.chart import LineKind
from ytc_tui.views.exposure import Protection

Start = Callable[[Flags], ProcessEngine]
# Slow where keys are pressed while the trade is open: it lasts 500 s of feed time.
BY_HAND, WATCHED = "30", "60"
QUANTITY, STOP = Decimal("6.728"), Decimal("1484.94")


async def asked(desk: Desk) -> None:
    """The trade waits for an answer, and the feed for it."""
    await desk.begins()
    await desk.until(lambda: desk.top.approvals_waiting == 1)
    await desk.press("h")
    await desk.sees("P0001", "PB short ETHUSDT", "pending", "1484.94", "6.728", "a Approve")


async def enters(desk: Desk) -> None:
    """Approve it, and wait until it is held and protected."""
    await asked(desk)
    await desk.press("a")
    await desk.hears("approve: accepted")
    await desk.press("escape")
    await desk.until(lambda: bool(desk.positions))


async def test_from_setup_to_close(start: Start, at_the_proposal: Home) -> None:
    async with desk_on(start(demo(WATCHED, *PROPOSE))) as desk:
        await enters(desk)
        [row] = desk.positions
        assert (row.symbol, row.side, row.quantity, row.stop) == ("ETHUSDT", Side.SELL, QUANTITY, STOP)
        assert row.protection is Protection.VENUE
        await desk.sees("ETHUSDT", "short", "6.728", "1473.18", "at venue", "protective stop")
        chart = chart_name("ETHUSDT", 1)
        await desk.until(lambda: chart in desk.app.link.views and bool(desk.app.link.views[chart].lines))
        lines = {line.kind: line.price for line in desk.app.link.views[chart].lines}
        assert (lines[LineKind.ENTRY], lines[LineKind.STOP]) == (1473.18, 1484.94)
        await desk.until(lambda: not desk.positions)
        await desk.sees("no position", "P&L -25.16 USDT")
        [trade] = json.loads(at_the_proposal.ytc("status", "--json").stdout)["trades"]
        assert (trade["exit_reason"], trade["pnl"]) == ("scratch", "-25.15981351")


async def test_why_a_trade_and_why_none(start: Start, at_the_proposal: Home) -> None:
    async with desk_on(start(demo(BY_HAND, *PROPOSE))) as desk:
        await desk.begins()
        # Nothing is held: the question is about this moment, at which nobody had answered yet.
        await desk.press("w")
        await desk.sees("Why: 04:41", "decision D0001 on PB-ETHUSDT-sell", "ok  setup_score")
        await desk.press("escape")
        await desk.app.explain("04:30").wait()
        await desk.sees("Why: 04:30", "no trade", "the pullback has not turned")
        await desk.press("escape")
        await enters(desk)
        await desk.press("w")
        await desk.sees("Why: T0001", "score 80 of 70 needed", "ok  setup_score")


async def test_a_rejected_trade_is_none(start: Start, at_the_proposal: Home) -> None:
    async with desk_on(start(demo(WATCHED, *PROPOSE))) as desk:
        await asked(desk)
        waited_ns = desk.top.at_ns
        await desk.press("x")
        await desk.hears("reject: accepted")
        await desk.sees("rejected by")
        await desk.press("escape")
        # Past the minute in which it would have been entered.
        await desk.until(lambda: desk.top.at_ns > waited_ns + 120 * 10**9)
        assert desk.positions == ()
        assert desk.app.link.views["risk"].trades_taken == 0


async def test_stop_to_breakeven_and_half_closed_by_hand(start: Start, at_the_proposal: Home) -> None:
    async with desk_on(start(demo(BY_HAND, *PROPOSE))) as desk:
        await enters(desk)
        await desk.press("c")
        await desk.sees(
            "Close ETHUSDT short 6.728 (T0001)", "buy 50 % of 6.728 ETHUSDT at market, reduce-only"
        )
        await desk.press("3")
        await desk.hears("close: accepted")
        await desk.until(lambda: [row.quantity for row in desk.positions] == [QUANTITY / 2])
        # The stop may move there once the price is past it.
        await desk.until(lambda: (desk.positions[0].pnl or 0) > 0)
        await desk.press("b")
        await desk.sees("Breakeven: ETHUSDT short 3.364", "move the stop from 1484.94 to breakeven")
        await desk.press("y")
        await desk.hears("stop: accepted")
        await desk.until(lambda: desk.positions[0].stop != STOP)
        [row] = desk.positions
        assert row.stop is not None
        assert row.stop < Decimal("1473.18")  # the costs are included
        assert row.protection is Protection.VENUE


async def test_flatten_with_the_typed_word(start: Start, at_the_proposal: Home) -> None:
    async with desk_on(start(demo(BY_HAND, *PROPOSE))) as desk:
        await enters(desk)
        await desk.press("!")
        await desk.hears("stop-entries: accepted")
        await desk.hears("cancel: accepted")
        await desk.sees("Emergency flatten", "buy 6.728 ETHUSDT at market, reduce-only", "type FLAT")
        await desk.enter("flat")
        await desk.sees("not FLAT: nothing was closed")
        assert desk.positions
        await desk.enter("FLAT")
        await desk.sees("Verified flat: the venue confirms that nothing is open.")
        await desk.hears("flatten: accepted")
        assert desk.positions == ()
        await desk.press("escape")
        await desk.until(lambda: desk.top.status is SessionStatus.PAUSED)
        assert desk.top.gate is Gate.REDUCING
        # Only a reason opens the gate again.
        await desk.press("p")
        await desk.sees("Resume trading")
        await desk.enter("")
        await desk.sees("a reason is needed")
        await desk.enter("seen")
        await desk.hears("resume: accepted")
        await desk.until(lambda: desk.top.gate is Gate.ACTIVE)
