"""The journal on a real engine: searched from the desk, entry by entry, and asked over its socket."""

from __future__ import annotations

import stat
from collections.abc import Callable

import pytest
from textual.widgets import Input

from tests.journeys.desk import Desk, demo, desk_on
from tests.journeys.process import Home
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.session import Phase
from ytc_tui.views.journal_query import Condition, ConditionKind, PageQuery

Start = Callable[[Flags], ProcessEngine]


async def looks_for(desk: Desk, text: str) -> None:
    """Clear the filter if there is one, type `text` and enter."""
    clears = ("escape",) if desk.app.screen.query_one("#filter", Input).value else ()
    await desk.press(*clears, "/", *text, "enter")


async def test_an_entry_is_found_by_typing_a_filter_and_read_whole(start: Start, user: Home) -> None:
    async with desk_on(start(demo("60"))) as desk:
        await desk.begins()
        await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
        await desk.press("p")
        await desk.hears("pause: accepted")
        await desk.press("8")
        await desk.sees("what happened", "operator", "pause by")
        await looks_for(desk, "type:phase* /session_open -> active/")
        await desk.sees("1 found: type:phase* /session_open -> active/", "session_open -> active_trading")
        await desk.sees("PhaseChanged, version 1", "wall time", "previous", "analysis_delivered")
        await looks_for(desk, "agent:setup_scanner -type:AnswerRepeated at:04:20")
        await desk.sees("setup_scanner answered success", "w explains setup_scanner")
        await desk.press("w")
        await desk.sees("Why: setup_scanner")
        await desk.press("escape")
        await looks_for(desk, "tpye:order")
        await desk.sees("there is no tpye:, column 1")
        await looks_for(desk, "/(.*)*(.*)*(.*)*zq9/")
        await desk.sees("takes more than 0.25 s", "pause by")
        client = desk.app.client
        assert client is not None
        page = await client.page(PageQuery((Condition(ConditionKind.WORDS, "BTCUSDT"),), rows=3))
        assert (len(page.rows), page.no_index) == (3, "")
        whole = await client.entry(page.rows[0].seq)
        assert whole is not None and whole.row == page.rows[0]
        with pytest.raises(UsageInvalid, match="no event type is like 'ordr_'"):
            await client.page(PageQuery((Condition(ConditionKind.TYPE, "ordr_"),)))
        session = desk.top.session_id
    index = user.paper / "search" / f"{session}.db"
    assert stat.S_IMODE(index.stat().st_mode) == 0o600
    assert user.ytc("verify").returncode == 0
