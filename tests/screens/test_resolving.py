"""Resolving a difference on its screen: what is asked, and what is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.desk_stage import StagedDesk, settle, staged
from tests.screens.desk_views import NOW_NS
from tests.screens.table_views import DIFFERENCES_VIEW, all_screens
from tests.screens.test_containment import text_of
from tests.screens.test_table_screens import opened
from ytc_tui.model.commands import Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.reconciling import REMEDIES, Reconcile, Remedy
from ytc_tui.screens.remedies import effect


def sent(app: StagedDesk) -> list[tuple[Verb, str, Reconcile | None]]:
    return [(command.verb, command.target, command.reconcile) for command in app.engine.sent]


@pytest.mark.parametrize(("key", "remedy"), [("a", Remedy.ADOPT), ("c", Remedy.CLOSE)])
async def test_a_remedy_says_what_it_does_and_is_sent(key: str, remedy: Remedy) -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("reconcile", "r")(pilot)
        assert "our position becomes -3.364, tagged EXTERNAL" in text_of(app)
        await pilot.press(key)
        await pilot.pause()
        assert sent(app) == [(Verb.RECONCILE, "position-ETHUSDT", Reconcile(remedy))]


async def test_ignoring_needs_a_time() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("reconcile", "r", "i")(pilot)
        for typed in ("x", "0", "1e9", "nan"):
            await pilot.press("ctrl+u", *typed, "enter")
            await pilot.pause()
            assert sent(app) == []
        await pilot.press("ctrl+u", *"30", "enter")
        await pilot.pause()
        until_ns = NOW_NS + 30 * NS_PER_MIN
        assert sent(app) == [(Verb.RECONCILE, "position-ETHUSDT", Reconcile(Remedy.IGNORE, until_ns))]


async def test_linking_needs_an_order_of_ours() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("reconcile", "down", "r", "l")(pilot)
        await pilot.press(*"y_p", "enter")
        await pilot.pause()
        assert sent(app) == []
        await pilot.press("ctrl+u", *"yp6w", "enter")
        await pilot.pause()
        assert sent(app) == [(Verb.RECONCILE, "foreign-web-7", Reconcile(Remedy.LINK, order="yp6w"))]


async def test_escape_sends_nothing_and_elsewhere_there_is_nothing_to_resolve() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("r")
        await pilot.pause()
        assert "no difference is selected" in app.words_said[-1]
        await opened("reconcile", "r", "escape", "r", "i", "escape")(pilot)
        assert sent(app) == []


@pytest.mark.parametrize("kind", REMEDIES)
def test_every_remedy_has_words_of_its_own(kind: str) -> None:
    first = DIFFERENCES_VIEW.rows[0]
    row = replace(first, kind=kind, client_id="yp", theirs="{x}", remedies=REMEDIES[kind])
    told = [effect(remedy, row) for remedy in row.remedies]
    assert len(set(told)) == len(told)
    assert all("{client_id}" not in text for text in told)
