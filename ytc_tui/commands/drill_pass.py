"""The last drill that passed, as other commands show it.

Decides wording alone. Imports the record. Invariant: a pass of another release or of other settings is not
called one of these.
"""

from __future__ import annotations

from ytc_tui import __version__
from ytc_tui.adapters.drill_file import DrillPass
from ytc_tui.views.journal import utc


def drill_words(kept: DrillPass | None, digest: str) -> str:
    """The last pass in one line, and whether it was of this release and of these settings."""
    if kept is None:
        return "never passed: `ytc drill`"
    told = f"passed {utc(kept.at_ns)}, {kept.lines} lines"
    if kept.software != __version__:
        return f"{told}, by version {kept.software}: drill again"
    return told if kept.config_digest == digest else f"{told}, with other settings: drill again"
