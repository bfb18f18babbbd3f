"""Keys that a person changes: what may be one, what clashes, and that the desk goes by them."""

from __future__ import annotations

import pytest

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import FLATTEN, StagedDesk, desk_of, press, shown, staged, verbs
from ytc_tui.model.commands import Verb
from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.dialogs.asking import ReadingDialog
from ytc_tui.screens.dialogs.flatten import FlattenDialog
from ytc_tui.screens.keymap import default_keys, keymap_of, problems
from ytc_tui.screens.palette import ActionCommands
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.reading import Reading


def desk_with(**keys: str) -> StagedDesk:
    return staged(in_trade(), settings={"keys": keys})


def test_every_default_key_is_one_thing_alone() -> None:
    assert list(problems({})) == []
    assert {"flatten", "table_up", "approve"} <= default_keys().keys()
    assert {action.id for action in ACTIONS} <= default_keys().keys()
    assert keymap_of({"table_up": "K", "why": "!"}) == {"table.up": "K", "why": "exclamation_mark"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wy": "e"}, "there is no action 'wy'; did you mean why?"),
        ({"why": "hyper+q"}, "there is no key 'hyper+q'"),
        ({"why": "\x07"}, r"there is no key '\x07'"),
        ({"why": "tab"}, "tab is kept for the next pane"),
        ({"flatten": "t", "tighten_stop": "f9"}, "t is a letter of FLAT"),
        ({"why": "p"}, "p would be pause and why"),
        ({"why": "!"}, "! would be flatten and why"),
        ({"why": "up"}, "table_up and why"),
        ({"why": "f9", "note": "f9"}, "f9 would be note and why"),
    ],
)
def test_what_is_wrong_with_a_change_is_said(changes: dict[str, str], said: str) -> None:
    assert any(said in f"{what}; {fix}" for _, what, fix in problems(changes))


def test_two_actions_may_change_keys() -> None:
    assert list(problems({"pause": "s", "stop_entries": "p"})) == []


async def test_a_changed_key_runs_its_action_and_the_old_one_nothing() -> None:
    app = desk_with(pause="s", stop_entries="f9", zoom="comma", table_down="J", journal="f8")
    async with desk_of(app) as pilot:
        await press(pilot, "p")
        assert verbs(app) == []
        await press(pilot, "s")
        await press(pilot, "f9")
        assert verbs(app) == [Verb.PAUSE, Verb.STOP_ENTRIES]
        table = app.screen.query_one("#agents-table", LiveTable)
        table.focus()
        first = table.cursor_key
        await press(pilot, "J")
        assert table.cursor_key != first
        await press(pilot, "comma")
        assert app.screen.has_class("-zoomed")
        await press(pilot, "o", "f8")
        assert app.current_mode == "journal"


async def test_a_changed_flatten_key_is_heard_everywhere_and_named_everywhere() -> None:
    app = desk_with(flatten="f12", add_level="exclamation_mark")
    async with desk_of(app) as pilot:
        assert (
            next(key.key for key in app.screen.query_one(KeyFooter).keys if key.title == "Flatten") == "f12"
        )
        hits = [hit async for hit in ActionCommands(app.screen).discover()]
        assert next(hit.help for hit in hits if hit.text == "Flatten" and hit.help).startswith("f12:")
        await press(pilot, "question_mark")
        assert isinstance(app.screen, ReadingDialog)
        await press(pilot, "f12")
        assert verbs(app) == [Verb.STOP_ENTRIES, Verb.CANCEL]
        assert isinstance(app.screen, FlattenDialog)
        await press(pilot, *"FLAT", "enter")
        assert verbs(app)[-1] is Verb.FLATTEN


async def test_the_help_of_a_changed_desk_has_its_keys() -> None:
    app = desk_with(flatten="f12", why="f9")
    async with desk_of(app, (40, 10)) as pilot:
        assert "f12 flatten" in shown(pilot, "#emergency")
        await press(pilot, "question_mark")
        told = pilot.app.screen.query_one(Reading).content.plain
        assert "f12      Flatten" in told
        assert "f9       Why" in told
    assert default_keys()["flatten"] == FLATTEN
