"""Random order flows for the paper venue: what to draw, and a driver that records what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.adapters.venues.paper_bench import ABC, FREE, SMALL, SPOT, START_NS
from ytc_tui.adapters.venues.faults import CommandKind, FaultKind, FaultRule, FaultScript
from ytc_tui.adapters.venues.paper import PaperSettings, PaperVenue
from ytc_tui.engine.ports import Minute, PointPrice
from ytc_tui.errors import VenueOutcomeUnknown
from ytc_tui.model.market import NS_PER_MIN, PATH_OFFSETS_NS, Bar, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, VenueReport

INSTRUMENTS = {
    ABC.symbol: replace(ABC, maintenance_margin=Decimal("0.15")),
    SMALL.symbol: SMALL,
    SPOT.symbol: SPOT,
}
SYMBOLS = tuple(sorted(INSTRUMENTS))
LATENCIES_MS = (0, 250, 1_001, 25_000, 90_000)


@dataclass(frozen=True, slots=True)
class Command:
    """A submit, or with no request a cancel, given after a point."""

    client_id: str
    request: OrderRequest | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Minutes, and the commands given after each point of them."""

    settings: PaperSettings
    faults: FaultScript
    minutes: tuple[Minute, ...]
    commands: dict[tuple[int, int], tuple[Command, ...]]


@st.composite
def _minutes(draw: st.DrawFn, count: int) -> tuple[Minute, ...]:
    ticks = dict.fromkeys(SYMBOLS, 1_000)
    made = []
    for index in range(count):
        if index and draw(st.integers(0, 9)) == 0:
            continue
        bars = []
        for symbol in SYMBOLS:
            if index and draw(st.integers(0, 9)) == 0:
                continue
            opening = max(50, ticks[symbol] + draw(st.integers(-60, 60)))
            closing = max(50, opening + draw(st.integers(-60, 60)))
            high = max(opening, closing) + draw(st.integers(0, 30))
            low = max(1, min(opening, closing) - draw(st.integers(0, 30)))
            volume = draw(st.sampled_from((1e5, 40.0, 3.7, 0.0)))
            ticks[symbol] = closing
            open_ns = START_NS + index * NS_PER_MIN
            bars.append(Bar(symbol, open_ns, opening / 10, high / 10, low / 10, closing / 10, volume))
        rate = draw(st.sampled_from((None, None, Decimal("0.0001"), Decimal("-0.00031337"))))
        if bars:
            funding = () if rate is None else tuple((symbol, rate) for symbol in SYMBOLS)
            made.append(Minute(bars[0].open_ns, tuple(bars), funding))
    return tuple(made)


@st.composite
def _request(draw: st.DrawFn, number: int) -> OrderRequest:
    symbol = draw(st.sampled_from((ABC.symbol, ABC.symbol, SMALL.symbol, SPOT.symbol)))
    side = draw(st.sampled_from(Side))
    kind = draw(st.sampled_from((OrderKind.MARKET, *OrderKind)))
    reduces = draw(st.sampled_from((False, False, False, True)))
    first, second = sorted(Decimal(draw(st.integers(850, 1150))) / 10 for _ in range(2))
    attaches = not reduces and draw(st.booleans())
    stop_offset = Decimal(-side.sign * draw(st.integers(1, 40))) / 10
    return OrderRequest(
        client_id=f"o{number}",
        symbol=symbol,
        side=side,
        kind=kind,
        role=draw(st.sampled_from((OrderRole.EXIT, OrderRole.TARGET))) if reduces else OrderRole.ENTRY,
        quantity=draw(st.integers(1, 30)) * INSTRUMENTS[symbol].lot * draw(st.sampled_from((1, 10, 100))),
        limit_price=(second if side is Side.BUY else first)
        if kind in (OrderKind.LIMIT, OrderKind.STOP_LIMIT)
        else None,
        stop_price=(first if side is Side.BUY else second)
        if kind in (OrderKind.STOP, OrderKind.STOP_LIMIT)
        else None,
        reduce_only=reduces,
        expires_ns=draw(st.sampled_from((0, 0, START_NS + 4 * NS_PER_MIN + 7))),
        attached_stop_price=first + stop_offset if attaches else None,
        attached_stop_id=f"o{number}s" if attaches else "",
    )


_FAULTS = st.builds(
    FaultRule,
    fault=st.sampled_from((FaultKind.DELAY, FaultKind.LOST_ANSWER, FaultKind.REJECT, FaultKind.LATE_LANDING)),
    command=st.sampled_from(CommandKind),
    nth=st.integers(0, 4),
    delay_ms=st.sampled_from((1_000, 30_000, 100_000)),
) | st.builds(
    FaultRule,
    fault=st.sampled_from((FaultKind.PARTIAL, FaultKind.DUPLICATE)),
    nth=st.integers(0, 3),
    role=st.sampled_from((None, OrderRole.ENTRY, OrderRole.PROTECTIVE_STOP)),
    share=st.sampled_from((Decimal("0.1"), Decimal("0.5"))),
)


@st.composite
def flows(draw: st.DrawFn, faults: bool = False) -> Flow:
    """Up to ten minutes of three symbols with holes, and up to thirty commands."""
    minutes = draw(_minutes(draw(st.integers(4, 10))))
    commands: dict[tuple[int, int], tuple[Command, ...]] = {}
    given: list[OrderRequest] = []
    for index in range(len(minutes)):
        for point in draw(st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)):
            batch = []
            for _ in range(draw(st.integers(1, 3))):
                what = draw(st.integers(0, 9))
                if what < 7 or not given:
                    given.append(draw(_request(len(given))))
                    batch.append(Command(given[-1].client_id, given[-1]))
                elif what < 9:
                    target = draw(st.sampled_from(given))
                    batch.append(
                        Command(draw(st.sampled_from((target.client_id, target.attached_stop_id or "none"))))
                    )
                else:
                    again = draw(st.sampled_from(given))
                    batch.append(Command(again.client_id, again))
            commands[index, point] = tuple(batch)
    settings = replace(
        FREE,
        start_balance=Decimal(draw(st.sampled_from((20_000, 1_000, 300)))),
        half_spread_bps=Decimal(draw(st.sampled_from(("0", "0.7")))),
        slippage_bps=Decimal(draw(st.sampled_from(("0", "1.3")))),
        latency_ms=draw(st.sampled_from(LATENCIES_MS)),
        volume_known={ABC.symbol: draw(st.booleans())},
    )
    rules = draw(st.lists(_FAULTS, max_size=3)) if faults else []
    return Flow(settings, FaultScript(tuple(rules)), minutes, commands)


Event = tuple[tuple[PointPrice, ...] | None, tuple[VenueReport, ...] | str]
Key = tuple[int, int, int]  # minute, point, 0 for the match or n for the n-th command after it


class Driver:
    """Drives a venue through a flow and keeps what every call gave, by its place in the flow.

    `before` is called ahead of every call, with its key; it may raise to stop the run there.
    """

    def __init__(self, flow: Flow, skip_idle: bool = False) -> None:
        self.flow, self.skip_idle = flow, skip_idle
        self.events: dict[Key, Event] = {}

    async def run(
        self, venue: PaperVenue, first: int = 0, before: Callable[[Key], None] | None = None
    ) -> None:
        flow = self.flow
        for index in range(first, len(flow.minutes)):
            quiet = not any((index, point) in flow.commands for point in range(3))
            if self.skip_idle and quiet and venue.idle():
                venue.skip_minute(flow.minutes[index])
                for point in range(4):
                    self._keep((index, point, 0), (None, ()))
                await self._command(venue, index, 3, before)
                continue
            for point in range(len(PATH_OFFSETS_NS)):
                if before is not None:
                    before((index, point, 0))
                matched = venue.match(flow.minutes[index], point)
                self._keep((index, point, 0), (matched.prices, matched.reports))
                await self._command(venue, index, point, before)

    async def _command(
        self, venue: PaperVenue, index: int, point: int, before: Callable[[Key], None] | None
    ) -> None:
        for number, command in enumerate(self.flow.commands.get((index, point), ()), start=1):
            key = (index, point, number)
            if before is not None:
                before(key)
            answer: tuple[VenueReport, ...] | str
            try:
                if command.request is None:
                    answer = await venue.cancel(command.client_id)
                else:
                    answer = await venue.submit(command.request)
            except VenueOutcomeUnknown as error:
                answer = str(error)
            self._keep(key, (None, answer))

    def _keep(self, key: Key, event: Event) -> None:
        """What was seen before must be seen again; a skipped minute has no prices to compare."""
        if key in self.events:
            (prices, answer), (seen, before) = event, self.events[key]
            assert answer == before, key
            assert prices == seen or None in (prices, seen), key
            event = (prices or seen, answer)
        self.events[key] = event

    def reports(self) -> list[VenueReport]:
        """All reports in the order in which they were given."""
        found: list[VenueReport] = []
        for key in sorted(self.events):
            answer = self.events[key][1]
            found += [] if isinstance(answer, str) else answer
        return found


async def final_state(venue: PaperVenue, client_ids: list[str]) -> dict[str, Any]:
    return {
        "account": await venue.account(),
        "positions": await venue.positions(),
        "fills": await venue.fills(0),
        "open": await venue.open_orders(),
        "orders": [await venue.order(client_id) for client_id in client_ids],
    }
