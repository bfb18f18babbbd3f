"""A failure planted in each part of each screen: that part shows a card, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.widget import Widget

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.playback_stage import moves, played
from ytc_tui.screens import engine_screen, panes, rows
from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.agents import AgentsScreen
from ytc_tui.screens.containment import HELPLESS, Part
from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.journal import JournalScreen
from ytc_tui.screens.widgets.candle_chart import CandleChart
from ytc_tui.screens.widgets.live_table import LiveTable

pytestmark = pytest.mark.breaks
PANES = (
    panes.PhasePane, panes.RiskPane, panes.AlertsPane, panes.ExposurePane, panes.AgentsPane, panes.ChartPane
)  # fmt: skip


KEYS = {action.id: action.key for action in ACTIONS}


def breaking(*_: Any, **__: Any) -> Any:
    raise ValueError("planted [bold]\x1b]0;x\x07")


def text_of(app: StagedDesk) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def failed(app: StagedDesk) -> list[str]:
    return [type(part).__name__ for part in app.screen.query(Part) if part.failure]


async def lives_on(app: StagedDesk, pilot: Any, *parts: str) -> None:
    """The card is there, foreign text in it is harmless, and keys are still heard."""
    await pilot.pause()
    assert failed(app) == list(parts)
    assert HELPLESS[:22] in text_of(app)
    assert "\x1b" not in text_of(app)
    app.engine.tell()
    await pilot.press("p")
    await pilot.pause()
    assert [command.verb.value for command in app.engine.sent] == ["pause"]


@pytest.mark.parametrize("method", ["show", "content"])
@pytest.mark.parametrize("pane", PANES, ids=[pane.__name__ for pane in PANES])
async def test_a_pane_that_fails_leaves_the_others_whole(
    pane: type[panes.Pane], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pane, method, breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await lives_on(app, pilot, pane.__name__)


@pytest.mark.parametrize(
    ("widget", "method", "part"),
    [
        (LiveTable, "render_line", "RiskPane"),
        (CandleChart, "render_line", "ChartPane"),
    ],
)
async def test_a_widget_that_fails_takes_its_own_pane_alone(
    widget: type[Widget], method: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        whole: Callable[..., Any] = getattr(widget, method)

        def in_one(self: Widget, *args: Any, **kwargs: Any) -> Any:
            around = next((a for a in self.ancestors if isinstance(a, panes.Pane)), None)
            return breaking() if type(around).__name__ == part else whole(self, *args, **kwargs)

        monkeypatch.setattr(widget, method, in_one)
        app.screen.query_one(part).refresh()
        for child in app.screen.query_one(part).query(Widget):
            child.refresh()
        await lives_on(app, pilot, part)


@pytest.mark.parametrize("method", ["_redraw", "set_view"])
async def test_a_chart_that_cannot_be_drawn_takes_its_own_pane_alone(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(CandleChart, method, breaking)
        view = app.engine.scene["chart/ETHUSDT/1"]
        app.engine.tell(**{"chart/ETHUSDT/1": replace(view, last=1470.0)})
        await pilot.pause()
        await lives_on(app, pilot, "ChartPane")


async def test_a_line_of_values_that_cannot_be_drawn_takes_its_own_pane_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rows, "sparkline", breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await lives_on(app, pilot, "AgentsPane")


async def test_a_key_of_the_chart_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CandleChart, "action_bar_before", breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.screen.query_one(CandleChart).focus()
        await pilot.press("left")
        assert "that failed: ValueError: planted" in app.words_said[-1]
        assert failed(app) == []


async def test_a_key_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiveTable, "action_cursor_down", breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        assert "that failed: ValueError: planted" in app.words_said[-1]
        await pilot.press("p")
        await pilot.pause()
        assert [command.verb.value for command in app.engine.sent] == ["pause"]


@pytest.mark.parametrize("method", ["show_body", "body"])
async def test_a_screen_that_fails_keeps_its_top_line_and_its_keys(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for screen in StagedDesk.MODES.values():
        monkeypatch.setattr(screen, method, breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for name in reversed(StagedDesk.MODES):
            await pilot.press(KEYS[name])
            await lives_on(app, pilot, "Body")
            app.engine.sent.clear()
            assert "PAPER" in text_of(app)


@pytest.mark.parametrize("method", ["rows", "summary", "behind"])
async def test_a_part_of_a_table_screen_that_fails_leaves_the_other_whole(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AgentsScreen, method, breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(KEYS["agents"])
        await lives_on(app, pilot, "BehindPane" if method == "behind" else "TablePane")


async def test_a_journal_that_cannot_be_shown_leaves_its_entries_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(JournalScreen, "show_table", breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(KEYS["journal"])
        await lives_on(app, pilot, "TablePane")


@pytest.mark.parametrize("method", ["show", "content"])
async def test_a_part_that_failed_is_tried_again_when_its_screen_is_opened_anew(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = staged(in_trade())
    with monkeypatch.context() as planted:
        planted.setattr(panes.RiskPane, method, breaking)
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            assert failed(app) == ["RiskPane"]
            planted.undo()
            await pilot.press("8")
            await pilot.press("1")
            await pilot.pause()
            app.show_views()
            await pilot.pause()
            assert failed(app) == []
            assert "session loss" in text_of(app)


async def test_a_view_that_cannot_be_shown_is_followed_by_one_that_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = staged(in_trade())
    with monkeypatch.context() as planted:
        planted.setattr(panes.RiskPane, "show", breaking)
        async with app.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            assert "tried again with the next view" in text_of(app)
            planted.undo()
            app.show_views()
            await pilot.pause()
            assert failed(app) == []
            assert "session loss" in text_of(app)


async def test_a_top_line_that_fails_leaves_the_desk_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_screen, "top_content", breaking)
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await lives_on(app, pilot, "Head")
        assert "session loss" in text_of(app)


async def test_a_line_of_a_playback_that_fails_leaves_the_rest_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_screen, "playback_content", breaking)
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert failed(app) == ["Head"]
        assert "session loss" in text_of(app)
        await pilot.press("full_stop")
        await pilot.pause()
        assert moves(app) == [("bars", 1)]


@pytest.mark.parametrize(
    ("widget", "part"), [("#top-line", "Head"), ("#said", "Foot"), ("KeyFooter", "Foot")]
)
async def test_a_line_that_cannot_be_painted_leaves_the_desk_whole(
    widget: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        line = app.screen.query_one(widget)
        monkeypatch.setattr(line, "render_line", breaking)
        line.refresh()
        await lives_on(app, pilot, part)
        assert "session loss" in text_of(app)


async def test_a_handler_of_a_screen_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(DeskScreen, "on_live_table_row_selected", breaking)
        await pilot.press("enter")
        await pilot.pause()
        assert "that failed: ValueError: planted" in app.words_said[-1]
        assert failed(app) == []


async def test_what_is_missing_because_a_part_is_going_is_no_failure() -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        pane = app.screen.query_one(panes.RiskPane)
        removed = pane.remove()
        pane.guarded(breaking)
        await removed
        assert not pane.failure


async def test_an_event_of_a_screen_that_is_going_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        told = len(app.words_said)
        monkeypatch.setattr(DeskScreen, "on_live_table_row_selected", breaking)
        monkeypatch.setattr(app.screen, "_pruning", True)
        await pilot.press("enter")
        await pilot.pause()
        assert app.words_said[told:] == []
