"""Text that is not our own, as a person may see it.

Decides how long it may be. Imports the sanitiser and the redactor. Invariant: one line, no control character,
no secret.
"""

from __future__ import annotations

from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.adapters.terminal_text import safe_line

SAFE_TEXT = 2_000


def safe_text(text: str) -> str:
    """`text` in one line of at most `SAFE_TEXT` characters."""
    return safe_line(REDACTOR.values(text), SAFE_TEXT)
