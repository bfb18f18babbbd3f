"""Another running session on the same desk: it is listed, turned to, and nothing of the first is left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, StillEngine, StillHandle, settle, staged
from tests.screens.desk_views import top_view
from tests.screens.table_views import all_screens
from tests.screens.test_containment import text_of
from tests.screens.test_desk_foreign import EVIL, assert_harmless
from tests.screens.test_desk_pictures import Compare, both_sizes
from ytc_tui.client import NEWEST, Page, PageRow
from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.link import RunningSession
from ytc_tui.screens.palette import ActionCommands
from ytc_tui.views.journal_query import PageQuery

KEYS = {action.id: action.key for action in ACTIONS}
HERE, THERE = "run-a (pid 11)", "run-b (pid 22)"


class OtherEngine(StillEngine):
    """Its journal is another one, and it is closed when it is left."""

    closed = False

    async def page(self, query: PageQuery = NEWEST) -> Page:
        return Page("s-2", (PageRow(3, 0, "x", "other", "of the other session"),), 0)

    async def aclose(self) -> None:
        self.closed = True


def attached(scene: Any, other: StillEngine, *words: str, **more: Any) -> StagedDesk:
    """A desk on one of two running sessions."""
    handles = [
        StillHandle(StillEngine(scene), owned=False, description=HERE),
        StillHandle(other, owned=False, description=THERE),
    ]
    told = words or ("paper active_trading, P&L 32.12", "paper pre_market, P&L 0")
    found = [RunningSession(text, handle) for text, handle in zip(told, handles, strict=True)]

    async def find_sessions() -> list[RunningSession]:
        return found

    return staged(scene, find_sessions=find_sessions, owned=False, description=HERE, **more)


def quiet_engine() -> OtherEngine:
    """Nothing but its top line is known of it."""
    top = top_view(account_id="second", symbols=("SOLUSDT",), pnl=Decimal("7.77"))
    return OtherEngine({"top": top})


async def turned(pilot: Pilot[Any], key: str = "2") -> None:
    await pilot.press("A")
    await pilot.pause()
    await pilot.press(key)
    for _ in range(20):
        await pilot.pause()


@both_sizes
def test_the_list(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def asked(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("A")
        await pilot.pause()

    app = attached(in_trade(), quiet_engine())
    assert snap_compare(app, terminal_size=size, run_before=asked)


async def test_another_session_is_turned_to_and_nothing_of_the_first_is_left() -> None:
    other = quiet_engine()
    app = attached(all_screens(**in_trade()), other)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        # Every screen has shown the first session, and somebody chose a chart, a filter and a zoom there.
        for name in StagedDesk.MODES:
            await pilot.press(KEYS[name])
            await pilot.pause()
        await pilot.press(KEYS["trades"], "slash", *"T0", "enter", KEYS["desk"], "z", "y")
        await pilot.pause()
        assert "1473.18" in text_of(app)
        await turned(pilot)
        assert app.handle.description == THERE
        assert (app.client, app.current_mode) == (other, "desk")
        assert "+7.77" in text_of(app) and not app.screen.has_class("-zoomed")
        for name in StagedDesk.MODES:
            await pilot.press(KEYS[name])
            await pilot.pause()
            painted = text_of(app)
            for words in ("1473.18", "BTCUSDT", "T0001", "T0 "):
                assert words not in painted, (name, words)
        assert app.link.views["top"].account_id == "second"
        # What is sent from now on goes there.
        await pilot.press("s")
        await pilot.pause()
        assert len(other.sent) == 1 and app.engine.sent == []
        # And back again.
        await turned(pilot, "1")
        assert app.handle.description == HERE
        assert other.closed


async def test_escape_and_the_present_session_change_nothing() -> None:
    app = attached(in_trade(), quiet_engine())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        link = app.link
        for key in ("escape", "1"):
            await turned(pilot, key)
            assert app.link is link
            assert app.handle.description == HERE
        assert "1473.18" in text_of(app)


async def test_while_a_command_has_no_answer_the_desk_stays() -> None:
    app = attached(in_trade(), quiet_engine())
    answered = asyncio.Event()
    send = app.engine.send

    async def slowly(command: Any) -> Any:
        await answered.wait()
        return await send(command)

    app.engine.send = slowly  # type: ignore[method-assign]
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await turned(pilot)
        assert "no answer yet" in app.words_said[-1]
        assert app.handle.description == HERE
        answered.set()
        await pilot.pause()
        await turned(pilot)
        assert app.handle.description == THERE


async def test_words_of_an_engine_cannot_act() -> None:
    app = attached(in_trade(), quiet_engine(), EVIL, "b")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("A")
        await pilot.pause()
        assert_harmless(app)


async def test_a_desk_on_an_engine_of_its_own_has_no_such_key() -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("A")
        await pilot.pause()
        assert app.screen is app.screen_stack[0]
        assert "Sessions" not in [hit.text async for hit in ActionCommands(app.screen).discover()]


@pytest.mark.parametrize("count", [0, 12])
async def test_none_or_many(count: int) -> None:
    handle = StillHandle(quiet_engine(), owned=False, description=THERE)
    found = [RunningSession(f"session {n}", replace(handle, description=f"run-{n}")) for n in range(count)]

    async def find_sessions() -> list[RunningSession]:
        return found

    app = staged(in_trade(), find_sessions=find_sessions, owned=False, description=HERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("A")
        await pilot.pause()
        if count:
            assert "session 8" in text_of(app) and "session 9" not in text_of(app)
            assert "3 more" in text_of(app)
        else:
            assert "no engine answers" in app.words_said[-1]
