"""The review of past sessions: what is asked when, and what is shown while it is not known."""

from __future__ import annotations

from tests.screens.desk_stage import settle, staged
from tests.screens.review_views import ENDED, PAST, REVIEW, RUNNING
from tests.screens.table_views import all_screens
from tests.screens.test_table_screens import opened, table_of
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.review import AGAIN_S, Balance
from ytc_tui.screens.table_screen import STOPPED_S


async def test_a_review_is_made_of_the_session_at_which_one_stops() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("review", "down")(pilot)
        assert [row.key for row in table_of(app).rows] == [row.session_id for row in PAST.rows]
        assert app.engine.reviewed[-1] == ENDED.session_id
        assert app.screen.query_one(Balance).display
        assert "lowest 9,898.20" in str(app.screen.query_one("#behind-text").render())
        await pilot.press("up")
        await pilot.pause(STOPPED_S + 0.05)
        assert app.engine.reviewed[-1] == RUNNING.session_id
        assert "lowest" not in str(app.screen.query_one("#behind-text").render())
        assert not app.screen.query_one(Balance).display


async def test_the_list_is_read_again_after_a_while_and_says_when_it_cannot_be() -> None:
    app = staged(all_screens())
    async with app.run_test(size=(120, 40)) as pilot:
        await opened("review")(pilot)
        asked = app.engine.asked_sessions
        app.show_views()
        await pilot.pause()
        assert app.engine.asked_sessions == asked
        app.engine.past = EngineUnreachable("the engine hung up \x1b]0;x\x07")
        app.clock.now += AGAIN_S
        app.show_views()
        while not str(app.screen.query_one("#summary").render()).startswith("the engine hung up"):
            await pilot.pause()
        assert len(table_of(app).rows) == len(PAST.rows)


async def test_a_session_that_cannot_be_read_says_why() -> None:
    app = staged(all_screens())
    app.engine.review_of = EngineUnreachable("the report took too long")
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await opened("review")(pilot)
        assert "the report took too long" in str(app.screen.query_one("#behind-text").render())
    assert REVIEW.tables
