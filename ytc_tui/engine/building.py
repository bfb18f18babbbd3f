"""The views of one instant, by name, from a situation and the facts beside it.

Decides which builder makes which view. Imports the situation, the engine's sight and the views. Invariant:
a running engine and a past session are shown by the same builders.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ytc_tui.engine.charting import chart
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.seeing import RunFacts, see
from ytc_tui.engine.situation import Situation
from ytc_tui.engine.watchlist import watchlist
from ytc_tui.views.catalog import BUILDERS, chart_of

# Views of what is in no state: prices, swings and bars.
_OF_THE_MARKET = {"watchlist": watchlist}


def views_of(
    sit: Situation, runner: AgentRunner, facts: RunFacts, names: Collection[str], *, at_ns: int
) -> dict[str, Any]:
    """Every view of `names` at feed time `at_ns`; None for one that there is not now."""
    seen = see(sit, runner, facts, at_ns=at_ns)
    views: dict[str, Any] = {}
    for name in names:
        charted = chart_of(name)
        if charted is not None:
            views[name] = chart(sit, *charted)
        elif name in _OF_THE_MARKET:
            views[name] = _OF_THE_MARKET[name](sit)
        else:
            build = BUILDERS.get(name)
            views[name] = build(sit.state, seen) if build is not None else None
    return views
