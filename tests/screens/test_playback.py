"""The desk in playback: what stands on it, which keys it has, and which are dead."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.screens.desk_scenes import SCENES, in_trade
from tests.screens.desk_stage import settle, staged
from tests.screens.playback_stage import SESSION, StillPlayer, moves, played, standing
from tests.screens.table_views import all_screens
from tests.screens.test_containment import text_of
from tests.screens.test_desk_foreign import EVIL, assert_harmless
from ytc_tui.client import NEWEST, Page, PageRow
from ytc_tui.screens.actions import ACTIONS, TRADING, Group, key_text
from ytc_tui.screens.dialogs.flatten import FlattenDialog
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.palette import ActionCommands
from ytc_tui.screens.table_screen import STOPPED_S
from ytc_tui.screens.widgets.key_footer import KeyFooter
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.reading import Reading
from ytc_tui.views.journal_query import PageQuery

GONE = "zones, swings and trends: no such file: /data/binance_um_ETHUSDT_1m.parquet"
PLAYBACK = [action for action in ACTIONS if action.group is Group.PLAYBACK]


# ---- the line ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", [*SCENES, "none"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16), (30, 8)])
async def test_playback_stands_there_in_words_whatever_happens(scene: str, size: tuple[int, int]) -> None:
    app = played(SCENES[scene]() if scene in SCENES else {})
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        first = text_of(app).splitlines()[0]
        assert "PLAYBACK" in first
        if size[0] >= 60:
            assert "04:55:00 UTC" in first and "paused, 4 bars/s" in first
        if size[0] >= 80:
            assert "entry 812 of 4,310" in first
        assert "engine" not in text_of(app).splitlines()[1]
        # A record is never silent, however long nothing changes.
        app.clock.now += 60
        app.show_views()
        await pilot.pause()
        assert "STALE" not in text_of(app) and "touch" not in text_of(app)


async def test_where_it_stands_follows_the_frames() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        told = standing(seq=813, playing=True, bars_per_s=0.5, busy="going to entry 4000")
        app.engine.tell(playback=told)
        await pilot.pause()
        first = text_of(app).splitlines()[0]
        for words in ("entry 813 of 4,310", "PLAYING 0.5 bars/s", "going to entry 4000"):
            assert words in first
        app.engine.tell(playback=standing(seq=4_310, problem="the disk has gone"))
        await pilot.pause()
        assert "end of the record" in text_of(app)
        assert "the disk has gone" in text_of(app)


async def test_text_of_a_record_cannot_act() -> None:
    app = played(busy=EVIL, problem=EVIL, missing=(EVIL,), cut=EVIL)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "[@click=app.bell]x[/]" in assert_harmless(app)


# ---- keys --------------------------------------------------------------------------------------------


async def test_its_keys_play_step_and_change_the_speed() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for key in ("space", "full_stop", "comma", "greater_than_sign", "less_than_sign"):
            await pilot.press(key)
        await pilot.press("right_square_bracket", "left_square_bracket")
        await pilot.pause()
        assert moves(app) == [
            ("toggle", None), ("bars", 1), ("bars", -1), ("entries", 1), ("entries", -1),
            ("faster", None), ("slower", None),
        ]  # fmt: skip


async def test_a_jump_asks_where_and_stays_until_there_is_such_a_place() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("j", *"T0077", "enter")
        await pilot.pause()
        assert "there is no 'T0077'" in text_of(app)
        assert moves(app) == []
        app.screen.query_one(Input).value = "T0001"
        await pilot.press("enter")
        await pilot.pause()
        assert moves(app) == [("seek", "T0001")]
        assert isinstance(app.screen, EngineScreen)
        # Escape asks for nothing; enter alone takes what is selected.
        await pilot.press("j", "escape", "j")
        await pilot.pause()
        assert "T0001, which is selected" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert moves(app) == [("seek", "T0001")] * 2


async def test_every_key_that_trades_is_dead_and_says_why() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for action in ACTIONS:
            if action.id not in TRADING | {"restart"}:
                continue
            app.said.clear()
            await pilot.press(action.key)
            await pilot.pause()
            [said] = app.words_said
            assert said.startswith(f"{action.title.lower()}: this is playback"), action.id
            assert isinstance(app.screen, EngineScreen)
        assert app.engine.sent == []
        assert app.dead == "playback"


async def test_flatten_opens_nothing_not_even_over_a_dialog() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for keys in (["exclamation_mark"], ["j", "exclamation_mark"], ["question_mark", "exclamation_mark"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert not any(isinstance(screen, FlattenDialog) for screen in app.screen_stack)
            assert "this is playback" in app.words_said[-1]
            await pilot.press("escape")
        assert app.engine.sent == []


async def test_approvals_are_shown_and_cannot_be_given() -> None:
    app = played(SCENES["proposal_waiting"]())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("h", "a")
        await pilot.pause()
        assert "PB short ETHUSDT" in text_of(app)
        assert app.engine.sent == []


async def test_a_desk_on_an_engine_has_no_key_of_a_playback() -> None:
    app = staged(in_trade(), engine=StillPlayer(in_trade()))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        titles = {action.title for action in PLAYBACK}
        assert not titles & {hit.text async for hit in ActionCommands(app.screen).discover()}
        assert not titles & {key.title for key in app.screen.query_one(KeyFooter).keys}
        for action in PLAYBACK:
            await pilot.press(action.key)
        await pilot.pause()
        assert moves(app) == []
        assert isinstance(app.screen, EngineScreen)
        assert "PLAYBACK" not in text_of(app)


async def test_help_palette_and_footer_of_a_playback_have_what_acts() -> None:
    app = played()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        shown = {hit.text async for hit in ActionCommands(app.screen).discover()}
        assert {action.title for action in PLAYBACK} <= shown
        assert not {action.title for action in ACTIONS if action.trades} & shown
        keys = [key.key for key in app.screen.query_one(KeyFooter).keys]
        assert keys[:5] == ["space", ".", ",", ">", "j"]
        assert {"?", "q"} <= set(keys) and "!" not in keys
        await pilot.press("question_mark")
        await pilot.pause()
        told = app.screen.query_one(Reading).content.plain
        assert told.index("\nPlayback\n") < told.index("\nLooking\n") and "In Approvals" not in told
        for action in ACTIONS:
            line = f"  {key_text(action.key):<8} {action.title:<14} {action.does}"
            assert (line in told) == (action.shown(playback=True)), action.id


async def test_leaving_asks_nothing() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert SESSION in app.words_said[0] and "logout" not in app.words_said[0]
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_a_jump_offers_the_row_of_the_focused_table() -> None:
    app = played()
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for opening, table in (("8", "rows"), ("1", "orders-table")):
            await pilot.press(opening, "tab" if opening == "1" else "home")
            await pilot.pause()
            offered = app.screen.query_one(f"#{table}", LiveTable).cursor_key
            await pilot.press("j")
            await pilot.pause()
            assert f"{offered}, which is selected" in text_of(app)
            await pilot.press("escape")


# ---- what is asked of the record ---------------------------------------------------------------------


async def test_the_journal_follows_the_place_and_shows_nothing_that_is_still_to_come() -> None:
    app = played()
    pages: list[tuple[int, ...]] = [(812, 811, 810), (900, 899), (700, 699)]

    async def page(query: PageQuery = NEWEST) -> Page:
        rows = tuple(PageRow(seq, 0, "x", "other", f"entry {seq}") for seq in pages[0])
        return Page("s", rows if query.after_seq is None else (), 0, pages[0][0], pages[0][0])

    app.engine.page = page  # type: ignore[method-assign]

    def seqs() -> list[str]:
        return [row.key for row in app.screen.query_one(LiveTable).rows]

    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("8")
        await pilot.pause()
        assert seqs() == ["812", "811", "810"]
        # Further down, a step on moves nobody; a step back does.
        await pilot.press("down")
        pages.pop(0)
        app.engine.tell(playback=standing(seq=900))
        await pilot.pause()
        assert seqs() == ["812", "811", "810"]
        pages.pop(0)
        app.engine.tell(playback=standing(seq=700))
        await pilot.pause()
        assert seqs() == ["700", "699"]


async def test_what_is_told_of_a_row_is_told_anew_at_another_place() -> None:
    app = played(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("3")
        await pilot.pause(STOPPED_S * 2)
        assert "setup PB, score 78" in text_of(app)
        app.engine.asked_why.clear()
        app.engine.why = "nothing yet"
        app.engine.tell(playback=standing(seq=5))
        await pilot.pause()
        assert "setup PB, score 78" not in text_of(app)
        await pilot.pause(STOPPED_S * 2)
        assert app.engine.asked_why
        assert "nothing yet" in text_of(app)
