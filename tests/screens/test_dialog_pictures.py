"""Pictures of the dialogs over the desk, as a person in trouble meets them on a small terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen

from tests.screens.desk_own import own_view
from tests.screens.desk_scenes import halted, in_trade, paused
from tests.screens.desk_stage import StagedDesk, settle, staged

Compare = Callable[..., bool]
Before = Callable[[Pilot[Any]], Awaitable[None]]


def opening(*keys: str, silent_s: float = 0) -> Before:
    """Shows the scene, lets `silent_s` pass, presses `keys` and waits for the dialog."""

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        assert isinstance(pilot.app, StagedDesk)
        if silent_s:
            pilot.app.clock.now += silent_s
            pilot.app.show_views()
        await pilot.press(*keys)
        for _ in range(100):
            await pilot.pause()
            sending = [each for each in pilot.app.workers if each.group == "commands"]
            if isinstance(pilot.app.screen, ModalScreen) and not sending:
                break
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModalScreen)

    return run


@pytest.mark.parametrize("confirm", ["typed", "double_key"])
def test_flatten(snap_compare: Compare, confirm: Any) -> None:
    desk = staged(in_trade(), settings={"flatten_confirm": confirm})
    assert snap_compare(desk, run_before=opening("exclamation_mark"))


def test_flatten_wrong_word(snap_compare: Compare) -> None:
    keys = ("exclamation_mark", "f", "l", "a", "t", "enter")
    assert snap_compare(staged(in_trade()), run_before=opening(*keys))


def test_flatten_at_work(snap_compare: Compare) -> None:
    keys = ("exclamation_mark", "F", "L", "A", "T", "enter")
    assert snap_compare(staged(halted()), run_before=opening(*keys))


def test_flatten_unreachable(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("exclamation_mark", silent_s=2))


def test_why(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("w"))


def test_leave(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("q"))


def test_resume(snap_compare: Compare) -> None:
    assert snap_compare(staged(paused()), run_before=opening("p"))


def test_help(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("question_mark"))


def test_close_position(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("c"))


def test_level(snap_compare: Compare) -> None:
    assert snap_compare(staged(own_view()), run_before=opening("l"))


def test_level_at_no_price(snap_compare: Compare) -> None:
    assert snap_compare(staged(own_view()), run_before=opening("l", "a", "b", "enter"))


def test_bias(snap_compare: Compare) -> None:
    assert snap_compare(staged(own_view()), run_before=opening("v"))


def test_note(snap_compare: Compare) -> None:
    assert snap_compare(staged(own_view()), run_before=opening("m"))


def test_ticket(snap_compare: Compare) -> None:
    assert snap_compare(staged(in_trade()), run_before=opening("n"))
