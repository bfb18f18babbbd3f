"""Text that is not ours is shown as it is and never acts; any size of terminal is survived."""

from __future__ import annotations

import random
from itertools import count
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.screens.desk_cards import HANDOFF, PROPOSAL
from tests.screens.desk_scenes import alert_storm, in_trade, proposal_waiting
from tests.screens.desk_stage import FLATTEN, StagedDesk, desk_of, press, quiet, shown, staged
from tests.screens.desk_views import Scene
from ytc_tui.client import Receipt
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.link import EngineEnd
from ytc_tui.screens.ringing import Bell
from ytc_tui.views.sanitised import sanitised
from ytc_tui.views.waiting import WaitingView

MARKUP = "[@click=app.bell]x[/]"
EVIL = f"{MARKUP}\x1b[2J\x1b]0;owned\x07\u202e"
SIZES = [(1, 1), (1, 50), (300, 1), (59, 15), (60, 16), (110, 30)]


def poisoned(scene: Scene) -> Scene:
    """`scene` with every text in its views replaced; keys stay different from each other."""
    numbers = count()
    return {
        name: sanitised(view, lambda text: f"{next(numbers)}{EVIL}" if text else text)
        for name, view in scene.items()
    }


def cells(app: StagedDesk) -> tuple[str, list[Any]]:
    """All that is on the screen: its text, and the actions that are bound to cells of it."""
    width, height = app.size
    lines = app.screen._compositor.render_strips(app.size)
    text = "\n".join(strip.text for strip in lines)
    metas = [segment.style.meta for strip in lines for segment in strip if segment.style is not None]
    assert len(lines) == height
    assert all(strip.cell_length == width for strip in lines)
    return text, [meta["@click"] for meta in metas if "@click" in meta]


def assert_harmless(app: StagedDesk) -> str:
    text, actions = cells(app)
    assert not actions
    assert not [character for character in text if character != "\n" and not character.isprintable()]
    return text


async def test_every_field_of_every_view_is_only_text() -> None:
    scene = {**alert_storm(), "waiting": WaitingView((PROPOSAL, HANDOFF), 2, 0)}
    app = staged(poisoned(scene), settings={"bell": Bell.OFF})
    rung: list[None] = []
    app.bell = lambda: rung.append(None)  # type: ignore[method-assign]
    async with desk_of(app, (240, 80)) as pilot:
        text = assert_harmless(app)
        for pane in ("phase", "alerts", "exposure", "agents", "risk"):
            app.screen.query_one(f"#{pane}")
        assert text.count(MARKUP) > 20
        for key in ("h", "w", "q", "c", FLATTEN):
            await press(pilot, key)
            assert MARKUP in assert_harmless(app)
            await press(pilot, "escape")
        app.screen.query_one("#alerts-table").focus()
        await press(pilot, "enter")
        assert MARKUP in assert_harmless(app)
        await pilot.click("#reading", offset=(4, 0))
        await pilot.click("#reading", offset=(8, 0))
    assert not rung


async def test_the_chart_of_a_poisoned_symbol_is_only_text() -> None:
    scene = in_trade()
    name = "chart/ETHUSDT/1"
    app = staged({**scene, name: sanitised(scene[name], lambda text: EVIL)})
    async with desk_of(app):
        assert_harmless(app)


@pytest.mark.parametrize("answer", ["refused", "unconfirmed", "unreachable", "why", "ended"])
async def test_what_the_engine_answers_is_only_text(answer: str) -> None:
    app = staged(in_trade())
    match answer:
        case "refused":
            app.engine.receipt = Receipt("C1", False, EVIL, "s", 0)
        case "unconfirmed":
            app.engine.receipt = Receipt("C1", True, EVIL, "s", 0, (), (EVIL,))
        case "unreachable":
            app.engine.trouble = EngineUnreachable(EVIL)
        case "why":
            app.engine.why = f"one\n{EVIL}"
        case "ended":
            app.still.how = EngineEnd(1, EVIL)
    async with desk_of(app, (160, 40)) as pilot:
        if answer == "ended":
            app.still.over.set()
            while app.link.end is None:
                await pilot.pause()
            await quiet(pilot)
        else:
            await press(pilot, "w" if answer == "why" else "p")
        assert MARKUP in assert_harmless(app)


async def _resize(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    await pilot.resize_terminal(*size)
    await pilot.pause()


@pytest.mark.parametrize("opening", ["h", "question_mark", "q", "n", FLATTEN, "8", "z"])
async def test_any_size_is_survived(opening: str) -> None:
    app = staged({**in_trade(), "waiting": proposal_waiting()["waiting"]})
    async with desk_of(app) as pilot:
        await press(pilot, opening)
        for size in SIZES:
            await _resize(pilot, size)
            assert app.size == size
            assert_harmless(app)


async def test_a_storm_of_sizes_ends_where_a_fresh_desk_begins() -> None:
    sizes = random.Random(7)
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        for _ in range(15):
            await _resize(pilot, (sizes.randint(1, 200), sizes.randint(1, 60)))
        await _resize(pilot, (120, 40))
        await quiet(pilot)
        stormed, _ = cells(app)
    fresh = staged(in_trade())
    async with desk_of(fresh):
        assert stormed == cells(fresh)[0]


@pytest.mark.parametrize("size", [(20, 5), (50, 12), (59, 40), (120, 15), (12, 3), (80, 2)])
async def test_the_key_that_flattens_is_there_at_any_size(size: tuple[int, int]) -> None:
    app = staged(in_trade())
    async with desk_of(app, size) as pilot:
        assert "! flatten" in cells(app)[0]
        app.clock.now += 2
        app.show_views()
        await pilot.pause()
        if size[1] > 2:
            assert "! flatten" in cells(app)[0]
        await press(pilot, FLATTEN)
        assert "Emergency" in shown(pilot, ".title")
