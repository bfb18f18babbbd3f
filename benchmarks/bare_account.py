"""An account at a paper host without an engine: what the raw limit and one request after the other act on."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from benchmarks.crowd import FROM, PRICE, Crowd
from benchmarks.engine import at
from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.wire import AccountRequest, Market
from ytc_tui.adapters.venues.matching_costs import PaperSettings
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole

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
        await asyncio.gather(*(line.submit(order_of(s, "in", Side.BUY)) for s in CROWD.symbols))
        self.step()
        stops = (order_of(s, "stop", Side.SELL, stop=Decimal(98)) for s in CROWD.symbols)
        targets = (order_of(s, "target", Side.SELL, limit=Decimal(105)) for s in CROWD.symbols)
        await asyncio.gather(*(line.submit(order) for order in (*stops, *targets)))

    async def flat(self) -> bool:
        self.step()
        return not (await self.venue.positions() or await self.venue.open_orders())


def order_of(
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
