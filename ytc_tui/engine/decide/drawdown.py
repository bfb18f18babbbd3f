"""The drawdown ledger: warnings, and no entries at a limit.

Decides alerts (semantics.md 5); the gate's own rule refuses. Imports the ledger, the outgoing orders and
the model. Invariant: open trades are left to their stops and to the session's own loss limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.outgoing import cancel_all
from ytc_tui.engine.drawdown import drawdowns
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.orders import OrderRole


def decide_drawdown(sit: Situation) -> Iterator[ev.Event]:
    """An alert for each span that reached its warning or its limit, once a session."""
    for drawdown in drawdowns(sit):
        span = drawdown.held.span
        if drawdown.at_limit:
            if f"drawdown-limit-{span}" not in sit.state.alerts:
                message = f"{drawdown.words}: no entries"
                yield alert(f"drawdown-limit-{span}", "drawdown_limit", message)
            yield from cancel_all(sit, (OrderRole.ENTRY,), drawdown.words)
        elif drawdown.used_pct >= drawdown.held.warn_pct and f"drawdown-{span}" not in sit.state.alerts:
            yield alert(f"drawdown-{span}", "drawdown", drawdown.words)
