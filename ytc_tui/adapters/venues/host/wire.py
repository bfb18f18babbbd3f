"""What crosses the socket of a paper host: one JSON object a line, each answered by one.

Decides names and forms of calls and answers. Imports the model's codec and the paper venue's values.
Invariants: a number arrives with every digit that left; an error arrives as the class that left; a line
that is longer than `MAX_LINE_BYTES` or is no object is never acted on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.adapters.venues.matching_costs import PaperSettings
from ytc_tui.adapters.venues.matching_state import reports_from_json, reports_to_json
from ytc_tui.engine.ports import MatchedPoint, Minute, PointPrice
from ytc_tui.model.codec import Json, canonical, from_json, to_json
from ytc_tui.model.market import Bar, Instrument
from ytc_tui.model.orders import OrderRequest

MAX_LINE_BYTES = 1024 * 1024


class Call(StrEnum):
    """What can be asked of a host. DRIVE, MATCH and SKIP belong to whoever drives the account's market."""

    OPEN = "open"  # for trading and reading alone
    DRIVE = "drive"
    SUBMIT = "submit"
    CANCEL = "cancel"
    ORDER = "order"
    OPEN_ORDERS = "open_orders"
    POSITIONS = "positions"
    ACCOUNT = "account"
    FILLS = "fills"
    MATCH = "match"
    SKIP = "skip"


class Place(NamedTuple):
    """Where the venue stands after a call: its `place_ns`, and whether it is idle."""

    place_ns: int
    idle: bool


@dataclass(frozen=True, slots=True)
class Market:
    """The bars that an account's market is made of, as a host needs them to go on by itself."""

    data: tuple[str, ...]
    bar_label: str  # open or close
    from_ns: int
    to_ns: int


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """The account that a driver asks for, made on first use. `name` is a session name."""

    name: str
    instruments: dict[str, Instrument]
    settings: PaperSettings
    market: Market


def line_of(document: Mapping[str, Any]) -> bytes:
    """`document` as a line."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def object_of(line: bytes) -> dict[str, Any]:
    """The object of a line. Raises ValueError for anything else, also a number that is not finite."""
    document = loads(line, parse_constant=_refuse_constant)
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")


def request_json(request: OrderRequest) -> Json:
    return to_json(request)


def request_from(data: Json) -> OrderRequest:
    return from_json(OrderRequest, data)


def account_request_json(request: AccountRequest) -> Json:
    return json.loads(canonical(request))


def account_request_from(data: Json) -> AccountRequest:
    return from_json(AccountRequest, data)


def minute_json(minute: Minute) -> Json:
    return [
        minute.open_ns,
        [list(bar) for bar in minute.bars],
        [[s, str(rate)] for s, rate in minute.funding],
    ]


def minute_from(data: Json) -> Minute:
    open_ns, bars, funding = data
    return Minute(
        int(open_ns),
        tuple(Bar(str(s), int(o), *map(float, numbers)) for s, o, *numbers in bars),
        tuple((str(symbol), Decimal(rate)) for symbol, rate in funding),
    )


def point_json(point: MatchedPoint) -> Json:
    return [point.at_ns, [list(price) for price in point.prices], reports_to_json(point.reports)]


def point_from(data: Json) -> MatchedPoint:
    at_ns, prices, reports = data
    return MatchedPoint(
        int(at_ns), tuple(PointPrice(str(s), float(price)) for s, price in prices), reports_from_json(reports)
    )
