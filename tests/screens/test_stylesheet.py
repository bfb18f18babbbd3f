"""The style sheet that is kept says what Textual's own would."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet

from tests.screens.desk_scenes import in_trade
from tests.screens.desk_stage import StagedDesk, desk_of, press, staged
from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.themes import DARK, LIGHT


def said(stylesheet: Stylesheet) -> list[tuple[str, str, int]]:
    return [(rule.selectors, repr(rule.styles.get_rules()), rule.tie_breaker) for rule in stylesheet.rules]


def assert_as_read_anew(app: StagedDesk) -> None:
    stock = Stylesheet(variables=app.get_css_variables())
    stock.source = app.stylesheet.source
    stock.reparse()
    assert said(app.stylesheet) == said(stock)


async def test_rules_are_those_of_sheets_read_anew_on_every_screen_and_in_both_themes() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        for key in (action.key for action in ACTIONS if action.id in app.MODES):
            await press(pilot, key)
            assert_as_read_anew(app)
        assert app.theme == DARK.name
        dark = said(app.stylesheet)
        await press(pilot, "ctrl+t")
        assert app.theme == LIGHT.name
        assert_as_read_anew(app)
        assert said(app.stylesheet) != dark


async def test_a_screen_that_was_open_before_costs_no_reading() -> None:
    app = staged(in_trade())
    async with desk_of(app) as pilot:
        await press(pilot, *(action.key for action in ACTIONS if action.id in app.MODES))
        rules = {id(rule) for rule in app.stylesheet.rules}
        app.refresh_css()
        assert {id(rule) for rule in app.stylesheet.rules} == rules
