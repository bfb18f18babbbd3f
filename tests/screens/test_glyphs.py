"""Which characters a terminal is given, and that a desk in ASCII has no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from tests.screens.desk_scenes import SCENES
from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.desk_views import Scene
from tests.screens.table_views import all_screens
from tests.screens.test_containment import KEYS, text_of
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.glyphs import GlyphSet, glyph_set, plain_text


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({}, False),
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.utf8@euro"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "de_CH.UTF-8"}, False),
        ({"LC_ALL": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.ISO-8859-1"}, True),
        ({"LANG": "en_US"}, True),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "dumb"}, True),
    ],
)
def test_auto_asks_locale_and_terminal(environ: dict[str, str], plain: bool) -> None:
    assert glyph_set("auto", environ) is (GlyphSet.ASCII if plain else GlyphSet.BRAILLE)


@pytest.mark.parametrize("wanted", GlyphSet)
def test_what_is_set_stands_over_both(wanted: GlyphSet) -> None:
    for environ in ({"TERM": "linux", "LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}):
        assert glyph_set(wanted.value, environ) is wanted


@given(st.text())
def test_any_text_is_ascii_afterwards_and_as_wide(text: str) -> None:
    plain = plain_text(text)
    assert plain.isascii()
    assert len(plain) == sum(1 if char.isascii() else cell_len(char) for char in text)


def in_ascii(scene: Scene) -> StagedDesk:
    app = staged(scene)
    app.desk = replace(app.desk, glyphs=GlyphSet.ASCII)
    return app


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 12)], ids=["120x40", "80x24", "50x12"])
async def test_a_desk_in_ascii_has_no_other_character_on_any_screen(size: tuple[int, int]) -> None:
    app = in_ascii(all_screens())
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for screen in DeskApp.MODES:
            await pilot.press(KEYS[screen])
            await pilot.pause()
            app.engine.tell(**app.engine.scene)
            await pilot.pause()
            assert text_of(app).isascii(), screen
        for key in ("question_mark", "escape", "exclamation_mark"):
            await pilot.press(key)
            await pilot.pause()
            assert text_of(app).isascii(), key


@pytest.mark.parametrize("scene", ["alert_storm", "proposal_waiting", "emergency"])
async def test_every_moment_is_readable_in_ascii(scene: str) -> None:
    app = in_ascii(SCENES[scene]())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert text_of(app).isascii()


async def test_otherwise_lines_are_sent_as_they_are() -> None:
    app: Any = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert not text_of(app).isascii()
