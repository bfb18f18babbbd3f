"""The emergency key: what goes out at once, what only after the word, and what is never claimed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from textual.events import Key, Paste

from tests.screens.desk_scenes import halted, in_trade, paused
from tests.screens.desk_stage import FLATTEN, KILL_COMMAND, desk_of, press, quiet, shown, staged, verbs
from tests.screens.desk_views import top_view
from tests.screens.test_containment import text_of
from tests.screens.test_desk_app import REFUSED
from ytc_tui.errors import EngineUnreachable
from ytc_tui.model.commands import Verb
from ytc_tui.model.session import Gate
from ytc_tui.screens.dialogs.flatten import FlattenDialog
from ytc_tui.views.exposure import ExposureView

AT_ONCE = [Verb.STOP_ENTRIES, Verb.CANCEL]
WORD = ("F", "L", "A", "T", "enter")


async def test_latch_and_cancel_at_once_close_only_after_the_word() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
        assert verbs(app) == AT_ONCE
        body = shown(pilot, "#flatten-body")
        assert "buy 6.728 ETHUSDT at market, reduce-only" in body
        assert "sent, not confirmed yet" in body
        await press(pilot, *WORD)
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]
        await press(pilot, *WORD)
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]


@pytest.mark.parametrize("typed", ["flat", "FLA", "FLATT", "yes", ""])
async def test_another_word_closes_nothing(typed: str) -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, *typed, "enter")
        assert verbs(app) == AT_ONCE
        assert "nothing was closed" in shown(pilot, "#flatten-problem")


async def test_escape_closes_nothing() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, "escape")
        assert verbs(app) == AT_ONCE
        assert not isinstance(app.screen, FlattenDialog)


async def test_the_key_twice_where_that_is_the_yes() -> None:
    app = staged(in_trade(), settings={"flatten_confirm": "double_key"})
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
        assert verbs(app) == AT_ONCE
        await press(pilot, FLATTEN)
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]


async def test_the_key_twice_is_no_yes_where_a_word_is_asked() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, FLATTEN, FLATTEN)
        assert verbs(app) == AT_ONCE


@pytest.mark.parametrize("other", ["question_mark", "h", "q", "c", "n", "t", "w", "colon", "8"])
async def test_it_is_heard_over_everything(other: str) -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, other)
        await press(pilot, FLATTEN)
        assert isinstance(app.screen, FlattenDialog)
        assert verbs(app) == AT_ONCE


async def test_it_is_heard_where_a_reason_is_typed() -> None:
    app = staged(paused())
    async with desk_of(app) as pilot:
        await press(pilot, "p", "o", FLATTEN, *WORD)
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]


async def test_unreachable_claims_nothing_and_shows_the_command() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        app.clock.now += 2
        app.show_views()
        await press(pilot, FLATTEN)
        assert not app.engine.sent
        assert KILL_COMMAND in shown(pilot, "#flatten-body")
        assert "latched" not in shown(pilot, "#flatten-hint")
        app.engine.tell()
        while app.dead:
            await pilot.pause()
        await pilot.pause()
        assert "Entries are NOT latched" in shown(pilot, "#flatten-body")


async def test_a_flatten_that_was_not_taken_can_be_asked_again() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
        app.engine.trouble = EngineUnreachable("nobody answers")
        await press(pilot, *WORD)
        assert "NOT confirmed" in shown(pilot, "#flatten-problem")
        assert KILL_COMMAND in shown(pilot, "#flatten-problem")
        app.engine.trouble, app.engine.receipt = None, REFUSED
        await press(pilot, *WORD)
        assert "refused after emergency_stop" in shown(pilot, "#flatten-problem")
        app.engine.receipt = None
        await press(pilot, *WORD)
        assert verbs(app) == [*AT_ONCE, *[Verb.FLATTEN] * 3]
        assert shown(pilot, "#flatten-problem") == ""


async def test_latched_is_said_when_the_gate_is_shut() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
        shut = top_view(gate=Gate.REDUCING, gate_reason="latched", positions=1, entries_working=1)
        app.engine.tell(top=shut)
        while "gate REDUCING" not in shown(pilot, "#flatten-body"):
            await pilot.pause()
        assert "1 entry orders still work" in shown(pilot, "#flatten-body")


async def test_flat_is_said_only_when_verified() -> None:
    app = staged(halted())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, *WORD)
        assert "closing, round 1" in shown(pilot, "#flatten-body")
        app.engine.tell(exposure=ExposureView((), ()))
        await quiet(pilot)
        assert "Verified flat" not in shown(pilot, "#flatten-body")
        app.engine.tell(top=top_view(gate=Gate.REDUCING, flattening="verified flat", flat_verified=True))
        while "Verified flat" not in shown(pilot, "#flatten-body"):
            await pilot.pause()
    assert app.engine.sent[-1].verb is Verb.FLATTEN


async def test_an_earlier_flatten_is_no_proof_of_this_one() -> None:
    """Resumed after a flatten and in a trade again: the engine still tells of the flatten before."""
    app = staged({**in_trade(), "top": top_view(flattening="verified flat", flat_verified=True)})
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, *WORD)
        body = shown(pilot, "#flatten-body")
        assert "Verified flat" not in body
        assert "6.728 ETHUSDT" in body


async def test_a_word_that_comes_with_its_key_in_one_piece_counts() -> None:
    """Typed ahead, or held back by a slow line."""
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await app.on_event(Key("exclamation_mark", "!"))
        for letter in WORD[:-1]:
            await app.on_event(Key(letter, letter))
        await app.on_event(Key("enter", None))
        await quiet(pilot)
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]


async def test_what_is_closed_is_shown_whole_when_a_line_of_it_grows() -> None:
    app = staged(in_trade())
    async with desk_of(app, size=(80, 24)) as pilot:
        await press(pilot, FLATTEN)
        body = app.screen.query_one("#flatten-body")
        height = body.size.height
        exposure = in_trade()["exposure"]
        grown = replace(exposure.positions[0], pnl=Decimal("1234567.89"), r_now=Decimal("-1234.56"))
        app.engine.tell(exposure=replace(exposure, positions=(grown,)))
        while "1234567" not in shown(pilot, "#flatten-body").replace(",", ""):
            await pilot.pause()
        await quiet(pilot)
        assert body.size.height == height + 1


async def test_what_the_dialog_hid_has_caught_up_when_it_is_seen_again() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN)
        app.engine.tell(alerts=replace(in_trade()["alerts"], rows=()))
        await quiet(pilot)
        await press(pilot, "escape")
        assert "no alerts" in text_of(app)


async def test_the_word_can_be_pasted_and_corrected() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, FLATTEN, "F", "X", "backspace")
        app.screen.post_message(Paste("LA"))
        await quiet(pilot)
        assert shown(pilot, "#flatten-word").startswith("FLA")
        await press(pilot, "T", "enter")
        assert verbs(app) == [*AT_ONCE, Verb.FLATTEN]
