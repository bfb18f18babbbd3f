"""Settings that are checked and kept, and have no effect in this release, with what they wait for.

Decides what `ytc config explain` says of them. Standard library only. Invariant: a key leaves this table
when something reads it; a test fails if a key is read and listed, or neither.
"""

from __future__ import annotations

_CALENDAR = "the economic calendar"
_LIVE = "live feeds and venues"
_LEDGER = "the drawdown ledger across sessions"

NOT_YET: dict[str, str] = {
    "trading.enable_news_filter": _CALENDAR,
    "risk.blackout_before_min": _CALENDAR,
    "risk.blackout_after_min": _CALENDAR,
    "feed.calendar_path": _CALENDAR,
    "trading.entry.max_spread_pct": _LIVE,
    "risk.connection_timeout_s": _LIVE,
    "risk.stale_warn_s": _LIVE,
    "risk.stale_critical_s": _LIVE,
    "agents.*.weight": "votes of several agents",
    **{
        f"risk.drawdown.{span}_{level}_pct": _LEDGER
        for span in ("day", "week", "month", "total")
        for level in ("warn", "limit")
    },
}
