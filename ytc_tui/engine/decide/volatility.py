"""A volatility spike: what monitoring saw is told to the operator.

Decides the alert (domain.md 1.5: a warning, to be assessed by a person). Imports the situation and the
model. Invariant: it changes neither gate nor status; whether to pause is the operator's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.session import Phase, Severity
from ytc_tui.model.tasks import ResponseMessage

_TOLD_IN = (Phase.SESSION_OPEN, Phase.ACTIVE_TRADING)


def decide_volatility(sit: Situation, response: ResponseMessage) -> Iterator[ev.Event]:
    """One alert for each symbol whose spike is in this report of monitoring."""
    told = response.result.get("market_status")
    if sit.state.phase not in _TOLD_IN or not isinstance(told, Mapping):
        return
    for symbol in sit.market.symbols:
        status = told.get(symbol)
        if isinstance(status, Mapping) and status.get("volatility_spike") is True:
            yield ev.AlertRaised(
                f"volatility-{symbol}",
                Severity.WARNING,
                "volatility_spike",
                f"{symbol}: volatility is far above its baseline; assess, pause if in doubt",
            )
