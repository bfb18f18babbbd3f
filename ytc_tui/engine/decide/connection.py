"""The connection to the venue: lost from the first request without an answer until the next answer.

Decides when silence is a warning and when an emergency (domain.md 1.5). Imports the alarms, the situation
and the model. Invariants: only a request that got no answer counts as silence, never that nobody asked; the
limit is inclusive; the emergency is raised once for each loss.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.engine.decide.alarms import react
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S

_LOST = "connection-lost"
_DEGRADED = "connection-degraded"


def decide_silence(sit: Situation, message: str) -> Iterator[ev.Event]:
    """A request to the venue got no answer."""
    since_ns = sit.state.venue_silent_ns
    if sit.state.ended:
        return
    if not since_ns:
        yield ev.ConnectionLost(message)
        return
    silent_ns = sit.at_ns - since_ns
    what = f"the venue has not answered for {silent_ns / NS_PER_S:.3f} s: {message}"
    if silent_ns >= sit.policy.connection_timeout_ns:
        known = sit.state.alerts.get(_LOST)
        if known is None or known.last_ns < since_ns:
            yield from react(sit, _LOST, "connection_lost", what)
    elif silent_ns and not _told_now(sit):
        yield from react(sit, _DEGRADED, "connection_degraded", what)


def _told_now(sit: Situation) -> bool:
    """Whether this instant's silence was told already: it may be asked often within one."""
    known = sit.state.alerts.get(_DEGRADED)
    return known is not None and known.last_ns == sit.at_ns


def decide_heard(sit: Situation) -> Iterator[ev.Event]:
    """The venue answered, or told something by itself."""
    if sit.state.venue_silent_ns:
        yield ev.ConnectionRestored(sit.at_ns - sit.state.venue_silent_ns)


def decide_answered(sit: Situation, heard: bool | None, message: str) -> Iterator[ev.Event]:
    """What a failed request says of the line, None = nothing; nonsense is an answer too."""
    if heard is not None:
        yield from decide_heard(sit) if heard else decide_silence(sit, message)
