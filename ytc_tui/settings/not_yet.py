"""Settings that are checked and kept, and have no effect in this release, with what they wait for.

Decides what `ytc config explain` says of them. Standard library only. Invariant: a key leaves this table
when something reads it; a test fails if a key is read and listed, or neither.
"""

from __future__ import annotations

_LIVE = "live feeds and venues"

NOT_YET: dict[str, str] = {
    "risk.stale_warn_s": _LIVE,
    "risk.stale_critical_s": _LIVE,
    "agents.*.weight": "votes of several agents",
}
