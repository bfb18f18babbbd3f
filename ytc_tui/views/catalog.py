"""The views that a client can subscribe to, by name.

Decides the names and what each one holds, so that both ends of the door agree. Imports the views.
Invariant: every name decodes to exactly one frozen type.
"""

from __future__ import annotations

import re

from ytc_tui.views import (
    agent_health,
    alerts,
    differences,
    exposure,
    health,
    own,
    phase,
    risk,
    rules,
    signals,
    top,
    trades,
    waiting,
)
from ytc_tui.views.chart import ChartPast, ChartView
from ytc_tui.views.playback import PlaybackView
from ytc_tui.views.settings import SettingsView
from ytc_tui.views.watchlist import ClosesView, WatchlistView

BUILDERS = {
    "top": top.build,
    "phase": phase.build,
    "agents": agent_health.build,
    "exposure": exposure.build,
    "risk": risk.build,
    "alerts": alerts.build,
    "waiting": waiting.build,
    "own": own.build,
    "rules": rules.build,
    "health": health.build,
    "differences": differences.build,
    "trades": trades.build,
    "signals": signals.build,
}
VIEW_TYPES: dict[str, type] = {
    "top": top.TopView,
    "phase": phase.PhaseView,
    "agents": agent_health.AgentsView,
    "exposure": exposure.ExposureView,
    "risk": risk.RiskView,
    "alerts": alerts.AlertsView,
    "waiting": waiting.WaitingView,
    "own": own.OwnView,
    "rules": rules.RulesView,
    "health": health.HealthView,
    "differences": differences.DifferencesView,
    "trades": trades.TradesView,
    "signals": signals.SignalsView,
    "watchlist": WatchlistView,
    "settings": SettingsView,
    "closes": ClosesView,
    # Of a past session alone.
    "playback": PlaybackView,
}
_CHART = re.compile(r"(chart|past)/([A-Z0-9]{1,32})/([0-9]{1,3})")


def chart_name(symbol: str, minutes: int) -> str:
    """The name of a symbol's chart on bars of `minutes`."""
    return f"chart/{symbol}/{minutes}"


def past_name(symbol: str, minutes: int) -> str:
    """The name of what lies before that chart."""
    return f"past/{symbol}/{minutes}"


def chart_of(name: str) -> tuple[type[ChartView | ChartPast], str, int] | None:
    """Which part of a chart, symbol and minutes of its name; None for any other name."""
    found = _CHART.fullmatch(name)
    if found is None:
        return None
    return ChartView if found[1] == "chart" else ChartPast, found[2], int(found[3])


def view_type(name: str) -> type | None:
    """What the view `name` holds; None if there is no such view."""
    charted = chart_of(name)
    return charted[0] if charted is not None else VIEW_TYPES.get(name)
