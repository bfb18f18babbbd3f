"""Screens of one table: their pictures, the filter, and what is behind a row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.desk_views import AGENTS
from tests.screens.table_views import all_screens
from tests.screens.test_desk_pictures import Compare, both_sizes
from ytc_tui.model.commands import Verb
from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.dialogs.flatten import FlattenDialog
from ytc_tui.screens.table_screen import AGAIN_S, STOPPED_S, TableScreen
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.views.agent_health import AgentsView

KEYS = {action.id: action.key for action in ACTIONS}
SCREENS = [name for name, screen in StagedDesk.MODES.items() if issubclass(screen, TableScreen)]
FEW = ("monitoring", "trend_definition", "logging_audit")
Shown = Callable[[Pilot[Any]], Awaitable[None]]


def opened(screen: str, *keys: str) -> Shown:
    """Settle, open `screen`, press `keys`, and wait until what is behind the row was answered."""

    async def before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press(KEYS[screen])
        await pilot.pause()
        assert isinstance(pilot.app, StagedDesk)
        pilot.app.engine.tell(**pilot.app.engine.scene)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause(STOPPED_S + 0.05)

    return before


def table_of(app: StagedDesk) -> LiveTable:
    return app.screen.query_one(LiveTable)


@both_sizes
@pytest.mark.parametrize("screen", SCREENS)
def test_screen(snap_compare: Compare, screen: str, size: tuple[int, int]) -> None:
    assert snap_compare(staged(all_screens()), terminal_size=size, run_before=opened(screen, "down"))


@both_sizes
def test_filtered(snap_compare: Compare, size: tuple[int, int]) -> None:
    shown = opened("agents", "slash", *"def|exec")
    assert snap_compare(staged(all_screens()), terminal_size=size, run_before=shown)


async def test_screens_are_opened_by_their_keys_and_from_the_list() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for opening in ((), ("o",)):
            for screen in reversed(StagedDesk.MODES):
                await pilot.press(*opening, KEYS[screen])
                await pilot.pause()
                assert app.current_mode == screen


async def test_before_there_is_a_session_every_screen_is_empty() -> None:
    app = staged({})
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for screen in SCREENS:
            await pilot.press(KEYS[screen])
            await pilot.pause()
            assert table_of(app).rows == () or screen == "review"  # there may have been sessions before


def agents_left(app: StagedDesk) -> list[str]:
    return [row.key for row in table_of(app).rows]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("trend|moni", ["monitoring", "trend_definition"]),
        ("TREND", ["trend_definition"]),
        ("ok .* 100 ", ["monitoring", "trend_definition"]),
        ("-trend", ["logging_audit", "monitoring"]),
        ("!trend", ["logging_audit", "monitoring"]),
        (r"\-", ["logging_audit"]),
        ("-", ["logging_audit", "monitoring", "trend_definition"]),
        ("nobody", []),
    ],
)
async def test_a_filter_leaves_the_rows_in_which_it_is_found(typed: str, left: list[str]) -> None:
    few = tuple(row for row in AGENTS.rows if row.name in FEW)
    app = staged(all_screens(agents=AgentsView(few)))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents", "slash")(pilot)
        app.screen.query_one("#filter", Input).value = typed
        await pilot.pause()
        assert sorted(agents_left(app)) == left
        await pilot.press("escape")
        assert sorted(agents_left(app)) == sorted(FEW)
        assert app.focused is table_of(app)


async def test_what_is_no_expression_is_said_and_hides_nothing() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents", "slash", *"a(b")(pilot)
        assert len(table_of(app).rows) == len(AGENTS.rows)
        assert "no regular expression" in str(app.screen.query_one("#table-pane").border_title)


async def test_a_filter_stays_while_rows_change_and_the_flatten_key_flattens_in_it() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents", "slash", *"trend", "enter")(pilot)
        assert agents_left(app) == ["trend_definition"]
        app.engine.tell(agents=AgentsView(tuple(reversed(AGENTS.rows))))
        await pilot.pause()
        assert agents_left(app) == ["trend_definition"]
        await pilot.press("slash")
        await pilot.pause()
        assert [key.title for key in app.screen.query_one(KeyFooter).keys] == ["Flatten"]
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert [command.verb for command in app.engine.sent] == [Verb.STOP_ENTRIES, Verb.CANCEL]
        assert isinstance(app.screen, FlattenDialog)


# ---- behind a row ------------------------------------------------------------------------------------


async def test_the_engine_is_asked_where_the_cursor_stopped() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents")(pilot)
        app.engine.asked_why.clear()
        await pilot.press(*["down"] * 5)
        await pilot.pause(STOPPED_S * 2)
        assert app.engine.asked_why == [AGENTS.rows[5].name]
        shown = str(app.screen.query_one("#behind-text").render())
        assert AGENTS.rows[5].title in shown
        assert "setup PB, score 78" in shown


async def test_it_is_asked_again_when_the_row_has_changed_but_not_at_once() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents")(pilot)
        app.engine.asked_why.clear()
        for runs, later_s in ((12, AGAIN_S / 2), (13, AGAIN_S)):
            first = replace(AGENTS.rows[0], runs=runs)
            app.clock.now += later_s
            app.engine.tell(agents=AgentsView((first, *AGENTS.rows[1:])))
            await pilot.pause(STOPPED_S)
        assert app.engine.asked_why == [AGENTS.rows[0].name]


async def test_why_asks_about_the_row_and_a_component_that_is_no_agent_is_not_asked_about() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("health")(pilot)
        assert app.engine.asked_why == []
        await pilot.press("down", "w")
        await pilot.pause(STOPPED_S)
        assert app.engine.asked_why[-1] == "trend_definition"


async def test_an_answer_from_the_engine_cannot_act() -> None:
    app = staged(all_screens())
    app.engine.why = "[bold red]hot[/] \x1b]0;x\x07 [@click=app.leave]x[/]"
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("agents")(pilot)
        shown = str(app.screen.query_one("#behind-text").render())
        assert "[bold red]hot[/]" in shown
        assert "\x1b" not in shown


async def test_one_part_over_the_whole_screen_and_back() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("risk", "z")(pilot)
        assert app.screen.query_one("#table-pane").size.width > 110
        assert not app.screen.query_one("#behind-pane").display
        await pilot.press("z", "enter", "z")
        assert app.screen.query_one("#behind-pane").size.width > 110


async def test_escape_closes_what_was_opened_last_and_then_goes_back() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("risk")(pilot)
        await pilot.press(KEYS["agents"], "slash", *"trend", "enter", "z", "enter")
        await pilot.pause()
        title = str(app.screen.query_one("#table-pane").border_title)
        assert "Desk › Risk › Agents" in title
        await pilot.press("escape")
        assert app.focused is table_of(app)
        assert agents_left(app) == ["trend_definition"]
        await pilot.press("escape")
        assert agents_left(app) == [row.name for row in AGENTS.rows]
        await pilot.press("escape")
        assert not app.screen.has_class("-zoomed")
        for mode in ("risk", "desk", "desk"):
            await pilot.press("escape")
            await pilot.pause()
            assert app.current_mode == mode
        await pilot.press(KEYS["agents"], KEYS["health"], KEYS["agents"])
        assert app.trail == ["desk", "agents"]


# ---- trades ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("downs", "position", "order"),
    [
        (0, "T0002", None),
        (2, "T0002", "ystop2"),
        (5, "T0001", None),
        (6, None, "yflatten0"),
    ],
)
async def test_keys_act_on_the_trade_or_the_order_of_the_row(
    downs: int, position: str | None, order: str | None
) -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("trades", *["down"] * downs)(pilot)
        assert app.selected("positions-table") == position
        assert app.selected("orders-table") == order
        assert app.selected("alerts-table") is None


# ---- watchlist ---------------------------------------------------------------------------------------


async def test_enter_shows_the_chart_of_the_symbol_on_the_desk() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("watchlist", "end", "enter")(pilot)
        assert app.current_mode == "desk"
        assert app.chart == ("ADAUSDT", 1)
