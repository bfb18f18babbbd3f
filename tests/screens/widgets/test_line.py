"""A line sends a terminal what changed in it, and the terminal then shows the line."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.content import Content

from ytc_tui.screens.widgets.line import Line
from ytc_tui.screens.widgets.live_table_screen import LiveScreen

from .terminal import SIZE, Terminal

PADDING = 3


class Lines(LiveScreen[None]):
    def compose(self) -> ComposeResult:
        line = Line(id="line")
        line.styles.padding = (0, PADDING)
        yield line


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        (["feed 04:59:59 UTC", "feed 05:00:01 UTC"], 7),
        (["feed 05:28:41 UTC", "feed 05:28:51 UTC"], 1),
        (["a", "b"], 1),
        (["P&L +0.00 │ gate ACTIVE", "P&L -0.01 │ gate ACTIVE"], 5),
        (["P&L +0.00", "P&L +10.00"], 10),
        (["P&L +10.00", "P&L +0.00"], 10),
    ],
)
async def test_what_changed_is_sent_and_shown(said: list[str], sent: int) -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        for text in said:
            app.written = 0
            line.say(Content(text))
            await pilot.pause()
            assert app.lines[0].rstrip() == " " * PADDING + text
    assert app.written == sent


async def test_of_several_lines_the_one_that_changed_is_sent() -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        for text in ("soft end 13:59\nin 0:07:10\nwaits", "soft end 13:59\nin 0:07:09\nwaits"):
            app.written = 0
            line.say(Content(text))
            await pilot.pause()
            assert [shown.strip() for shown in app.lines[:3]] == text.split("\n")
    assert app.written == 2


async def test_a_line_that_is_wrapped_anew_is_shown_whole() -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        room = line.size.width
        for words in (["x" * room, "y"], ["x" * (room // 2), "y" * room], ["z"]):
            line.say(Content(" ".join(words)))
            await pilot.pause()
            assert [shown.strip() for shown in app.lines[: len(words)]] == words
            assert line.size.height == len(words)


async def test_what_was_said_to_a_hidden_line_is_there_once_it_is_seen() -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        line.say(Content("before"))
        line.display = False
        await pilot.pause()
        line.say(Content("while\nhidden"))
        await pilot.pause()
        line.display = True
        await pilot.pause()
        assert [shown.strip() for shown in app.lines[:2]] == ["while", "hidden"]
        assert line.size.height == 2


async def test_a_text_of_another_length_or_style_is_shown_whole() -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        for text in ("one", "three", "one\ntwo", "日本", "ab"):
            content = Content(text)
            line.say(content)
            await pilot.pause()
            shown = "\n".join(text.strip() for text in app.lines[: content.plain.count("\n") + 1])
            assert shown.replace(" ", "") == content.plain
        app.written = 0
        line.say(Content.styled("ab", "bold"))
        await pilot.pause()
        assert app.written >= len("ab")
        assert line.said.spans


async def test_the_same_again_sends_nothing() -> None:
    app = Terminal(Lines())
    async with app.run_test(size=SIZE) as pilot:
        line = app.screen.query_one(Line)
        line.say(Content("quiet"))
        await pilot.pause()
        app.written = 0
        line.say(Content("quiet"))
        await pilot.pause()
    assert app.written == 0
