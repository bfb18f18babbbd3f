"""One-minute bars of a venue through ccxt, one page at a time.

Decides how a market and a symbol are named at a venue, and which failures are worth another try. Imports
ccxt, which takes a second: whoever needs this module imports it late. Invariants: no key is used; rows
come out as the venue sent them, in its order and number: nothing is sorted, filtered or repaired.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import ccxt.async_support as ccxt

from ytc_tui.adapters.feeds.fetching import Page, TryLater
from ytc_tui.adapters.feeds.tables import quoted
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.errors import UsageInvalid, VenueRefused

CCXT_VERSION: str = ccxt.__version__
TIMEFRAME = "1m"
TIMEOUT_MS = 20_000
_SAID_CHARS = 200
_ROW_FIELDS = 6
# Answers of 400 to 499 that say "not now"; the others say "no".
_NOT_NOW = (408, 418, 425, 429)

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Market:
    """A kind of contract at a venue: what it is, ccxt's `type` of it, how many bars a page has at most, and
    the options that load it alone."""

    what: str
    kind: str
    page_bars: int
    options: Mapping[str, Any]


def _binance(types: str) -> dict[str, Any]:
    return {"fetchMarkets": {"types": [types]}, "fetchMargins": False, "fetchCurrencies": False}


# Each row is tried against recorded answers of that venue.
MARKETS: dict[str, dict[str, Market]] = {
    "binance": {
        "um": Market("USD-M perpetual", "swap", 1000, _binance("linear")),
        "spot": Market("spot", "spot", 1000, _binance("spot")),
    },
}


def market_of(venue: str, market: str) -> Market:
    """UsageInvalid names what there is."""
    if venue not in MARKETS:
        raise UsageInvalid(
            f"no bars from {quoted(venue)}", where="--venue", fix=f"there is {', '.join(MARKETS)}"
        )
    if market not in MARKETS[venue]:
        raise UsageInvalid(
            f"{venue} has no market {quoted(market)}",
            where="--market",
            fix=f"one of {', '.join(f'{name} ({row.what})' for name, row in MARKETS[venue].items())}",
        )
    return MARKETS[venue][market]


def exchange_of(venue: str, market: str) -> Any:
    """A ccxt exchange for public data, its rate limiter on, which hands bars out unsorted."""
    options = dict(market_of(venue, market).options)
    kind = type(f"{venue}_bars", (_AsSent, getattr(ccxt, venue)), {})
    # Only web sockets need time to close, and there are none.
    return kind({"enableRateLimit": True, "timeout": TIMEOUT_MS, "timeout_on_exit": 0, "options": options})


class _AsSent:
    """Over a ccxt exchange: keeps the last status, and makes of bars a Page and not a sorted list."""

    last_status: int | None = None
    parse_ohlcv: Callable[[list[Any], Any], list[Any]]  # the exchange's

    def on_rest_response(self, code: int, *rest: Any) -> Any:
        self.last_status = code
        exchange: Any = super()
        return exchange.on_rest_response(code, *rest)

    def parse_ohlcvs(self, ohlcvs: Any, market: Any = None, *rest: Any, **named: Any) -> Page:
        if not isinstance(ohlcvs, list):
            raise TryLater(f"the answer is no list of bars: {_short(str(ohlcvs))}")
        return Page([self._read(row, market) for row in ohlcvs], ohlcvs)

    def _read(self, row: Any, market: Any) -> list[Any]:
        empty = [None] * _ROW_FIELDS
        if not isinstance(row, list):
            return empty
        return [*self.parse_ohlcv(row, market), *empty][:_ROW_FIELDS]


class CcxtBars:
    """Bars of one symbol; satisfies `BarPages`. `load` comes first, `close` last."""

    def __init__(self, exchange: Any, venue: str, market: str, symbol: str) -> None:
        self._exchange = exchange
        self._market = market_of(venue, market)
        self._symbol = symbol
        self._unified = ""
        self.venue = venue
        self.venue_symbol = ""
        self.page_bars = self._market.page_bars

    async def load(self) -> None:
        """Find the symbol among the venue's. TryLater, or UsageInvalid with symbols that look like it."""
        markets = await self._ask(self._exchange.load_markets(True))
        listed = {
            f"{row['base']}{row['quote']}": row
            for row in (markets or {}).values()
            if row["type"] == self._market.kind
        }
        if not listed:
            raise TryLater("the venue listed no market")
        if self._symbol not in listed:
            near = difflib.get_close_matches(self._symbol, listed, n=3)
            raise UsageInvalid(
                f"{self.venue} lists no {self._market.what} {quoted(self._symbol)}",
                where="--symbol",
                fix=f"did you mean {' or '.join(near)}?" if near else "write it like BTCUSDT",
            )
        row = listed[self._symbol]
        self._unified, self.venue_symbol = row["symbol"], str(row["id"])

    async def now_ms(self) -> int:
        """The venue's own clock, UTC."""
        answer = await self._ask(self._exchange.fetch_time())
        if not isinstance(answer, int):
            raise TryLater("the venue did not say what time it is")
        return answer

    async def page(self, since_ms: int) -> Page:
        """The first `page_bars` bars opened at or after `since_ms`."""
        ask = self._exchange.fetch_ohlcv(self._unified, TIMEFRAME, since=since_ms, limit=self.page_bars)
        page = await self._ask(ask)
        assert isinstance(page, Page)
        return page

    async def close(self) -> None:
        await self._exchange.close()

    async def _ask(self, request: Awaitable[AnswerT]) -> AnswerT:
        """The answer. TryLater: it may come later. VenueRefused: it will not."""
        self._exchange.last_status = None
        try:
            return await request
        except ccxt.BaseError as error:
            if not self._may_come(error):
                fix = "look at symbol, market and range"
                raise VenueRefused(_said(error), where=self.venue, fix=fix) from error
            raise TryLater(_said(error), after_s=self._asked_wait_s()) from error
        except (aiohttp.ClientError, OSError) as error:
            raise TryLater(_said(error)) from error

    def _may_come(self, error: Exception) -> bool:
        status = self._exchange.last_status
        if status is not None and 400 <= status < 500:
            return status in _NOT_NOW
        # ccxt calls an answer that was cut off an error of the exchange.
        return isinstance(error, ccxt.NetworkError) or isinstance(error.__cause__, aiohttp.ClientError)

    def _asked_wait_s(self) -> float:
        """What the last answer said in Retry-After, in seconds; 0 if it said nothing."""
        if self._exchange.last_status is None:
            return 0.0
        headers = {name.lower(): text for name, text in (self._exchange.last_response_headers or {}).items()}
        text = headers.get("retry-after", "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0


def _said(error: Exception) -> str:
    """What ccxt says, and why where it keeps that to itself: a name not found, no answer in time."""
    cause = error.__cause__
    return _short(f"{error}" if cause is None else f"{error}: {str(cause) or type(cause).__name__}")


def _short(text: str) -> str:
    return safe_line(" ".join(text.split()), _SAID_CHARS)
