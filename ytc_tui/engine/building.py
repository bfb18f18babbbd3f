"""The views of one instant, by name, from a situation and the facts beside it.

Decides which builder makes which view. Imports the situation, the engine's sight and the views. Invariant:
a running engine and a past session are shown by the same builders.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ytc_tui.engine.charting import Charts
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.seeing import RunFacts, see
from ytc_tui.engine.situation import Situation
from ytc_tui.engine.watchlist import closes, watchlist
from ytc_tui.views.catalog import BUILDERS, chart_of
from ytc_tui.views.chart import ChartPast
from ytc_tui.views.settings import SettingsView

# Views of what is in no state: prices, swings and bars.
_OF_THE_MARKET: dict[str, Callable[[Situation], object]] = {"watchlist": watchlist, "closes": closes}


def views_of(
    sit: Situation,
    runner: AgentRunner,
    facts: RunFacts,
    names: Collection[str],
    *,
    at_ns: int,
    charts: Charts,
    settings: Callable[[], SettingsView | None],
) -> dict[str, Any]:
    """Every view of `names` at feed time `at_ns`; None for one that there is not now."""
    seen = see(sit, runner, facts, at_ns=at_ns)
    views: dict[str, Any] = {}
    for name in names:
        charted = chart_of(name)
        if charted is not None:
            part, symbol, minutes = charted
            told = charts.past if part is ChartPast else charts.chart
            views[name] = told(sit, symbol, minutes)
        elif name in _OF_THE_MARKET:
            views[name] = _OF_THE_MARKET[name](sit)
        elif name == "settings":
            views[name] = settings()
        else:
            build = BUILDERS.get(name)
            views[name] = build(sit.state, seen) if build is not None else None
    return views
