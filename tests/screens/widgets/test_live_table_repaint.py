"""Which regions a change paints again, and that they suffice."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings, strategies as st
from textual.geometry import Region
from textual.strip import Strip

from ytc_tui.screens.widgets.live_table_rows import Row

from .tables import TableApp, Watched, many, on_screen, row

SIZE = (40, 8)


@pytest.mark.parametrize(
    ("after", "painted"),
    [
        ([row("A"), row("B", net="+2.00"), row("C")], [Region(10, 2, 9, 1)]),
        ([row("A"), row("B", net="+2.00", note="x"), row("C")], [Region(10, 2, 30, 1)]),
        ([row("A", tone="gain"), row("B", tone="gain"), row("C")], [Region(10, 1, 9, 2)]),
        ([row("A"), row("B"), row("C")], []),
        ([row("A"), row("B"), row("X"), row("C")], [Region(0, 3, 40, 2)]),
        ([row("A"), row("C")], [Region(0, 2, 40, 2)]),
        ([row("A"), row("C"), row("B")], [Region(0, 2, 40, 2)]),
        ([], [Region(0, 1, 40, 3)]),
    ],
    ids=["cell", "two cells", "column", "nothing", "inserted", "removed", "reordered", "emptied"],
)
async def test_only_what_changed_is_painted_again(after: list[Row], painted: list[Region]) -> None:
    app = TableApp([row("A"), row("B"), row("C")])
    async with app.run_test(size=SIZE):
        app.table.painted.clear()
        app.table.set_rows(after)
        assert app.table.painted == painted


async def test_a_change_out_of_view_paints_nothing() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=SIZE):
        app.table.painted.clear()
        app.table.set_rows([*many(49), row("S049", net="+9.00")])
        assert app.table.painted == []


async def test_a_change_in_a_column_that_does_not_fit_paints_nothing() -> None:
    app = TableApp([row("A")])
    async with app.run_test(size=(18, 8)):
        assert app.table.columns_in_view == ("symbol", "net")
        app.table.painted.clear()
        app.table.set_rows([row("A", note="hidden")])
        assert app.table.painted == []


async def test_rows_that_come_above_the_view_paint_nothing() -> None:
    app = TableApp(many(50))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move_cursor("S030")
        await pilot.pause()
        before = on_screen(app)
        app.table.painted.clear()
        app.table.set_rows([row("new1"), row("new2"), *many(50)])
        assert [region for region in app.table.painted if region] == []
        await pilot.pause()
        text = [line[:38] for line in on_screen(app)]
    assert text == [line[:38] for line in before]


async def test_the_cursor_repaints_two_lines() -> None:
    app = TableApp([row("A"), row("B"), row("C")])
    async with app.run_test(size=SIZE) as pilot:
        app.table.painted.clear()
        await pilot.press("down")
        assert app.table.painted == [Region(0, 1, 40, 2)]


places = st.integers(0, 11)
letters = st.text("xyz", max_size=3)
change = st.one_of(
    st.sampled_from(["cursor_up", "cursor_down", "page_down", "first_row", "last_row"]),
    st.tuples(st.just("note"), places, letters),
    st.tuples(st.just("net"), places, letters),
    st.tuples(st.just("remove"), places, letters),
    st.tuples(st.just("insert"), places, letters),
    st.tuples(st.just("to_top"), places, letters),
    st.tuples(st.just("keep"), places, letters),
)


def changed(rows: list[Row], what: str, at: int, text: str) -> list[Row]:
    """`rows` after one change; a place past the end changes nothing."""
    old = rows[at] if at < len(rows) else None
    match what:
        case "insert" if len(rows) < 12:
            free = next(letter for letter in "ABCDEFGHIJKLM" if letter not in {item.key for item in rows})
            return [*rows[:at], row(free, note=text), *rows[at:]]
        case "keep":
            return rows[:at]
        case _ if old is None:
            return rows
        case "remove":
            return [*rows[:at], *rows[at + 1 :]]
        case "to_top":
            return [old, *rows[:at], *rows[at + 1 :]]
        case "net":
            return [*rows[:at], row(old.key, text, old.cells[2].text, "gain"), *rows[at + 1 :]]
        case _:
            return [*rows[:at], row(old.key, old.cells[1].text, text), *rows[at + 1 :]]


class Terminal:
    """Lines as a terminal has them that is sent the painted regions and nothing else."""

    def __init__(self, table: Watched) -> None:
        self.table = table
        self.lines = lines_of(table)
        table.painted.clear()

    def take_painted(self) -> None:
        drawn = lines_of(self.table)
        for region in self.table.painted:
            for y in range(len(drawn)) if region is None else region.line_range:
                x1, x2 = (0, 99) if region is None else region.column_span
                parts = (self.lines[y].crop(0, x1), drawn[y].crop(x1, x2), self.lines[y].crop(x2))
                self.lines[y] = Strip.join(parts)
        self.table.painted.clear()


def lines_of(table: Watched) -> list[Strip]:
    return [table.render_line(y) for y in range(table.size.height)]


def fresh_lines(table: Watched) -> list[Strip]:
    """What a table would show that never drew before."""
    table._painter.forget()
    return lines_of(table)


def characters(strips: list[Strip]) -> list[list[tuple[str, object]]]:
    return [[(character, style) for text, style, _ in strip for character in text] for strip in strips]


@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 12), st.lists(change, min_size=5, max_size=25))
async def test_after_any_changes_the_screen_is_that_of_a_fresh_table(
    count: int, changes: list[str | tuple[str, int, str]]
) -> None:
    rows = [row(letter) for letter in "ABCDEFGHIJKLM"[:count]]
    app = TableApp(rows)
    async with app.run_test(size=(30, 6)) as pilot:
        table = app.table
        terminal = Terminal(table)
        for step in changes:
            if isinstance(step, str):
                getattr(table, f"action_{step}")()
            else:
                rows = changed(rows, *step)
                table.set_rows(rows)
            terminal.take_painted()
            assert characters(terminal.lines) == characters(fresh_lines(table))
        await pilot.pause()
        terminal.take_painted()
        assert [line[:29] for line in on_screen(app)] == [strip.text[:29] for strip in fresh_lines(table)]
        assert not rows or any(line.startswith(str(table.cursor_key)) for line in on_screen(app))
