"""The palette: every action of the table by name, and every thing on the desk.

Decides how actions and things are found, and what opens a thing. Imports Textual, the table and the views.
Invariants: what is in the palette is in the table, or on the desk now; an action runs as its key does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from ytc_tui.screens.actions import ACTIONS, Action, key_text
from ytc_tui.views.agent_health import AgentsView
from ytc_tui.views.exposure import ExposureView

if TYPE_CHECKING:
    from ytc_tui.screens.app import DeskApp

Run = Callable[[], Awaitable[None]]


class ActionCommands(Provider):
    """The actions of the table that can be done now."""

    def _possible(self) -> list[Action]:
        return [action for action in ACTIONS if self.app.check_action(action.id, ())]

    async def discover(self) -> Hits:
        for action in self._possible():
            yield DiscoveryHit(action.title, self._run(action), help=self._help(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action in self._possible():
            score = matcher.match(f"{action.title} {action.does}")
            if score > 0:
                yield Hit(score, matcher.highlight(action.title), self._run(action), help=self._help(action))

    def _run(self, action: Action) -> Run:
        async def run() -> None:
            await self.app.run_action(action.runs)

        return run

    def _help(self, action: Action) -> str:
        return f"{key_text(cast('DeskApp', self.app).keys[action.id])}: {action.does}"


class Thing(NamedTuple):
    """Something with a name, the screen that it is a row of, and its key there; `screen` empty = a symbol,
    whose chart is shown."""

    name: str
    what: str
    screen: str


class ThingCommands(Provider):
    """Symbols, trades, orders and agents by name."""

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for thing in things(cast("DeskApp", self.app)):
            score = matcher.match(f"{thing.name} {thing.what}")
            if score > 0:
                yield Hit(score, matcher.highlight(thing.name), self._open(thing), help=thing.what)

    def _open(self, thing: Thing) -> Run:
        async def run() -> None:
            desk = cast("DeskApp", self.app)
            if thing.screen:
                await desk.open_row(thing.screen, thing.name)
            else:
                await desk.open_chart(thing.name)

        return run


def things(desk: DeskApp) -> Iterator[Thing]:
    """What the link holds names of, each once."""
    top = desk.link.top
    for symbol in top.symbols if top is not None else ():
        yield Thing(symbol, "chart", "")
    exposure = desk.link.view("exposure", ExposureView)
    if exposure is not None:
        for position in exposure.positions:
            if position.trade_id:
                yield Thing(position.trade_id, f"trade, {position.symbol} {position.side.value}", "trades")
        for order in exposure.orders:
            yield Thing(order.client_id, f"{order.role} order, {order.symbol}", "trades")
    agents = desk.link.view("agents", AgentsView)
    for agent in agents.rows if agents is not None else ():
        yield Thing(agent.name, f"agent, {agent.title}", "agents")
