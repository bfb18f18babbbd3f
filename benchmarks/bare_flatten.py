"""A flatten without an engine: the limit of the line, and one request after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from benchmarks.crowd import FROM, PRICE, Crowd
from benchmarks.engine import at
from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.wire import AccountRequest, Market
from ytc_tui.adapters.venues.matching_costs import PaperSettings
from ytc_tui.engine.ports import Minute, Venue
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, VenueOrder, VenuePosition

CROWD = Crowd(held=20, resting=0)


class Bare:
    """An account of its own at the host, driven here, with 20 positions and 40 orders."""

    def __init__(self, socket_path: Path, data: tuple[str, ...], instruments_path: Path, name: str) -> None:
        instruments = {s: i for s, i in load_instruments(instruments_path).items() if s in CROWD.symbols}
        settings = PaperSettings(
            Decimal(1_000_000), "USDT", Decimal(1), Decimal(0), Decimal(0), Decimal(0), 0
        )
        market = Market(data, "open", at(FROM), at(FROM) + NS_PER_MIN)
        self.venue = HostedVenue(socket_path, AccountRequest(name, instruments, settings, market))
        self._minute = at(FROM) // NS_PER_MIN

    def step(self) -> None:
        """The next minute of the market."""
        self._minute += 1
        bars = tuple(
            Bar(symbol, self._minute * NS_PER_MIN, PRICE, PRICE, PRICE, PRICE, 1e6)
            for symbol in sorted(CROWD.symbols)
        )
        for point in range(4):
            self.venue.match(Minute(self._minute * NS_PER_MIN, bars), point)

    async def fill_up(self) -> None:
        self.step()
        line = self.venue.urgent
        await asyncio.gather(*(line.submit(_order(s, "in", Side.BUY)) for s in CROWD.symbols))
        self.step()
        stops = (_order(s, "stop", Side.SELL, stop=Decimal(98)) for s in CROWD.symbols)
        targets = (_order(s, "target", Side.SELL, limit=Decimal(105)) for s in CROWD.symbols)
        await asyncio.gather(*(line.submit(order) for order in (*stops, *targets)))

    async def flat(self) -> bool:
        self.step()
        return not (await self.venue.positions() or await self.venue.open_orders())


def _order(
    symbol: str, leg: str, side: Side, *, stop: Decimal | None = None, limit: Decimal | None = None
) -> OrderRequest:
    kind = OrderKind.STOP if stop else OrderKind.LIMIT if limit else OrderKind.MARKET
    role = {"in": OrderRole.ENTRY, "stop": OrderRole.PROTECTIVE_STOP, "target": OrderRole.TARGET}.get(
        leg, OrderRole.FLATTEN
    )
    return OrderRequest(
        client_id=f"{symbol}-{leg}",
        symbol=symbol,
        side=side,
        kind=kind,
        role=role,
        quantity=Decimal(1),
        limit_price=limit,
        stop_price=stop,
        reduce_only=side is Side.SELL,
    )


async def raw_limit(bare: Bare) -> float:
    """Seconds of the two waves and nothing else."""
    orders = await bare.venue.open_orders()
    line = bare.venue.urgent
    begun_s = time.perf_counter()
    await asyncio.gather(*(line.cancel(order.request.client_id) for order in orders))
    await asyncio.gather(*(line.submit(_order(s, "out", Side.SELL)) for s in CROWD.symbols))
    return time.perf_counter() - begun_s


async def one_by_one(bare: Bare) -> float:
    """Seconds of freqtrade's order of requests: all orders, each asked about and canceled; then each position
    asked about and closed. 1 + 2 x 40 + 2 x 20 requests."""
    venue: Venue = bare.venue
    begun_s = time.perf_counter()
    orders: Sequence[VenueOrder] = await venue.open_orders()
    for order in orders:
        await venue.order(order.request.client_id)
        await venue.cancel(order.request.client_id)
    for symbol in CROWD.symbols:
        held: Sequence[VenuePosition] = await venue.positions()
        assert symbol in {position.symbol for position in held}
        await venue.submit(_order(symbol, "out", Side.SELL))
    return time.perf_counter() - begun_s
