"""What keys do: what is sent, when, and what a person is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from tests.screens.desk_cards import HANDOFF, PROPOSAL, decided
from tests.screens.desk_scenes import alert_storm, empty, ended, in_trade, paused, proposal_waiting
from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.desk_views import NOW_NS
from tests.screens.table_views import all_screens
from ytc_tui.client import Frame, Receipt
from ytc_tui.errors import EngineUnreachable
from ytc_tui.model.commands import Verb
from ytc_tui.model.session import Gate
from ytc_tui.screens.actions import ACTIONS, TRADING, Group, key_text
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.dialogs.approvals import ApprovalsDialog
from ytc_tui.screens.dialogs.asking import ReadingDialog, TextDialog
from ytc_tui.screens.palette import ActionCommands
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.views.rules import RulesView
from ytc_tui.views.waiting import WaitingView

FLATTEN = "exclamation_mark"
KEYS = {action.id: action.key for action in ACTIONS}
REFUSED = Receipt("C1", False, "refused after emergency_stop", "s-1", NOW_NS)
Desk = tuple[StagedDesk, Pilot[Any]]


@asynccontextmanager
async def desk_of(app: StagedDesk, size: tuple[int, int] = (120, 40)) -> AsyncGenerator[Pilot[Any], None]:
    """The desk on its scene; afterwards it leaves."""
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def quiet(pilot: Pilot[Any]) -> None:
    """Wait until nothing is being sent and every message was handled."""
    for _ in range(20):
        await pilot.pause()
        if not any(worker.group in ("commands", "flatten") for worker in pilot.app.workers):
            break
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    await pilot.press(*keys)
    await quiet(pilot)


def shown(pilot: Pilot[Any], selector: str) -> str:
    """The plain text of the widget `selector` on the top screen."""
    return str(pilot.app.screen.query_one(selector).render())


def verbs(app: StagedDesk) -> list[Verb]:
    return [command.verb for command in app.engine.sent]


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
        text = str(app.screen.query_one(VerticalScroll).query_one(Static).render())
        for action in there:
            assert f"{key_text(action.key):<3} {action.title:<14} {action.does}" in text
        assert Group.PLAYBACK.value not in text


async def test_the_palette_runs_what_the_key_runs() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        found = [hit async for hit in ActionCommands(app.screen).search("Stop entries")]
        await found[0].command()
        await quiet(pilot)
        assert verbs(app) == [Verb.STOP_ENTRIES]


# ---- keys that are dead ------------------------------------------------------------------------------


async def _stale(app: StagedDesk) -> None:
    app.clock.now += 2
    app.show_views()


async def _gone(app: StagedDesk) -> None:
    app.still.over.set()


@pytest.mark.parametrize(
    ("scene", "more", "make_dead", "said"),
    [
        (in_trade, {}, _stale, "STALE"),
        (in_trade, {}, _gone, "ENGINE ENDED"),
        (in_trade, {"read_only": True}, None, "READ-ONLY"),
        (ended, {}, None, "session ended"),
        (empty, {}, None, "no session yet"),
    ],
    ids=["stale", "gone", "read-only", "ended", "no-session"],
)
async def test_dead_keys_send_nothing_and_are_grey(
    scene: Any, more: dict[str, Any], make_dead: Any, said: str
) -> None:
    app = staged(scene(), **more)
    async with desk_of(app) as pilot:
        if make_dead is not None:
            await make_dead(app)
        while not app.dead:
            await pilot.pause()
        await quiet(pilot)
        for action in ACTIONS:
            if action.id in TRADING and action.id != "flatten":
                await press(pilot, action.key)
                assert not isinstance(app.screen, ModalScreen), action.id
        assert not app.engine.sent
        lines = [shown(pilot, selector) for selector in ("#top-line", "#banner")]
        assert said in " ".join(lines)
        grey = {key.action for key in app.screen.query_one(KeyFooter).keys if not key.alive}
        assert "pause" in grey
        assert not grey & {"flatten", "help", "leave"}
        offered = {hit.text async for hit in ActionCommands(app.screen).discover()}
        titles = {action.title for action in ACTIONS if action.id in TRADING - {"flatten"}}
        assert not offered & titles


async def test_a_word_from_the_engine_wakes_the_keys() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await _stale(app)
        await pilot.pause()
        assert app.screen.has_class("-stale")
        app.engine.tell()
        while app.dead:
            await pilot.pause()
        await pilot.pause()
        assert not app.screen.has_class("-stale")
        await press(pilot, "s")
        assert verbs(app) == [Verb.STOP_ENTRIES]


async def test_until_a_screen_has_its_views_what_was_followed_before_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = staged(all_screens())
    async with desk_of(app) as pilot:
        answers = asyncio.Event()
        asked = app.engine.frames

        async def slowly(names: Collection[str]) -> AsyncGenerator[Frame, None]:
            await answers.wait()
            async with aclosing(asked(names)) as frames:
                async for frame in frames:
                    yield frame

        monkeypatch.setattr(app.engine, "frames", slowly)
        followers = len(app.engine.subscriptions)
        for screen in ("agents", "risk"):
            await press(pilot, KEYS[screen])
            await _stale(app)
            app.engine.tell()
            await quiet(pilot)
            assert not app.dead
        answers.set()
        while sum(worker.group == "frames" and worker.is_running for worker in app.workers) > 1:
            await pilot.pause()
        assert len(app.engine.subscriptions) > followers
        assert app.link.view("rules", RulesView) is not None


async def test_what_comes_while_the_desk_goes_is_not_shown() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
    await _stale(app)
    app.say("the engine has ended")
    assert app.words_said[-1] == "the engine has ended"


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


# ---- answers -----------------------------------------------------------------------------------------


async def test_an_answer_carries_the_hash_of_the_card_that_is_open() -> None:
    done = decided(HANDOFF, "approved", card_id="H0000")
    scene = {**proposal_waiting(), "waiting": WaitingView((PROPOSAL, HANDOFF, done), 2, 0)}
    app = staged(scene)
    async with desk_of(app) as pilot:
        await press(pilot, "h", "a", "down", "x", "down", "a")
        sent = [(each.verb, each.target, each.content_hash) for each in app.engine.sent]
        assert sent == [
            (Verb.APPROVE, "P0002", PROPOSAL.content_hash),
            (Verb.REJECT, "H0001", HANDOFF.content_hash),
        ]
        assert "H0000 is approved" in shown(pilot, "#approvals-hint")


async def test_a_card_that_was_decided_meanwhile_is_not_answered() -> None:
    app = staged(proposal_waiting())
    async with desk_of(app) as pilot:
        await press(pilot, "h")
        assert isinstance(app.screen, ApprovalsDialog)
        app.engine.tell(waiting=WaitingView((decided(PROPOSAL, "expired"),), 0, 0))
        while "expired" not in shown(pilot, "#cards"):
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
