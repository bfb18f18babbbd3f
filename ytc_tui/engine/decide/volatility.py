"""A volatility spike: what monitoring saw is told to the operator.

Decides the alert (domain.md 1.5: a warning, to be assessed by a person). Imports the situation and the
model. Invariant: it changes neither gate nor status; whether to pause is the operator's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import ResponseMessage

_TOLD_IN = (Phase.SESSION_OPEN, Phase.ACTIVE_TRADING)
# A spike that lasts is told again after this.
_AGAIN_NS = 60 * NS_PER_MIN


def decide_volatility(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """An alert for each symbol whose spike is in this report of monitoring, at most once an hour."""
    told = response.result.get("market_status")
    if sit.state.phase not in _TOLD_IN or not isinstance(told, Mapping):
        return
    for symbol in sit.market.symbols:
        status = told.get(symbol)
        known = sit.state.alerts.get(f"volatility-{symbol}")
        if known is not None and sit.at_ns - known.last_ns < _AGAIN_NS:
            continue
        if isinstance(status, Mapping) and status.get("volatility_spike") is True:
            message = f"{symbol}: volatility is far above its baseline; assess, pause if in doubt"
            yield alert(f"volatility-{symbol}", "volatility_spike", message)
