"""News as the engine acts on it: why entries are refused or smaller now, in words.

Decides that nothing acts where the filter is off. Imports the situation and the model. Invariant: gate,
deciders and screens ask here, so that they never differ about what stands.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.news import NewsState, NewsStretch

_QUIET = NewsStretch()


def standing(sit: Situation, at_ns: int | None = None) -> NewsStretch:
    """The windows that act at `at_ns`, now where None; none where the filter is off."""
    news = sit.policy.news
    return news.at(sit.at_ns if at_ns is None else at_ns) if news.rules.acts else _QUIET


def blackout_reason(sit: Situation) -> str:
    """Why news refuses entries now; empty when it does not."""
    stands = standing(sit)
    return f"news blackout {told(stands)}" if stands.state is NewsState.BLACKOUT else ""


def restricted_reason(sit: Situation) -> str:
    """Why news makes entries smaller now; empty when it does not."""
    stands = standing(sit)
    return f"news {told(stands)}" if stands.state is NewsState.RESTRICTED else ""


def told(stands: NewsStretch) -> str:
    """`until 13:45Z: USD CPI m/m (13:30Z)`."""
    window = stands.windows[0]
    others = sum(1 for other in stands.windows[1:] if other.state is stands.state)
    more = f" and {others} more" if others else ""
    return f"until {_clock(stands.until_ns)}: {window.event.label} ({_clock(window.event.at_ns)}){more}"


def _clock(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%H:%MZ")
