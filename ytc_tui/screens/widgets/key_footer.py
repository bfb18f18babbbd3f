"""The keys at the foot of a screen: whole keys only, the ones that matter most where room is short.

Decides which keys are left out, and how a key looks that does nothing now. Imports Textual, the actions and
the containment. Invariants: no key is cut; flatten, leaving and help are the last to go; keys keep their
order. One line of text instead of a widget a key: with a widget a key, every change of focus cost as much as
a page of prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from textual.content import Content
from textual.dom import DOMNode
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Input, Static

from ytc_tui.screens.actions import ACTIONS, key_text
from ytc_tui.screens.containment import Contained

if TYPE_CHECKING:
    from ytc_tui.screens.app import DeskApp

_ALWAYS = ("flatten", "leave", "help")
_RANK = {
    name: place
    for place, name in enumerate([*_ALWAYS, *(each.id for each in ACTIONS if each.id not in _ALWAYS)])
}
_ALIVE, _DEAD = ("bold $footer-key-foreground", ""), ("$foreground 40%", "$foreground 40%")


class Key(NamedTuple):
    """A key that is shown: what it runs and where, and whether it does anything now."""

    key: str
    title: str
    action: str
    owner: DOMNode
    alive: bool

    @property
    def cells(self) -> int:
        return Content(f"{self.key} {self.title}").cell_length


class KeyFooter(Contained, Static):
    """The active keys of this screen; a click runs one."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom;
        height: 1;
        text-wrap: nowrap;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.keys: tuple[Key, ...] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self._show_keys()

    def on_resize(self) -> None:
        self._show_keys()

    def _bindings_changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self._show_keys()

    def _show_keys(self) -> None:
        shown = fitting(self._active(), self.app.size.width)
        if shown == self.keys:
            return
        self.keys = shown
        pieces: list[str | tuple[str, str]] = []
        for each in shown:
            key_style, title_style = _ALIVE if each.alive else _DEAD
            pieces += [(each.key, key_style), (f" {each.title}", title_style), " "]
        self.update(Content.assemble(*pieces))

    def _active(self) -> list[Key]:
        keys = cast("DeskApp", self.app).keys
        always = {
            action.runs: Key(key_text(keys[action.id]), action.title, action.runs, self.app, True)
            for action in ACTIONS
            if action.priority and action.footer and self.app.check_action(action.id, ()) is not False
        }
        if isinstance(self.screen.focused, Input):
            # It takes every other key as a letter.
            return list(always.values())
        own: frozenset[str] = getattr(self.screen, "FOOTER", frozenset())
        found = always | {
            binding.action: Key(
                self.app.get_key_display(binding), binding.description, binding.action, owner, alive
            )
            for owner, binding, alive, _ in self.screen.active_bindings.values()
            if binding.show or binding.id in own
        }
        return list(found.values())

    async def on_click(self, event: Click) -> None:
        x = 0
        for each in self.keys:
            if x <= event.x < x + each.cells and each.alive:
                await self.app.run_action(each.action, each.owner)
            x += each.cells + 1


def fitting(keys: list[Key], width: int) -> tuple[Key, ...]:
    """The keys that have room in `width` cells, the ones that matter most first to be given it."""
    kept: set[str] = set()
    left = width + 1
    for each in sorted(keys, key=lambda each: _RANK.get(each.action, len(_RANK))):
        if each.cells + 1 <= left:
            kept.add(each.action)
            left -= each.cells + 1
    return tuple(each for each in keys if each.action in kept)
