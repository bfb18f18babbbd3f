"""A guard in memory: it finds a dead engine's account at its venue, whose market goes on, and flattens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tests.sim.harness import Simulation
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.guard.flatten import Flattener, Left
from ytc_tui.engine.ids import client_order_id
from ytc_tui.engine.ports import MatchingVenue, Minute
from ytc_tui.model.codec import from_json
from ytc_tui.model.halt import Halt
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS
from ytc_tui.model.orders import OrderRequest
from ytc_tui.model.state import State

REASON = "no heartbeat for 30.000 s"
LONGEST_S = 4_000.0


class MarketOver(Exception):
    """There are no prices any more at which anything could be closed."""


@dataclass
class MemoryFence:
    """Of an engine that holds no clearance, under one halt."""

    halt: Halt | None = None

    def why(self) -> str:
        return "" if self.halt is None else f"halt {self.halt.epoch} stands"

    def met(self, state: State) -> inp.HaltFound | inp.HaltLifted | None:
        known = self.halt is None or self.halt.epoch <= state.halt_epoch
        return None if known or self.halt is None else inp.HaltFound(self.halt)


@dataclass
class MemoryGuard:
    """Acts on what `simulation`, whose process is gone, left at its venue. Its clock is its own rounds."""

    simulation: Simulation
    session: str
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    exposed: list[tuple[str, Left | None]] = field(default_factory=list)
    now_s: float = 0.0
    _flattener: Flattener | None = None
    _market: Iterator[Callable[[], object]] = field(default_factory=lambda: iter(()))

    async def flatten(self, waits_points: int = 0) -> MatchingVenue:
        """Flatten after `waits_points` of the market without anybody; the venue as it is then."""
        parts = self.simulation.parts()
        venue = self.simulation.venue_of(parts)
        place_ns = venue.place_ns()
        minutes = parts.feed.minutes(max(place_ns - NS_PER_MIN, parts.feed.from_ns))
        self._market = _points(venue, minutes, place_ns)
        for point in islice(self._market, waits_points):
            point()
        self._flattener = Flattener(
            venue=venue,
            note=lambda kind, data: self.notes.append((kind, data)),
            client_id=self._client_id,
            tell=self.told.append,
            unconfirmed=self._unconfirmed,
            now_s=lambda: self.now_s,
            sleep=self._sleep,
        )
        await self._flattener.until_flat()
        return venue

    def fence(self) -> MemoryFence:
        """What the next engine finds of it."""
        orders = tuple(
            from_json(OrderRequest, data["order"]) for kind, data in self.notes if kind == "submit"
        )
        acts = tuple(f"{kind} {data}" for kind, data in self.notes)
        return MemoryFence(Halt(1, self.session, REASON, 1, orders, acts))

    def _client_id(self, symbol: str, number: int) -> str:
        return client_order_id("bars", "paper", self.session, f"guard-1-{symbol}", f"flatten-{number}")

    async def _unconfirmed(self, reason: str, left: Left | None) -> None:
        self.exposed.append((reason, left))

    async def _sleep(self, wait_s: float) -> None:
        self.now_s += wait_s
        assert self.now_s < LONGEST_S, "it never got flat"
        point = next(self._market, None)
        if point is not None:
            point()
        elif (
            self._flattener is not None and self._flattener.left is not None and not self._flattener.left.flat
        ):
            raise MarketOver


def _points(venue: MatchingVenue, minutes: Iterator[Minute], place_ns: int) -> Iterator[Callable[[], object]]:
    """Every point of the market after the venue's place."""
    for minute in minutes:
        for point, offset_ns in enumerate(PATH_OFFSETS_NS):
            if minute.open_ns + offset_ns > place_ns:
                yield lambda m=minute, p=point: venue.match(m, p)  # type: ignore[misc]
