"""Which colours a desk begins with, and the key that changes them."""

from __future__ import annotations

import pytest

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import desk_of, press, staged
from tests.screens.test_containment import text_of
from ytc_tui.screens.themes import DARK, LIGHT, theme_for


@pytest.mark.parametrize(
    ("wanted", "environ", "name"),
    [
        ("auto", {}, DARK.name),
        ("auto", {"COLORFGBG": "15;0"}, DARK.name),
        ("auto", {"COLORFGBG": "0;15"}, LIGHT.name),
        ("auto", {"COLORFGBG": "0;default;15"}, LIGHT.name),
        ("auto", {"COLORFGBG": "\x1b[31m"}, DARK.name),
        ("dark", {"COLORFGBG": "0;15"}, DARK.name),
        ("light", {}, LIGHT.name),
    ],
)
def test_the_setting_decides_and_auto_asks_the_terminal(
    wanted: str, environ: dict[str, str], name: str
) -> None:
    assert theme_for(wanted, environ) == name


async def test_a_desk_begins_in_its_theme_and_a_key_changes_it() -> None:
    app = staged(in_trade(), settings={"theme": LIGHT.name})
    async with desk_of(app) as pilot:
        assert app.theme == LIGHT.name
        before = text_of(app)
        await press(pilot, "ctrl+t")
        assert app.theme == DARK.name
        assert text_of(app) == before
        await press(pilot, "ctrl+t")
        assert app.theme == LIGHT.name
