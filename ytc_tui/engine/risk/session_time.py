"""Rule: the time lies in the session's entry window, its start included, its end not (semantics.md 2)."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.engine.risk.answers import pair, passed, refused
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.risk import RiskLimits, RiskRequest, Verdict

RULE = "session_time"
SUMMARY = "Minutes since the entry window opened: from 0 to the planned end of entries, end excluded."


def check(request: RiskRequest, limits: RiskLimits) -> Verdict:
    elapsed = Decimal(request.now_ns - request.entries_from_ns) / NS_PER_MIN
    window = Decimal(request.entries_until_ns - request.entries_from_ns) / NS_PER_MIN
    first, second = pair(elapsed, window, " min")
    if request.now_ns < request.entries_from_ns:
        return refused(RULE, f"the entry window opens in {first.removeprefix('-')}", elapsed, window)
    if request.now_ns >= request.entries_until_ns:
        return refused(RULE, f"{first} into an entry window of {second}", elapsed, window)
    return passed(RULE, f"{first} into an entry window of {second}", elapsed, window)
