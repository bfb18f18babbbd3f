"""The one sanitiser of text that is not ours, before it reaches a terminal (safety.md 5).

Decides which characters a venue, an agent or an operator's note may put on a screen. Standard library
only. Invariant: nothing that comes out can move the cursor, change a mode, hide or reorder text.
"""

from __future__ import annotations

import re

REPLACEMENT = "�"
DEFAULT_LIMIT = 4096
ELLIPSIS = "…"

# C0 but newline and tab, DEL, C1; soft hyphen; bidi marks, embeddings and isolates; zero-width
# characters and separators; invisible operators; interlinear marks; lone surrogates, which no terminal
# encoding has; invisible controls of hieroglyphs, shorthand and music; tags.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BREAKS = str.maketrans("\n\t", "  ")


def safe(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """`text` with every unsafe character replaced by U+FFFD, at most `limit` characters long.

    Newline and tab stay. A text that was cut ends with an ellipsis.
    """
    if len(text) > limit:
        text = text[: max(0, limit - 1)] + ELLIPSIS[:limit]
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(REPLACEMENT, text)


def safe_line(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """`safe` on one line: newline and tab become spaces, so that a text cannot pose as more rows."""
    return safe(text, limit).translate(_BREAKS)
