"""A simulated session as a watcher was shown it while it ran, and the same session from its record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.sim.harness import Operator, Simulation
from ytc_tui.commands.instants import parse_moment
from ytc_tui.commands.record import Record
from ytc_tui.engine.door import Door
from ytc_tui.engine.playback.course import Place
from ytc_tui.engine.playback.past import NOT_WRITTEN, Past
from ytc_tui.engine.playback.record import read_record
from ytc_tui.model.commands import Command
from ytc_tui.model.state import State
from ytc_tui.past_run import whole_past
from ytc_tui.views.agent_health import AgentsView
from ytc_tui.views.catalog import VIEW_TYPES, chart_name
from ytc_tui.views.health import HealthRow, HealthView
from ytc_tui.views.rules import RulesView
from ytc_tui.views.waiting import WaitingView

# Of the machine or the wall clock: written down nowhere.
_MEASURED = {"requests", "ms on average"}
_OF_THE_PROCESS = {"journal", "guard"}


def names_of(symbols: Collection[str]) -> frozenset[str]:
    """Every view that there is, with both charts of each symbol."""
    charts = {chart_name(symbol, minutes) for symbol in symbols for minutes in (1, 3)}
    return frozenset(VIEW_TYPES) - {"playback"} | charts


@dataclass(frozen=True)
class Glance:
    """What a watcher was shown at one place."""

    place: Place
    views: Mapping[str, Any]


@dataclass
class Onlooker:
    """Watches `simulation` at every pause of its feed, or one of `every`, by the engine's own door; then lets
    `operator` act."""

    simulation: Simulation
    symbols: tuple[str, ...]
    operator: Operator | None = None
    every: int = 1
    glances: dict[Place, Glance] = field(default_factory=dict)
    _pauses: int = 0

    def __post_init__(self) -> None:
        self.simulation.operator = self._look

    def _look(self, state: State, now_ns: int) -> list[Command]:
        self._pauses += 1
        if not self._pauses % self.every:
            self._glance()
        return list(self.operator(state, now_ns)) if self.operator is not None else []

    def _glance(self) -> None:
        host = self.simulation.host
        run = host.current
        assert run is not None
        door = Door(host, Record(Path()), lambda: "max", "paper")
        at_ns, views = door._views(names_of(self.symbols))
        place = Place(at_ns, run.kernel.head.seq)
        self.glances[place] = Glance(place, views)


def past_of(simulation: Simulation, session: str = "") -> Past:
    """`session` of the simulation (the last one) from its journal, with a market driven anew."""
    record = read_record(simulation.journal, session or simulation.journal.sessions()[-1])
    return whole_past(
        record,
        simulation.parts(),
        lambda text, from_ns: parse_moment(text, from_ns, "at"),
        lambda share: None,
    )


def on_record(views: Mapping[str, Any]) -> dict[str, Any]:
    """`views` of a running engine without what is written down nowhere."""
    return {name: _on_record(view) for name, view in views.items()}


def _on_record(view: Any) -> Any:
    match view:
        case AgentsView(rows):
            return AgentsView(tuple(replace(row, mean_ms=None, recent_ms=()) for row in rows))
        case RulesView(path=path):
            return replace(view, path=replace(path, trace=(), trace_ns=0))
        case WaitingView(cards):
            return replace(view, cards=tuple(replace(card, left_s=None) for card in cards))
        case HealthView(rows):
            kept = tuple(_measured(row) for row in rows if row.component not in _OF_THE_PROCESS)
            return replace(view, rows=kept, speed=NOT_WRITTEN)
        case _:
            return replace(view, speed=NOT_WRITTEN) if hasattr(view, "speed") else view


def _measured(row: HealthRow) -> HealthRow:
    figures = tuple((name, NOT_WRITTEN if name in _MEASURED else told) for name, told in row.figures)
    return replace(row, figures=figures)
