"""The live table: what it shows, where its cursor goes, which columns it keeps."""

from __future__ import annotations

import pytest

from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import TONES, Cell, Row

from .tables import COLUMNS, TableApp, drawn, many, on_screen, row

SIZE = (40, 8)
ROW_LINES = SIZE[1] - 1


async def test_rows_stand_under_their_titles() -> None:
    app = TableApp([row("BTCUSDT", "+12.50", "long"), row("ETHUSDT", "-3.10", "short")])
    async with app.run_test(size=SIZE):
        lines = [line.rstrip() for line in on_screen(app)]
    assert lines[:4] == ["Symbol         Net Note", "BTCUSDT     +12.50 long", "ETHUSDT      -3.10 short", ""]


async def test_no_rows_are_said_in_words() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE):
        assert on_screen(app)[1].rstrip() == "no positions"
        app.table.set_rows([row("BTC")])
        assert drawn(app.table)[1].startswith("BTC")
        app.table.set_rows([])
        assert drawn(app.table)[1].rstrip() == "no positions"


async def test_what_is_not_known_is_never_called_empty() -> None:
    app = TableApp()
    async with app.run_test(size=SIZE) as pilot:
        for rows, said in ((None, "not known yet"), ((), "no positions"), (None, "not known yet")):
            app.table.set_rows(rows)
            await pilot.pause()
            assert on_screen(app)[1].rstrip() == said


async def test_the_top_stays_the_top_until_the_cursor_would_leave() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=SIZE):
        app.table.move_cursor("S001")
        app.table.set_rows([row("new1"), *many(50)])
        assert drawn(app.table)[1].startswith("new1")
        app.table.set_rows([*(row(f"new{number}") for number in range(20)), *many(50)])
        assert drawn(app.table)[ROW_LINES].startswith("S001")
        assert app.table.cursor_key == "S001"


async def test_the_cursor_stays_on_its_row_and_goes_to_a_neighbour() -> None:
    app = TableApp([row("A"), row("B"), row("C")])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("down")
        app.table.set_rows([row("C"), row("X"), row("B"), row("A")])
        assert app.table.cursor_key == "B"
        app.table.set_rows([row("C"), row("X"), row("A")])
        assert app.table.cursor_key == "A"
        app.table.set_rows([row("C"), row("X")])
        assert app.table.cursor_key == "X"
        app.table.set_rows([])
        assert app.table.cursor_key is None
        await pilot.pause()
    assert app.heard == [("highlighted", key) for key in ("A", "B", "A", "X", None)]


async def test_keys_move_the_cursor() -> None:
    app = TableApp(many(50))
    places = []
    async with app.run_test(size=SIZE) as pilot:
        for key in ("down", "pagedown", "pagedown", "up", "end", "down", "pageup", "home", "up"):
            await pilot.press(key)
            places.append(app.table.cursor_key)
            assert any(line.startswith(str(app.table.cursor_key)) for line in drawn(app.table))
    assert places == ["S001", "S008", "S015", "S014", "S049", "S049", "S042", "S000", "S000"]


async def test_enter_and_double_click_select() -> None:
    app = TableApp([row("A"), row("B"), row("C")])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("enter")
        await pilot.click(app.table, offset=(3, 2))
        await pilot.double_click(app.table, offset=(3, 3))
        await pilot.click(app.table, offset=(3, 0))
        await pilot.click(app.table, offset=(3, 6))
    assert [heard for heard in app.heard if heard[0] == "selected"] == [("selected", "A"), ("selected", "C")]
    assert app.heard[-2] == ("highlighted", "C")
    assert app.table.cursor_key == "C"


async def test_the_wheel_scrolls_under_a_fixed_header() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.scroll_to(y=20, animate=False)
        await pilot.pause()
        lines = on_screen(app)
    assert lines[0].startswith("Symbol") and lines[1].startswith("S020") and lines[7].startswith("S026")


async def test_the_last_rows_can_be_reached() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert on_screen(app)[ROW_LINES].startswith("S049")


async def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    text = "[bold red]x[/] [@click=app.bell]y"
    app = TableApp([Row("A", (Cell(text), Cell("1"), Cell(text)))], [Column("a", "[b]A", 20), *COLUMNS[1:]])
    async with app.run_test(size=(80, 5)):
        lines = on_screen(app)
    assert lines[0].startswith("[b]A")
    assert lines[1].startswith("[bold red]x[/] [@cl…") and text in lines[1]


async def test_wide_characters_keep_columns_in_line() -> None:
    app = TableApp([row("日本語", "-1", "x"), row("BTC", "-1", "x"), row("日本語日本語", "-1", "x")])
    async with app.run_test(size=SIZE):
        ends = {app.table.render_line(y).crop(10, 20).text for y in (1, 2, 3)}
        lengths = {app.table.render_line(y).cell_length for y in range(SIZE[1])}
    assert ends == {"      -1 x"}
    assert lengths == {40}


@pytest.mark.parametrize("width", [1, 2, 5, 9, 17, 18, 24, 25, 200])
async def test_every_width_shows_what_fits(width: int) -> None:
    app = TableApp(many(30))
    async with app.run_test(size=(width, 5)):
        assert app.table.columns_in_view[:1] == (("symbol",) if width > 1 else ())
        assert {strip.cell_length for strip in map(app.table.render_line, range(5))} == {max(0, width - 1)}


@pytest.mark.parametrize("columns", [[], [Column("a", "A", 3)]], ids=["no column", "one column"])
async def test_few_columns_do(columns: list[Column]) -> None:
    app = TableApp([Row(str(key), tuple(Cell("x") for _ in columns)) for key in range(9)], columns)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        assert app.table.cursor_key == "8"


async def test_ten_thousand_rows_and_a_storm_of_sizes() -> None:
    app = TableApp(many(10_000))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("end")
        for width, height in ((1, 1), (200, 60), (3, 2), (80, 24), (40, 1), (40, 8)):
            await pilot.resize_terminal(width, height)
            app.table.set_rows([row("S9999", net=str(width)), *many(9_999)])
            assert len(drawn(app.table)) == height
        await pilot.pause()
        assert on_screen(app)[1:] != on_screen(app)[:-1]
        assert any(line.startswith(("S9998", "S9999")) for line in on_screen(app))


async def test_a_scrollbar_that_comes_takes_a_cell_from_every_line() -> None:
    long = [row(f"L{number}", note="x" * 40) for number in range(20)]
    app = TableApp(long[:3])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert on_screen(app)[1].endswith("x…")
        app.table.set_rows(long)
        await pilot.pause()
        assert {line[37:39] for line in on_screen(app)[1:]} == {"x…"}
        app.table.set_rows(long[:3])
        await pilot.pause()
        assert {line[38:] for line in on_screen(app)[1:4]} == {"x…"}


async def test_the_cursor_stays_in_view_when_the_table_shrinks() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=(40, 30)) as pilot:
        app.table.move_cursor("S025")
        await pilot.resize_terminal(40, 6)
        await pilot.pause()
        assert any(line.startswith("S025") for line in on_screen(app))


async def test_every_tone_has_a_style_and_a_theme_changes_it() -> None:
    app = TableApp([Row(tone, (Cell(tone), Cell("1", tone), Cell(""))) for tone in TONES])
    async with app.run_test(size=(40, 20)) as pilot:
        gain = TONES.index("gain") + 1
        before = list(app.table.render_line(gain))
        colors = {str(list(app.table.render_line(y))[1].style) for y in (gain, gain + 1)}
        assert len(colors) == 2
        app.theme = "textual-light"
        await pilot.pause()
        assert list(app.table.render_line(gain)) != before


async def test_messages_name_their_table() -> None:
    table = LiveTable(COLUMNS)
    assert LiveTable.RowSelected(table, "A").control is table
    assert LiveTable.RowHighlighted(table, None).control is table


def test_bindings_have_ids_and_words() -> None:
    ours = [binding for binding in LiveTable.BINDINGS if not isinstance(binding, tuple)]
    assert len({binding.id for binding in ours}) == len(ours) > 0
    assert all(binding.description and binding.tooltip for binding in ours)
