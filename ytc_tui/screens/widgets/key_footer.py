"""The keys at the foot of a screen: whole keys only, the ones that matter most where room is short.

Decides which keys are left out. Imports Textual and the actions. Invariants: no key is cut; flatten, help and
leaving are the last to go; keys keep their order.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from ytc_tui.screens.actions import ACTIONS

_ALWAYS = ("flatten", "leave", "help")
_RANK = {name: place for place, name in enumerate((*_ALWAYS, *(action.id for action in ACTIONS)))} | {
    name: place for place, name in enumerate(_ALWAYS)
}


class KeyFooter(Footer):
    """Textual's footer without the keys for which there is no room."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._room = 0

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        left = self.app.size.width + 1
        kept = set()
        for key in sorted(keys, key=lambda key: _RANK.get(key.action, len(_RANK))):
            needs = Content(f"{key.key_display} {key.description} ").cell_length
            if needs <= left:
                kept.add(key)
                left -= needs
        shown = [key for key in keys if key in kept]
        self.styles.grid_size_columns = max(1, len(shown))
        yield from shown

    def on_resize(self, event: Resize) -> None:
        """Other keys may fit now."""
        if event.size.width != self._room:
            self._room = event.size.width
            self.call_after_refresh(self.recompose)
