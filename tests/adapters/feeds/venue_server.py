"""A venue on loopback: recorded listings of Binance, pages of bars in its shape, and faults on demand.

What it serves is made from the demo's bars in the form of recorded answers. `exchange_at` points a real ccxt
exchange at it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.adapters.feeds.samples import MIN_MS, Row, demo_rows
from ytc_tui.adapters.feeds.ccxt_bars import exchange_of

RECORDED: dict[str, Any] = json.loads((Path(__file__).with_name("recorded") / "binance.json").read_text())
# Fewer than a fetch asks for: a short page is no gap.
PAGE_BARS = 500
HTML = "<html><head><title>502</title></head><body>We are under maintenance</body></html>"

Kline = list[Any]
# What becomes of an honest page: another page, or an answer of its own.
Fault = Callable[["Venue", list[Kline]], "list[Kline] | web.StreamResponse"]


def kline(row: Row) -> Kline:
    """A bar as Binance writes it."""
    at, *prices, volume = row
    texts = [f"{price:.2f}" for price in prices]
    return [at, *texts, f"{volume:.3f}", at + MIN_MS - 1, "0.00000", 7, "0.000", "0.00000", "0"]


@dataclass
class Venue:
    """The state of the server. `faults` are taken one a page, None for an honest page."""

    rows: Sequence[Row]
    now_ms: int
    faults: list[Fault | None] = field(default_factory=list)
    listing_faults: list[web.Response] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    url: str = ""
    hold_from: int | None = None  # the page with this number and those after it are not answered
    holding: threading.Event = field(default_factory=threading.Event)

    async def klines(self, request: web.Request) -> web.StreamResponse:
        since, limit = int(request.query["startTime"]), int(request.query["limit"])
        assert request.query["interval"] == "1m"
        self.asked.append(since)
        if self.hold_from is not None and len(self.asked) >= self.hold_from:
            self.holding.set()
            await asyncio.Event().wait()
        known = (row for row in self.rows if row[0] >= since)
        page = [kline(row) for row, _ in zip(known, range(min(limit, PAGE_BARS)), strict=False)]
        fault = self.faults.pop(0) if self.faults else None
        answer = page if fault is None else fault(self, page)
        return web.json_response(answer) if isinstance(answer, list) else answer

    async def listing(self, request: web.Request) -> web.Response:
        if self.listing_faults:
            return self.listing_faults.pop(0)
        return web.json_response(RECORDED[request.path])

    async def time(self, request: web.Request) -> web.Response:
        return web.json_response({"serverTime": self.now_ms})


class Cut(web.StreamResponse):
    """An answer whose connection ends in the middle of the body."""

    async def prepare(self, request: web.BaseRequest) -> Any:
        self.content_length = 10_000
        writer = await super().prepare(request)
        await self.write(b'[[1667260800000,"20490.1",')
        assert request.transport is not None
        request.transport.abort()
        return writer


def answer(status: int, text: str, **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda venue, page: web.Response(status=status, text=text, headers=named)


def cut(venue: Venue, page: list[Kline]) -> Cut:
    return Cut()


def changed_row(index: int, column: int, value: Any) -> Fault:
    def change(venue: Venue, page: list[Kline]) -> list[Kline]:
        page[index][column] = value
        return page

    return change


@contextmanager
def serving(venue: Venue) -> Iterator[Venue]:
    """`venue` on a port of loopback, on a thread of its own."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def start() -> web.AppRunner:
        app = web.Application()
        for prefix in ("/fapi/v1", "/api/v3"):
            app.router.add_get(f"{prefix}/exchangeInfo", venue.listing)
            app.router.add_get(f"{prefix}/klines", venue.klines)
            app.router.add_get(f"{prefix}/time", venue.time)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        venue.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield venue
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def exchange_at(url: str, timeout_ms: int = 20_000) -> Callable[[str, str], Any]:
    """The product's own exchange, pointed at `url`, and without its pause between requests."""

    def make(venue: str, market: str) -> Any:
        exchange = exchange_of(venue, market)
        exchange.urls["api"] |= {
            "public": f"{url}/api/v3",
            "fapiPublic": f"{url}/fapi/v1",
            "fapiPrivate": f"{url}/fapi/v1",
        }
        exchange.enableRateLimit = False
        exchange.timeout = timeout_ms
        return exchange

    return make


def demo_venue(bars: int = 3_000, **given: Any) -> Venue:
    rows = demo_rows()[:bars]
    return Venue(rows=rows, now_ms=rows[-1][0] + 10 * MIN_MS + 500, **given)
