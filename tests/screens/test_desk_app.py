"""What keys do: what is sent, when, and what a person is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.screens.desk_cards import HANDOFF, PROPOSAL, decided
from tests.screens.desk_scenes import alert_storm, in_trade, paused, proposal_waiting
from tests.screens.desk_stage import StagedDesk, desk_of, press, quiet, settle, shown, staged, verbs
from tests.screens.desk_views import NOW_NS
from tests.screens.table_views import all_screens
from ytc_tui.client import Receipt
from ytc_tui.errors import EngineUnreachable
from ytc_tui.model.commands import Verb
from ytc_tui.model.session import Gate
from ytc_tui.screens import panes
from ytc_tui.screens.actions import ACTIONS, Group, key_text
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.dialogs.asking import ReadingDialog, TextDialog
from ytc_tui.screens.palette import ActionCommands, ThingCommands, things
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.reading import Reading
from ytc_tui.views.waiting import WaitingView

KEYS = {action.id: action.key for action in ACTIONS}
REFUSED = Receipt("C1", False, "refused after emergency_stop", "s-1", NOW_NS)
Desk = tuple[StagedDesk, Pilot[Any]]


# ---- the table ---------------------------------------------------------------------------------------


def test_the_table_is_unique_and_every_row_is_a_method() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert len({action.key for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        screen = action.group is Group.SCREEN
        assert action.id in DeskApp.MODES if screen else callable(getattr(DeskApp, f"action_{action.id}"))


async def test_bindings_palette_and_help_are_the_table() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        bound = {binding.id for _, binding in app._bindings if binding.id}
        assert {action.id for action in ACTIONS} <= bound
        # A desk on its own engine: nothing of a playback, and no other session.
        there = [each for each in ACTIONS if each.shown(playback=False) and each.id != "sessions"]
        palette = [hit.text async for hit in ActionCommands(app.screen).discover()]
        assert palette == [action.title for action in there]
        await press(pilot, "question_mark")
        text = app.screen.query_one(Reading).content.plain
        for action in there:
            assert f"{key_text(action.key):<8} {action.title:<14} {action.does}" in text
        assert Group.PLAYBACK.value not in text


async def test_the_palette_runs_what_the_key_runs() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        found = [hit async for hit in ActionCommands(app.screen).search("Stop entries")]
        await found[0].command()
        await quiet(pilot)
        assert verbs(app) == [Verb.STOP_ENTRIES]


# ---- pausing, alerts, looking ------------------------------------------------------------------------


async def test_pause_at_once_resume_with_a_reason() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, "p")
        assert verbs(app) == [Verb.PAUSE]
    app = staged(paused())
    async with desk_of(app) as pilot:
        await press(pilot, "p", "enter")
        assert isinstance(app.screen, TextDialog)
        assert "a reason is needed" in shown(pilot, "#dialog-problem")
        await press(pilot, "o", "k", "enter")
        assert [(each.verb, each.reason) for each in app.engine.sent] == [(Verb.RESUME, "ok")]


async def test_escape_from_resume_sends_nothing() -> None:
    app = staged(paused())
    async with desk_of(app) as pilot:
        await press(pilot, "p", "o", "k", "escape")
        assert not app.engine.sent


async def test_acknowledge_is_of_the_selected_alert() -> None:
    app = staged(alert_storm())
    async with desk_of(app) as pilot:
        app.screen.query_one("#alerts-table").focus()
        await press(pilot, "down", "k")
        assert [(each.verb, each.target) for each in app.engine.sent] == [(Verb.ACK, "A101")]
        await press(pilot, "end", "k")
        assert len(app.engine.sent) == 1
        assert "was acknowledged by alex" in app.words_said[-1]


async def test_why_asks_about_what_is_selected() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, "w")
        assert app.engine.asked_why == ["T0001"]
        assert isinstance(app.screen, ReadingDialog)
        await press(pilot, "escape")
        app.screen.query_one("#orders-table").focus()
        await press(pilot, "down", "w")
        assert app.engine.asked_why[-1] == "yp6w3n5rcd2ujis7q"


async def test_leaving_asks_only_about_an_engine_of_our_own() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, "q")
        assert isinstance(app.screen, ModalScreen)
        await press(pilot, "l")
    assert app.return_value == 0
    assert not app.engine.sent
    app = staged(in_trade(), owned=False)
    async with desk_of(app) as pilot:
        await pilot.press("q")
    assert app.return_value == 0
    assert not app.still.stopped


@pytest.mark.parametrize(
    ("table", "screen", "key"),
    [("positions", "trades", "T0001"), ("agents", "agents", None), ("risk", "risk", None)],
)
async def test_enter_opens_the_screen_on_which_a_row_is_told_whole(
    table: str, screen: str, key: str | None
) -> None:
    app = staged(all_screens(**in_trade()))
    async with desk_of(app) as pilot:
        rows = app.screen.query_one(f"#{table}-table", LiveTable)
        rows.focus()
        await press(pilot, "down", "enter")
        assert app.current_mode == screen
        opened = app.screen.query_one("#rows", LiveTable)
        while not opened.rows:
            await pilot.pause()
        assert opened.cursor_key == (key or rows.cursor_key)


async def test_the_palette_opens_what_is_on_the_desk() -> None:
    app = staged(all_screens(**in_trade()))
    async with desk_of(app) as pilot:
        found = {thing.name: thing for thing in things(app)}
        assert {"BTCUSDT", "ETHUSDT", "T0001", "monitoring"} <= found.keys()
        for query, mode in (("BTCUSDT", "desk"), ("monitoring", "agents"), ("T0001", "trades")):
            hits = [hit async for hit in ThingCommands(app.screen).search(query)]
            await max(hits, key=lambda hit: hit.score).command()
            await quiet(pilot)
            assert app.current_mode == mode
        assert app.chart == ("BTCUSDT", 1)
        assert app.chart_chosen


# ---- answers -----------------------------------------------------------------------------------------


async def test_an_answer_carries_the_hash_of_the_card_that_is_open() -> None:
    done = decided(HANDOFF, "approved", card_id="H0000")
    scene = {**proposal_waiting(), "waiting": WaitingView((PROPOSAL, HANDOFF, done), 2, 0)}
    app = staged(scene)
    async with desk_of(app) as pilot:
        await press(pilot, "h", "a", "down", "x", "down", "a", "x")
        sent = [(each.verb, each.target, each.content_hash) for each in app.engine.sent]
        assert sent == [
            (Verb.APPROVE, "P0002", PROPOSAL.content_hash),
            (Verb.REJECT, "H0001", HANDOFF.content_hash),
        ]
        grey = {key.action for key in app.screen.query_one(KeyFooter).keys if not key.alive}
        assert {"approve", "reject"} <= grey


async def test_who_opens_approvals_finds_the_cursor_on_what_waits() -> None:
    done = decided(HANDOFF, "approved", card_id="H0000")
    app = staged({**proposal_waiting(), "waiting": WaitingView((HANDOFF, done), 1, 0)})
    async with desk_of(app) as pilot:
        await press(pilot, "h", "down", "escape")
        app.engine.tell(waiting=WaitingView((PROPOSAL, HANDOFF, done), 2, 0))
        await quiet(pilot)
        await press(pilot, "h", "a")
        assert [command.target for command in app.engine.sent] == ["P0002"]


async def test_a_card_that_was_decided_meanwhile_is_not_answered() -> None:
    app = staged(proposal_waiting())
    async with desk_of(app) as pilot:
        await press(pilot, "h")
        app.engine.tell(waiting=WaitingView((decided(PROPOSAL, "expired"),), 0, 0))
        while "expired" not in shown(pilot, "#behind-text"):
            await pilot.pause()
        await press(pilot, "a")
        assert not app.engine.sent


# ---- receipts ----------------------------------------------------------------------------------------


async def test_a_refusal_is_shown_with_its_reason() -> None:
    app = staged(in_trade())
    app.engine.receipt = REFUSED
    async with desk_of(app) as pilot:
        await press(pilot, "p")
        assert shown(pilot, "#said") == "pause: refused: refused after emergency_stop"
        assert app.link.top is not None
        assert app.link.top.gate is Gate.ACTIVE


async def test_unconfirmed_is_said() -> None:
    app = staged(in_trade())
    app.engine.receipt = Receipt("C1", True, "cancels sent", "s-1", NOW_NS, (), ("yk4m2q7tzx3ahbf5e",))
    async with desk_of(app) as pilot:
        await press(pilot, "s")
        assert "unconfirmed: yk4m2q7tzx3ahbf5e" in shown(pilot, "#said")


async def test_no_answer_is_not_confirmed() -> None:
    app = staged(in_trade())
    app.engine.trouble = EngineUnreachable("nobody answers at the socket")
    async with desk_of(app) as pilot:
        await press(pilot, "p")
        assert shown(pilot, "#said") == "pause: NOT confirmed: nobody answers at the socket"


async def test_a_pane_is_filled_again_when_its_view_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    app = staged(in_trade())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        filled: list[object] = []
        monkeypatch.setattr(panes.RiskPane, "show", lambda pane, view: filled.append(view))
        app.show_views()
        assert filled == []
        another = replace(in_trade()["risk"], trades_taken=7)
        app.engine.tell(risk=another)
        while not filled:
            await pilot.pause()
        app.show_views()
        assert filled == [another]
