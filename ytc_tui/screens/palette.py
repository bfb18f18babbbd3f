"""The palette: every action of the table by name.

Decides how actions are found. Imports Textual and the table. Invariant: what is in the palette is in the
table, and runs the same action as its key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.command import DiscoveryHit, Hit, Hits, Provider

from ytc_tui.screens.actions import ACTIONS, Action, key_text


class ActionCommands(Provider):
    """The actions of the table that can be done now."""

    def _possible(self) -> list[Action]:
        return [action for action in ACTIONS if self.app.check_action(action.id, ())]

    async def discover(self) -> Hits:
        for action in self._possible():
            yield DiscoveryHit(action.title, self._run(action), help=_help(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._possible():
            score = matcher.match(f"{action.title} {action.does}")
            if score > 0:
                yield Hit(score, matcher.highlight(action.title), self._run(action), help=_help(action))

    def _run(self, action: Action) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.app.run_action(action.runs)

        return run


def _help(action: Action) -> str:
    return f"{key_text(action.key)}: {action.does}"
