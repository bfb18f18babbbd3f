"""What a terminal is sent, and that it then shows the whole screen as it is."""

from __future__ import annotations

import gc
from functools import partial

import pytest
from textual.app import ComposeResult

from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_screen import LiveScreen, freeze_start_up

from .tables import COLUMNS, many, on_screen, row
from .terminal import SIZE, Terminal


class Panes(LiveScreen[None]):
    """Two tables side by side, so that lines have two parts."""

    DEFAULT_CSS = "Panes { layout: horizontal; } Panes > * { width: 1fr; border: round white; }"

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, id="left")
        yield LiveTable(COLUMNS, id="right")


async def test_the_terminal_shows_the_screen_and_only_the_change_is_sent() -> None:
    app = Terminal(Panes())
    async with app.run_test(size=SIZE) as pilot:
        left, right = app.query_one("#left", LiveTable), app.query_one("#right", LiveTable)
        left.set_rows(many(20))
        right.set_rows(many(4))
        await pilot.pause()
        sent = []
        rows = many(4)
        for number, net in enumerate(("+7.77", "-8.88", "+9.99")):
            app.written = 0
            rows[number] = row(f"S{number:03d}", net=net)
            right.set_rows(rows)
            await pilot.pause()
            sent.append(app.written)
            assert app.lines == on_screen(app)
        left.move_cursor("S015")
        right.set_rows(rows[1:])
        await pilot.pause()
        assert app.lines == on_screen(app)
    assert sent == [9, 9, 9]


def test_what_start_up_left_is_collected_and_then_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("collect", "freeze"):
        monkeypatch.setattr(gc, name, partial(done.append, name))
    freeze_start_up()
    assert done == ["collect", "freeze"]
