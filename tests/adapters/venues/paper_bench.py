"""Builders for tests of the paper venue: instruments, settings, bars and a driven venue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.adapters.venues.faults import NO_FAULTS, FaultScript
from ytc_tui.adapters.venues.paper import PaperSettings, PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.ports import MatchedPoint, Minute
from ytc_tui.model.market import NS_PER_MIN, Bar, Instrument, InstrumentKind, Side
from ytc_tui.model.orders import Fill, OrderKind, OrderRequest, OrderRole, VenueReport

START_NS = 1_000_000 * NS_PER_MIN

ABC = Instrument(
    symbol="ABCUSDT",
    kind=InstrumentKind.LINEAR_PERP,
    tick=Decimal("0.1"),
    lot=Decimal("0.01"),
    min_notional=Decimal(5),
    contract_size=Decimal(1),
    quote="USDT",
    maker_fee=Decimal("0.0002"),
    taker_fee=Decimal("0.0005"),
    max_leverage=Decimal(5),
    maintenance_margin=Decimal("0.01"),
)
SMALL = replace(ABC, symbol="SMALLUSDT", contract_size=Decimal("0.1"), lot=Decimal(1))
SPOT = replace(ABC, symbol="SPOTUSDT", kind=InstrumentKind.SPOT, max_leverage=Decimal(1))
INSTRUMENTS = {instrument.symbol: instrument for instrument in (ABC, SMALL, SPOT)}

FREE = PaperSettings(
    start_balance=Decimal(10_000),
    currency="USDT",
    fill_volume_share=Decimal("0.1"),
    half_spread_bps=Decimal(0),
    slippage_bps=Decimal(0),
    unknown_volume_slippage_bps=Decimal(0),
    latency_ms=250,
)
COSTLY = replace(
    FREE, half_spread_bps=Decimal(1), slippage_bps=Decimal(2), unknown_volume_slippage_bps=Decimal(6)
)


def bar(
    index: int, prices: tuple[float, float, float, float], volume: float = 1e6, symbol: str = ABC.symbol
) -> Bar:
    """Bar number `index` with open, high, low, close."""
    return Bar(symbol, START_NS + index * NS_PER_MIN, *prices, volume)


def minute(*bars: Bar, funding: tuple[tuple[str, Decimal], ...] = ()) -> Minute:
    return Minute(bars[0].open_ns, tuple(sorted(bars)), funding)


def order(
    client_id: str, side: Side, quantity: str, kind: OrderKind = OrderKind.MARKET, **more: Any
) -> OrderRequest:
    """An order of ABCUSDT; prices may be given as text."""
    for name in ("limit_price", "stop_price", "attached_stop_price"):
        if isinstance(more.get(name), str):
            more[name] = Decimal(more[name])
    reduces = more.get("reduce_only", False)
    more.setdefault("symbol", ABC.symbol)
    more.setdefault("role", OrderRole.EXIT if reduces else OrderRole.ENTRY)
    return OrderRequest(client_id=client_id, side=side, kind=kind, quantity=Decimal(quantity), **more)


class Bench:
    """A paper venue and the minutes that drive it."""

    def __init__(
        self,
        settings: PaperSettings = FREE,
        faults: FaultScript = NO_FAULTS,
        instruments: Mapping[str, Instrument] = INSTRUMENTS,
        store: PaperStore | None = None,
    ) -> None:
        self.settings, self.faults, self.instruments = settings, faults, instruments
        self.store = PaperStore.in_memory() if store is None else store
        self.venue = PaperVenue(instruments, settings, self.store, faults)
        self.index = 0

    def reopen(self) -> None:
        """Drop the venue as a kill would, and open its store again."""
        self.venue = PaperVenue(self.instruments, self.settings, self.store, self.faults)

    def play(
        self, prices: tuple[float, float, float, float], volume: float = 1e6, points: int = 4
    ) -> list[MatchedPoint]:
        """Match the first `points` points of the next ABCUSDT bar (open, high, low, close)."""
        made = minute(bar(self.index, prices, volume))
        self.index += 1
        return [self.venue.match(made, point) for point in range(points)]

    def flat(self, price: float, volume: float = 1e6) -> list[VenueReport]:
        """A bar that stays at one price; its reports."""
        return reports_of(self.play((price, price, price, price), volume))


def reports_of(points: list[MatchedPoint]) -> list[VenueReport]:
    return [report for point in points for report in point.reports]


def fills_of(reports: list[VenueReport]) -> list[Fill]:
    return [report for report in reports if isinstance(report, Fill)]
