"""The ports: what the engine asks of the outside, as protocols.

Decides the contracts that adapters meet (one contract test suite per port). Imports the model only.
Invariant: no port method blocks the loop for longer than one small local write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from ytc_tui.model.chain import Entry
from ytc_tui.model.market import Bar, Instrument
from ytc_tui.model.orders import (
    Fill,
    OrderRequest,
    VenueAccount,
    VenueOrder,
    VenuePosition,
    VenueReport,
)
from ytc_tui.model.session import Severity


class Clock(Protocol):
    """Where time comes from. `now_ns` is feed time; `sleep_until` paces a bars feed or waits live.

    `paced` is False when `sleep_until` never suspends.
    """

    @property
    def paced(self) -> bool: ...

    def now_ns(self) -> int: ...

    async def sleep_until(self, at_ns: int) -> None: ...


class Minute(NamedTuple):
    """All bars that share an opening minute, in symbol-name order, with the funding rates
    settled at its open (fractions of notional; normally none)."""

    open_ns: int
    bars: tuple[Bar, ...]
    funding: tuple[tuple[str, Decimal], ...] = ()


class Venue(Protocol):
    """Where orders go. Every method may raise one of the three VenueError kinds.

    A method answers with what the venue is known to have done; an answer that cannot be trusted
    raises VenueOutcomeUnknown. What the protocol may rely on stands under `name` in VENUE_RULES: no create
    is taken later than `request_life_ns` after `submit` was called. "Not found" is None; it proves absence
    only if `absence_is_proof`, the line to this venue keeping to that, and only after that time.
    """

    name: str
    absence_is_proof: bool
    supports_attached_stop: bool

    async def instruments(self) -> dict[str, Instrument]: ...

    async def submit(self, request: OrderRequest) -> tuple[VenueReport, ...]: ...

    async def cancel(self, client_id: str) -> tuple[VenueReport, ...]: ...

    async def order(self, client_id: str) -> VenueOrder | None: ...

    async def open_orders(self) -> tuple[VenueOrder, ...]: ...

    async def positions(self) -> tuple[VenuePosition, ...]: ...

    async def account(self) -> VenueAccount: ...

    async def fills(self, since_ns: int) -> tuple[Fill, ...]: ...


class PointPrice(NamedTuple):
    """The price of one symbol at one point of its bar's path (quote currency, as in the data)."""

    symbol: str
    price: float


class MatchedPoint(NamedTuple):
    """One point of the minute's path: when, every symbol's price, and what the venue did there."""

    at_ns: int
    prices: tuple[PointPrice, ...]
    reports: tuple[VenueReport, ...]


class MatchingVenue(Venue, Protocol):
    """A venue that matches against the bars of a feed, one path point after the other.

    `idle` is True when no point of the coming minute can produce a report; the caller may then
    skip to `skip_minute`, which is equivalent to matching all four points.
    """

    def idle(self) -> bool: ...

    def match(self, minute: Minute, point: int) -> MatchedPoint: ...

    def skip_minute(self, minute: Minute) -> None: ...

    def place_ns(self) -> int: ...


class ProjectionRow(NamedTuple):
    """A row of a projection table to insert or replace: table name, primary key, other columns."""

    table: str
    key: tuple[str, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit writes: entries, the projection rows they change, and bars, all or nothing."""

    entries: tuple[Entry, ...] = ()
    rows: tuple[ProjectionRow, ...] = ()


class Snapshot(NamedTuple):
    """Trading state after entry `seq`, as JSON text whose mappings keep their order; `hash` is that
    entry's hash."""

    session: str
    seq: int
    hash: str
    state: str


class Journal(Protocol):
    """The durable record. `append` returns once the batch is on disk; it raises JournalUnavailable
    when the store cannot take it (disk full, locked), and then nothing of the batch was written."""

    async def append(self, batch: Batch) -> None: ...

    async def save_snapshot(self, snapshot: Snapshot) -> None: ...

    def record_bars(self, bars: Sequence[Bar]) -> None:
        """Keep these closed bars in the bar store; written with a later commit, never waited for."""
        ...

    def record_telemetry(self, at_ns: int, name: str, value: float, detail: str = "") -> None:
        """Keep a wall-clock measurement outside the chain; dropped, and counted, when the queue is full."""
        ...

    async def close(self) -> None: ...


class JournalReader(Protocol):
    """Reading back what was written (recovery, playback, verify)."""

    def sessions(self) -> tuple[str, ...]: ...

    def latest_snapshot(self, session: str) -> Snapshot | None: ...

    def entries(self, session: str, after_seq: int = 0) -> Iterator[Entry]: ...

    def ends(self, session: str) -> tuple[Entry, Entry] | None:
        """The first and the last entry of `session`; None if it has none."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should hear of outside the screen."""

    at_ns: int
    severity: Severity
    title: str
    message: str
    fields: dict[str, str] = field(default_factory=dict)


class Notifier(Protocol):
    """Carries notices to a person; its failures are counted and never reach trading."""

    async def notify(self, notice: Notice) -> None: ...


class EmergencyLines(Protocol):
    """Where the emergency path writes what it sends: memory and a preallocated file."""

    def write(self, line: str) -> None: ...

    def read_back(self) -> tuple[str, ...]: ...

    def clear(self) -> None: ...
