"""Levels, bias and notes from the desk: what is typed becomes one command, or says what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.screens.desk_own import own_view
from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, desk_of, press, shown, staged
from tests.screens.table_views import WATCHLIST_VIEW, all_screens
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.own import AddLevel, Bias, LevelAlert, SetBias, WriteNote
from ytc_tui.model.structure import ZoneRole
from ytc_tui.screens.desk import DeskScreen
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.views.watchlist import WatchlistView

D = Decimal


def sent(app: StagedDesk) -> list[Command]:
    return list(app.engine.sent)


async def test_a_typed_price_is_a_level_on_the_symbol_of_the_chart() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "l", *"1484.5", "enter")
    [command] = sent(app)
    assert (command.verb, command.target) == (Verb.LEVEL, "ETHUSDT")
    assert command.level == AddLevel(D("1484.5"), D("1484.5"))


async def test_every_field_of_a_level_is_read() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "l", *"1450..1455", "tab", *"support", "tab", *"gap", "tab", *"touch", "enter")
    [command] = sent(app)
    assert command.level == AddLevel(D(1450), D(1455), ZoneRole.SUPPORT, "gap", 0, LevelAlert.TOUCH)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("abc", "price 'abc' is not a number"),
        ("-5", "price -5 is not allowed: above 0"),
        ("20..10", "high 10 is not allowed: it is below low 20"),
        ("", "price '' is not a number"),
    ],
)
async def test_what_is_no_price_is_said_and_nothing_is_sent(typed: str, problem: str) -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "l", *typed, "enter")
        assert problem in shown(pilot, "#dialog-problem")
    assert sent(app) == []


async def test_a_bias_is_one_key_and_a_reason() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "v", "n", *"meeting", "enter")
    [command] = sent(app)
    assert (command.verb, command.target, command.reason) == (Verb.BIAS, "ETHUSDT", "meeting")
    assert command.bias == SetBias(Bias.NO_TRADES)


async def test_a_bias_is_lifted_without_a_word() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "v", "x")
    [command] = sent(app)
    assert command.bias == SetBias(Bias.NONE)


async def test_escape_sets_no_bias() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "v", "s", "escape")
    assert sent(app) == []


async def test_a_note_is_about_the_selected_trade() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "m", *"late", "tab", *"fomo", "tab", *"chased", "enter")
    [command] = sent(app)
    assert (command.verb, command.target) == (Verb.NOTE, "T0001")
    assert command.note == WriteNote("late", ("fomo",), ("chased",))


async def test_a_code_that_is_none_is_answered_with_the_list() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        await press(pilot, "m", *"late", "tab", "tab", *"greed", "enter")
        assert "mistake code 'greed' is unknown: chased, early_exit, other" in shown(pilot, "#dialog-problem")
    assert sent(app) == []


async def test_the_desk_shows_bias_and_levels_at_a_glance() -> None:
    app = staged(own_view())
    async with desk_of(app) as pilot:
        assert "bias ETHUSDT short_only\nown levels 2" in shown(pilot, "#phase-text")
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        text = shown(pilot, "#phase-text")
        assert "bias" not in text
        assert "own levels" not in text


async def test_keys_that_say_something_are_dead_on_a_desk_that_only_looks() -> None:
    app = staged(own_view(), read_only=True)
    async with desk_of(app) as pilot:
        await press(pilot, "l", "v", "m")
        assert isinstance(app.screen, DeskScreen)
    assert sent(app) == []


# ---- a symbol on and off -----------------------------------------------------------------------------


async def test_a_symbol_is_disabled_with_its_effect_in_numbers() -> None:
    app = staged(all_screens(**own_view()))
    async with desk_of(app) as pilot:
        await press(pilot, "e")
        assert app.words_said[-1] == "enable or disable: choose a symbol in the Watchlist"
        await press(pilot, "2", "down", "e")
        body = shown(pilot, ".body Static")
        assert "working entries that are canceled: 0" in body
        assert "the open 6.728 keeps its stop and its targets" in body
        assert "this bias is replaced: " in body
        await press(pilot, "escape")
        assert sent(app) == []
        await press(pilot, "e", "y")
    [command] = sent(app)
    assert (command.verb, command.target, command.bias) == (
        Verb.BIAS,
        "ETHUSDT",
        SetBias(Bias.NO_TRADES),
    )


async def test_a_disabled_symbol_is_shown_and_enabled_again() -> None:
    rows = [replace(row, disabled=row.symbol == "BTCUSDT") for row in WATCHLIST_VIEW.rows]
    app = staged(all_screens(watchlist=WatchlistView(tuple(rows))))
    async with desk_of(app) as pilot:
        await press(pilot, "2")
        table = app.screen.query_one("#rows", LiveTable)
        while not table.rows:
            await pilot.pause()
        assert next(row.cells[-1].text for row in table.rows) == "DISABLED by the operator"
        await press(pilot, "e", "y")
    assert [command.bias for command in sent(app)] == [SetBias(Bias.NONE)]
