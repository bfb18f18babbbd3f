"""A news window begins: entries that work are pulled, and a person is told.

Decides nothing about open trades: closing them before news is agent 10's, where a setting says so. Imports
the news that stands, the outgoing orders and the model. Invariant: protective stops stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide import proposals
from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.outgoing import cancel_all
from ytc_tui.engine.news import standing, told
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.news import NewsState
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Phase

_UNKNOWN = "news-unknown"
_TOLD_IN = (Phase.SESSION_OPEN, Phase.ACTIVE_TRADING)


def _unknown(sit: Situation) -> Iterator[ev.Event]:
    """A calendar that tells nothing of this session is no quiet one."""
    news, window = sit.policy.news, sit.window
    if not (news.rules.acts and news.calendar.source) or _UNKNOWN in sit.state.alerts:
        return
    if sit.state.phase is Phase.PRE_MARKET and not news.covers(window.init_ns, window.hard_end_ns):
        message = f"{news.calendar.source} holds nothing of this session's time: its news is not known"
        yield alert(_UNKNOWN, "news_unknown", message)


def decide_news(sit: Situation) -> Iterator[ev.Event]:
    """What the windows that are open at this minute's close ask for."""
    stands = standing(sit)
    yield from _unknown(sit)
    if stands.state is NewsState.NORMAL or sit.state.phase not in _TOLD_IN:
        return
    words = told(stands)
    blackout = stands.state is NewsState.BLACKOUT
    window = stands.windows[0]
    name = f"news-{stands.state}-{window.from_ns}"
    if name not in sit.state.alerts:
        what = "no entries" if blackout else "smaller entries"
        yield alert(name, f"news_{stands.state}", f"news: {what} {words}")
    if blackout:
        yield from cancel_all(sit, (OrderRole.ENTRY,), f"news blackout {words}")
        yield from proposals.decide_void(sit, f"news blackout {words}")
