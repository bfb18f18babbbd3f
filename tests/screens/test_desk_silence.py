"""A desk whose engine is silent, gone, or slow to answer: what its keys do, and what it goes on showing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Any

import pytest
from textual.screen import ModalScreen

from tests.screens.desk_scenes import empty, ended, in_trade
from tests.screens.desk_stage import FLATTEN, StagedDesk, desk_of, press, quiet, shown, staged, verbs
from tests.screens.table_views import all_screens
from ytc_tui.client import Frame
from ytc_tui.model.commands import Verb
from ytc_tui.screens.actions import ACTIONS, TRADING
from ytc_tui.screens.palette import ActionCommands
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.views.rules import RulesView

KEYS = {action.id: action.key for action in ACTIONS}


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
