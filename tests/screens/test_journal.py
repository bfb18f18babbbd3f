"""The Journal: followed, searched, read both ways, and each entry whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from textual.content import Content
from textual.pilot import Pilot

from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.journal_stage import StillJournal
from tests.screens.table_views import all_screens
from tests.screens.test_desk_pictures import Compare, both_sizes
from tests.screens.test_journal_stretch import journal as numbered
from tests.views import journals
from ytc_tui.errors import EngineUnreachable, UsageInvalid
from ytc_tui.model.events import OrderRejected
from ytc_tui.screens.dialogs.asking import ReadingDialog
from ytc_tui.screens.journal import FRESH_S, PAGE_ROWS, TYPED_S
from ytc_tui.screens.table_screen import STOPPED_S
from ytc_tui.screens.widgets.live_table import LiveTable

Shown = Callable[[Pilot[Any]], Awaitable[None]]


def opened(*keys: str) -> Shown:
    """Open the Journal, press `keys`, and wait until the entry under the cursor was answered."""

    async def before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("8")
        await until(pilot, lambda app: app.screen.query_one(LiveTable).rows != ())
        await pilot.press(*keys)
        await pilot.pause(STOPPED_S + 0.05)

    return before


async def until(pilot: Pilot[Any], holds: Callable[[StagedDesk], bool]) -> None:
    assert isinstance(pilot.app, StagedDesk)
    for _ in range(300):
        await pilot.pause(0.01)
        if holds(pilot.app):
            return
    raise AssertionError(f"it did not come about: {title(pilot.app)}, {seqs(pilot.app)[:5]}")


def table(app: StagedDesk) -> LiveTable:
    return app.screen.query_one(LiveTable)


def seqs(app: StagedDesk) -> list[int]:
    return [int(row.key) for row in table(app).rows]


def title(app: StagedDesk) -> str:
    return Content.from_markup(str(app.screen.query_one("#table-pane").border_title)).plain.strip()


def behind(app: StagedDesk) -> str:
    return str(app.screen.query_one("#behind-text").render())


def desk(journal: StillJournal | None = None) -> StagedDesk:
    return staged(all_screens(), journal=journal)


# ---- pictures ----------------------------------------------------------------------------------------


@both_sizes
def test_filtered(snap_compare: Compare, size: tuple[int, int]) -> None:
    keys = ["slash", *"trade:T0001 -type:order_* buy", "enter", "down"]
    assert snap_compare(desk(), terminal_size=size, run_before=opened(*keys))


@both_sizes
def test_a_long_search(snap_compare: Compare, size: tuple[int, int]) -> None:
    found = replace(numbered(4_000), indexed_seq=2_900)
    assert snap_compare(desk(found), terminal_size=size, run_before=opened("slash", *"even", "enter"))


@both_sizes
def test_what_cannot_be_read(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(desk(), terminal_size=size, run_before=opened("slash", *"tpye:order"))


def test_an_entry_alone(snap_compare: Compare) -> None:
    keys = ("slash", *"type:decision*", "enter", "enter", "z")
    assert snap_compare(desk(), terminal_size=(80, 24), run_before=opened(*keys))


# ---- following ---------------------------------------------------------------------------------------


async def news(app: StagedDesk, pilot: Pilot[Any], count: int) -> None:
    """`count` entries in all by now (0 = as many as before), and time for the screen to ask."""
    if count:
        app.engine.journal.entries = numbered(count).entries
    app.clock.now += FRESH_S
    app.engine.tell()
    app.show_views()
    await pilot.pause(0.05)


async def test_who_stands_at_the_newest_sees_newer_ones_and_who_reads_further_down_is_not_moved() -> None:
    app = desk(numbered(40))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        assert (seqs(app)[0], title(app)) == (40, "Desk › Journal 40 entries")
        await news(app, pilot, 42)
        assert (seqs(app)[:3], table(app).cursor_key) == ([42, 41, 40], "42")
        asked = app.engine.queries[-1]
        assert (asked.after_seq, asked.before_seq) == (40, 0)
        await pilot.press("down", "down")
        await news(app, pilot, 45)
        assert (seqs(app)[0], table(app).cursor_key) == (42, "40")
        assert "home follows the newest" in str(app.screen.query_one("#summary").render())
        await pilot.press("home")
        await news(app, pilot, 45)
        assert seqs(app)[0] == 45


async def test_nothing_is_handed_to_the_table_while_nothing_is_new() -> None:
    app = desk(numbered(40))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        held = table(app).rows
        asked = len(app.engine.queries)
        for _ in range(5):
            app.engine.tell()
            app.show_views()
            await pilot.pause()
        assert table(app).rows is held
        assert len(app.engine.queries) == asked


async def test_older_pages_come_as_the_cursor_nears_the_end() -> None:
    app = desk(numbered(250))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        assert seqs(app) == list(range(250, 250 - PAGE_ROWS, -1))
        await pilot.press("end")
        await until(pilot, lambda app: len(seqs(app)) == 2 * PAGE_ROWS)
        assert table(app).cursor_key == "151"
        await pilot.press("end")
        await until(pilot, lambda app: seqs(app)[-1] == 1)


# ---- searching ---------------------------------------------------------------------------------------


async def test_what_is_typed_counts_after_a_moment_or_with_enter() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash")(pilot)
        whole = seqs(app)
        await pilot.press(*"type:alert*")
        assert seqs(app) == whole
        await pilot.pause(TYPED_S + 0.1)
        assert seqs(app) == [25]
        assert title(app) == "Desk › Journal 1 found: type:alert*"
        await pilot.press(*["backspace"] * 6, *"gate*", "enter")
        await until(pilot, lambda app: seqs(app) == [43, 10])
        assert app.focused is table(app)
        await pilot.press("escape")
        await until(pilot, lambda app: seqs(app) == whole)


async def test_progress_is_told_and_a_new_filter_ends_the_search() -> None:
    app = desk(numbered(3_000, stretch=1))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash", *"nowhere", "enter")(pilot)
        await until(pilot, lambda app: "0 found so far, " in title(app))
        assert "of 3,000 looked at: nowhere" in title(app)
        await pilot.press("slash", *["backspace"] * 7, *"odd", "enter")
        await until(pilot, lambda app: len(seqs(app)) >= PAGE_ROWS)
        asked = len(app.engine.queries)
        assert {query.conditions[0].value for query in app.engine.queries[-3:]} == {"odd"}
        await pilot.pause(0.1)
        assert len(app.engine.queries) == asked


async def test_what_is_wrong_is_told_and_hides_nothing() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash", *"type:alert*")(pilot)
        await pilot.pause(TYPED_S + 0.1)
        assert seqs(app) == [25]
        await pilot.press(*" tpye:x")
        await until(pilot, lambda app: "there is no tpye:, column 13" in title(app))
        await pilot.pause(TYPED_S + 0.1)
        assert len(seqs(app)) > 40


async def test_a_filter_that_the_engine_refuses_is_told_and_hides_nothing() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        whole = seqs(app)
        app.engine.journal.refused = UsageInvalid("too slow\x1b[2J")
        await pilot.press("slash", *"x", "enter")
        await until(pilot, lambda app: "too slow" in title(app))
        assert "\x1b" not in title(app)
        await until(pilot, lambda app: seqs(app) == whole)
        asked = sum(bool(query.conditions) for query in app.engine.queries)
        for _ in range(3):
            await news(app, pilot, 0)
        assert sum(bool(query.conditions) for query in app.engine.queries) == asked
        assert "too slow" in title(app)
        app.engine.journal.refused = None
        await pilot.press("escape")
        await until(pilot, lambda app: title(app) == "Desk › Journal 50 entries")


async def test_an_engine_that_does_not_answer_is_asked_again() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        app.engine.journal.trouble = EngineUnreachable("no answer\x1b[2J")
        await pilot.press("slash", *"type:alert*", "enter")
        await until(pilot, lambda app: "no answer" in title(app))
        asked = len(app.engine.queries)
        for _ in range(3):
            await news(app, pilot, 0)
        assert len(app.engine.queries) == asked + 3
        app.engine.journal.trouble = None
        await news(app, pilot, 0)
        await until(pilot, lambda app: seqs(app) == [25])
        assert title(app) == "Desk › Journal 1 found: type:alert*"


# ---- going to a place --------------------------------------------------------------------------------


async def test_one_lands_at_an_entry_or_a_time_and_reads_both_ways() -> None:
    app = desk(numbered(900))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash", *"at:400", "enter")(pilot)
        await until(pilot, lambda app: table(app).cursor_key == "400")
        await until(pilot, lambda app: seqs(app)[0] == 500)
        assert table(app).cursor_key == "400"
        await pilot.press("home")
        await until(pilot, lambda app: seqs(app)[0] == 600)
        await pilot.press("end")
        await until(pilot, lambda app: seqs(app)[-1] == 201)
        assert "the newest are further up" in str(app.screen.query_one("#summary").render())
        await pilot.press("escape")
        await until(pilot, lambda app: seqs(app)[0] == 900)
        assert table(app).cursor_key == "900"


async def test_a_time_of_the_session_is_gone_to() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash", *"at:12:50", "enter")(pilot)
        await until(pilot, lambda app: table(app).cursor_key == "25")
        assert seqs(app)[0] > 25 > seqs(app)[-1]


# ---- behind a row ------------------------------------------------------------------------------------


async def test_a_whole_entry_is_read_explained_and_left() -> None:
    app = desk()
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("slash", *"type:fill*", "enter", "down")(pilot)
        entry = app.engine.journal.entries[26 - 1]
        told = behind(app)
        said = ("FillBooked", "feed time  2022-11-08 13:00:00 UTC", "not on record", "price  104")
        for text in (*said, entry.hash, entry.prev_hash):
            assert text in told
        await pilot.press("enter")
        assert app.focused is app.screen.query_one("#behind")
        await pilot.press("w")
        await until(pilot, lambda app: isinstance(app.screen, ReadingDialog))
        assert app.engine.asked_why[-1] == "yt1"
        await pilot.press("escape")
        await until(pilot, lambda app: not isinstance(app.screen, ReadingDialog))
        await pilot.press("escape")
        assert app.focused is table(app)
        assert title(app) == "Desk › Journal 3 found: type:fill*"


async def test_text_of_an_entry_cannot_act() -> None:
    hostile = journals.Journal()
    hostile.add(
        OrderRejected("[@click=app.leave]y1[/]", "[red]x[/] \x1b]0;a\x07\u202e\nsecond"),
        check=False,
    )
    app = desk(StillJournal(hostile.entries))
    async with app.run_test(size=(120, 40)) as pilot:
        await opened()(pilot)
        told = behind(app)
        assert "[red]x[/]" in told and "[@click=app.leave]y1[/]" in told
        assert not set("\x1b\x07\u202e") & set(told)
