"""Another running session on the same desk.

Decides when the desk may turn away from an engine. Imports the dialogs and the link. Invariant: of the
session that was left nothing stays on any screen, and nothing that was sent to it is still unanswered.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.content import Content
from textual.worker import Worker

from ytc_tui.client import EngineClient
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option
from ytc_tui.screens.link import EngineHandle, Link, RunningSession
from ytc_tui.screens.modes import SCREENS
from ytc_tui.screens.operating import OperatedApp
from ytc_tui.views.sanitised import Sanitiser

_KEYS = "123456789"
_COMMANDS = "commands"
# What belongs to the engine that is left.
_OF_ENGINE = ("engine", "frames")


class Switching(OperatedApp):
    """The action that lists running sessions."""

    _followed: frozenset[str]
    _follower: Worker[None] | None
    _dead: str

    @work(group="asking", exit_on_error=False)
    async def action_sessions(self) -> None:
        """List every session that runs, and follow the one that is chosen."""
        if self.desk.find_sessions is None:
            return
        found = await self.desk.find_sessions()
        if not found:
            self.say("sessions: no engine answers")
            return
        answer = await self.push_screen_wait(_dialog(found, self.handle.description, self.desk.safe))
        chosen = found[_KEYS.index(answer)] if answer is not None else None
        if chosen is None or chosen.handle.description == self.handle.description:
            return
        if any(worker.group == _COMMANDS and not worker.is_finished for worker in self.workers):
            self.say("sessions: a command has no answer yet; the desk stays until it has", "bad")
            return
        await self._turn_to(chosen.handle)

    async def _turn_to(self, handle: EngineHandle) -> None:
        """Follow `handle` from now on, on screens that never showed another."""
        for group in _OF_ENGINE:
            self.workers.cancel_group(self, group)
        left: EngineClient | None = self.client
        self.handle, self.client = handle, None
        self.link = Link(read_only=self.desk.read_only, playback=self.desk.playback)
        self.chart, self.chart_chosen = None, False
        self._followed, self._follower, self._dead = frozenset(), None, "no engine yet"
        await self._renew_screens()
        close = getattr(left, "aclose", None)
        if close is not None:
            await close()
        self.run_engine()

    async def _renew_screens(self) -> None:
        """Every screen made anew, the desk in front."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        before = self.current_mode
        between = next(name for name in SCREENS if name not in (before, "desk"))
        for name in SCREENS:
            if name != before:
                await self._renew(name)
        await self.switch_mode("desk" if before != "desk" else between)
        await self._renew(before)
        if before == "desk":
            await self.switch_mode("desk")
            await self._renew(between)
        self.trail = [self.DEFAULT_MODE]

    async def _renew(self, name: str) -> None:
        await self.remove_mode(name)
        self.add_mode(name, SCREENS[name])


def _dialog(found: Sequence[RunningSession], here: str, safe: Sanitiser) -> ChoiceDialog:
    shown = found[: len(_KEYS)]
    options = [
        Option(key, f"{safe(session.words)}{' (this one)' if session.handle.description == here else ''}")
        for key, session in zip(_KEYS, shown, strict=False)
    ]
    more = len(found) - len(shown)
    about = "The desk turns to the one that you choose; the others go on as they do."
    if more:
        about += f"\n{more} more: `ytc attach RUN` names one."
    return ChoiceDialog("Running sessions", Content(about), options)
