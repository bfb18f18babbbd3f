"""The keys of a playback: playing, stepping, jumping.

Decides what is asked before a jump, and what a key says that would trade. Imports the dialogs and the client
protocol. Invariant: nothing here reaches an engine.
"""

from __future__ import annotations

from typing import cast

from textual import work
from textual.content import Content
from textual.events import Key

from ytc_tui.client import PlaybackClient
from ytc_tui.errors import UsageInvalid
from ytc_tui.screens import actions
from ytc_tui.screens.dialogs.asking import TextDialog
from ytc_tui.screens.engine_screen import EngineScreen
from ytc_tui.screens.journal import JournalScreen
from ytc_tui.screens.operating import OperatedApp

# Whose rows are trades, orders and alerts.
_TABLES = ("positions-table", "orders-table", "alerts-table")
_DEAD = tuple(action for action in actions.ACTIONS if not action.shown(playback=True))


class Playing(OperatedApp):
    """The actions of the group Playback; each app knows by its settings whether it has them."""

    @property
    def player(self) -> PlaybackClient | None:
        """What plays the past session; None on a running engine."""
        return cast("PlaybackClient | None", self.client) if self.desk.playback else None

    def action_play(self) -> None:
        if self.player is not None:
            self.player.toggle()

    def action_next_bar(self) -> None:
        if self.player is not None:
            self.player.step_bars(1)

    def action_previous_bar(self) -> None:
        if self.player is not None:
            self.player.step_bars(-1)

    def action_next_entry(self) -> None:
        if self.player is not None:
            self.player.step_entries(1)

    def action_previous_entry(self) -> None:
        if self.player is not None:
            self.player.step_entries(-1)

    def action_faster(self) -> None:
        if self.player is not None:
            self.player.change_speed(up=True)

    def action_slower(self) -> None:
        if self.player is not None:
            self.player.change_speed(up=False)

    @work(group="asking")
    async def action_jump(self) -> None:
        """Ask where, and go there; the dialog stays until there is such a place."""
        player = self.player
        if player is None:
            return
        selected = self._selected_place()
        body = (
            "A time (13:45 UTC, or 2022-11-08T13:45Z), a trade (T0003: its plan; again: its close), an alert,"
        )
        body += " an order, a proposal, an entry's number, start or end."
        if selected:
            body += f"\n\nEnter alone: {self.desk.safe(selected)}, which is selected."

        def go(text: str) -> str:
            try:
                player.seek(text or selected or "start")
            except UsageInvalid as error:
                return self.desk.safe(str(error))
            return ""

        await self.push_screen_wait(TextDialog("Jump", Content(body), go, hint="where"))

    def _selected_place(self) -> str:
        """The row under the cursor that has a place of its own, of the focused table first; empty = none."""
        below = self.engine_screen
        if isinstance(below, JournalScreen):
            return below.selected_key or ""
        focused = below.focused.id if below is not None and below.focused is not None else None
        tables = sorted(_TABLES, key=lambda table: table != focused)
        return next((key for table in tables if (key := self.selected(table))), "")

    def on_key(self, event: Key) -> None:
        """A key that would trade says why it does not."""
        if not (self.desk.playback and isinstance(self.screen, EngineScreen)):
            return
        action = next((each for each in _DEAD if self.keys[each.id] == event.key), None)
        if action is not None:
            why = "nothing can be sent to a past session" if action.trades else "that is of a running engine"
            self.say(f"{action.title.lower()}: this is playback, {why}")
