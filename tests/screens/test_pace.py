"""What a slow line to the terminal is spared, and when the bell rings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.desk_scenes import alert_storm, in_trade
from tests.screens.desk_stage import desk_of, press, quiet, shown, staged, verbs
from tests.screens.desk_views import top_view
from ytc_tui.model.commands import Verb
from ytc_tui.model.session import Severity
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.pace import PACES, LinkKind, seeming
from ytc_tui.screens.ringing import AGAIN_S, APART_S, Bell, Ringing
from ytc_tui.views.alerts import AlertRow, AlertsView


def test_a_session_over_ssh_is_known_by_its_environment() -> None:
    assert seeming({}) is LinkKind.LOCAL
    assert seeming({"SSH_CONNECTION": "10.0.0.2 51000 10.0.0.1 22"}) is LinkKind.SSH
    assert seeming({"SSH_TTY": ""}) is LinkKind.LOCAL


async def test_a_slow_line_gets_one_frame_a_second_and_no_chart() -> None:
    app = staged(in_trade(), settings={"link": LinkKind.SLOW})
    async with desk_of(app) as pilot:
        assert app.chart is None
        assert app.animation_level == "none"
        assert not app.screen.query_one("#chart-pane").display
        await press(pilot, "y")
        assert app.chart is None
        app.engine.tell(top=top_view(positions=3))
        await quiet(pilot)
        before = shown(pilot, "#top-line")
        app.clock.now += PACES[LinkKind.SLOW].frame_s
        app.engine.tell(top=top_view(gate_reason="x", positions=7))
        while shown(pilot, "#top-line") == before:
            await pilot.pause()
        await press(pilot, "s")
        assert verbs(app) == [Verb.STOP_ENTRIES]


async def test_what_came_between_two_frames_is_shown_with_the_second() -> None:
    app = staged(in_trade(), settings={"link": LinkKind.SSH})
    async with desk_of(app) as pilot:
        while app._showing is not None:
            await pilot.pause(0.05)
        drawn = 0

        def show_views() -> None:
            nonlocal drawn
            drawn += 1
            DeskApp.show_views(app)

        app.show_views = show_views  # type: ignore[method-assign]
        app.clock.now += 1
        for number in range(5):
            app.engine.tell(top=top_view(positions=number))
        while app.link.top is None or app.link.top.positions != 4:
            await pilot.pause()
        await quiet(pilot)
        assert drawn == 1
        while drawn < 2:
            await pilot.pause(0.05)
        assert app.link.top.positions == 4


def alert(number: int, severity: Severity = Severity.CRITICAL, count: int = 1, by: str = "") -> AlertRow:
    return AlertRow(f"A{number}", severity, "code", "text", count, 1, 0, by)


def view(*rows: AlertRow) -> AlertsView:
    return AlertsView(rows, 0, 0, 0)


def test_a_new_alert_rings_once_and_many_at_one_moment_are_one_ring() -> None:
    ringing = Ringing(Bell.CRITICAL)
    assert ringing.hears(view(alert(1), alert(2)), 10.0)
    assert not ringing.hears(view(alert(1), alert(2), alert(3)), 10.5)
    assert ringing.hears(view(alert(1), alert(2), alert(3)), 10.0 + APART_S)
    assert not ringing.hears(view(alert(1), alert(2), alert(3)), 20.0)
    assert ringing.hears(view(alert(1, count=2), alert(2), alert(3)), 20.0)


def test_what_nobody_acknowledged_rings_again_if_it_is_critical() -> None:
    ringing = Ringing(Bell.WARNING)
    assert ringing.hears(view(alert(1, Severity.WARNING)), 0.0)
    assert not ringing.hears(view(alert(1, Severity.WARNING)), AGAIN_S)
    assert ringing.hears(view(alert(2)), AGAIN_S + 1)
    assert ringing.hears(view(alert(2)), 2 * AGAIN_S + 1)
    assert not ringing.hears(view(alert(2, by="ada")), 3 * AGAIN_S + 1)


@pytest.mark.parametrize(
    ("bell", "severity", "rings"),
    [
        (Bell.OFF, Severity.CRITICAL, False),
        (Bell.CRITICAL, Severity.WARNING, False),
        (Bell.WARNING, Severity.WARNING, True),
        (Bell.WARNING, Severity.INFO, False),
    ],
)
def test_it_rings_from_the_severity_on_that_is_set(bell: Bell, severity: Severity, rings: bool) -> None:
    assert Ringing(bell).hears(view(alert(1, severity)), 0.0) is rings


async def test_the_desk_rings_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(DeskApp, "bell", lambda self: rung.append("bell"))
    async with desk_of(staged(in_trade())):
        assert rung == []
    storm = alert_storm()
    async with desk_of(staged(storm)) as pilot:
        await quiet(pilot)
        assert rung == ["bell"]
    done = AlertsView(tuple(replace(row, acknowledged_by="ada") for row in storm["alerts"].rows), 0, 0, 0)
    async with desk_of(staged({**storm, "alerts": done})):
        assert rung == ["bell"]
