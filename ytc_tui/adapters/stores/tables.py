"""The tables of the store, one class each, named as the table is.

Decides names, types and primary keys of every column; the migrations build exactly these
(a test compares). May import sqlmodel, sqlalchemy and the column types. Times are UTC nanoseconds.
Invariant: `journal`, `heads`, `snapshots` and `bars` are the record; the projections after them can
be rebuilt from it; `telemetry` stands outside every hash (semantics.md 7).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, PrimaryKeyConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from ytc_tui.adapters.stores.columns import DecimalText, JsonText

# Rows live in the tree of their primary key: one page to write for an entry, not two.
KEYED: dict[str, Any] = {"sqlite_with_rowid": False}


def _key() -> Any:
    return Field(primary_key=True)


def _int64() -> Any:
    return Field(default=None, sa_type=BigInteger)


def _amount() -> Any:
    return Field(default=None, sa_type=DecimalText)


def _document() -> Any:
    return Field(default=None, sa_type=JsonText, nullable=True)


class Journal(SQLModel, table=True):
    """The envelope of model.chain.Entry, column for column."""

    __table_args__ = (PrimaryKeyConstraint("session", "seq"), KEYED)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: int = Field(sa_type=BigInteger)
    session: str = _key()
    type: str
    v: int
    correlation: str
    causation: str
    body: str
    prev_hash: str
    hash: str


class Heads(SQLModel, table=True):
    """Where each session's chain began and last was anchored.

    `counter` numbers the sessions of this file from 1 without a gap; (`previous_session`,
    `previous_seq`, `previous_hash`) is the entry that the session before it stood at, empty and 0 for
    the first. The anchor (`head_seq`, `head_hash`, `anchored_at`) is an entry that must exist, and so
    is the one that was signed last (model.chain.SignedHead), where one was.
    """

    __table_args__ = (UniqueConstraint("counter", name="heads_counter"), KEYED)
    session: str = _key()
    counter: int
    previous_session: str
    previous_seq: int = Field(sa_type=BigInteger)
    previous_hash: str
    head_seq: int = Field(sa_type=BigInteger)
    head_hash: str
    anchored_at: int = Field(sa_type=BigInteger)
    signed_seq: int | None = _int64()
    signed_hash: str | None
    signed_ns: int | None = _int64()
    key: str | None
    signature: str | None
    bars: int | None = _int64()
    bars_digest: str | None


class Snapshots(SQLModel, table=True):
    """Trading state after entry `seq`; `digest` is sha256 of the text in `state`."""

    __table_args__ = KEYED
    session: str = _key()
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str
    state: str
    digest: str


class Bars(SQLModel, table=True):
    """Closed bars in the order they arrived; `digest` covers the bar and the digest before it."""

    __table_args__ = (UniqueConstraint("symbol", "open_ns", "feed", name="bars_symbol_open_feed"),)
    place: int | None = Field(default=None, primary_key=True)
    feed: str
    symbol: str
    open_ns: int = Field(sa_type=BigInteger)
    open: float
    high: float
    low: float
    close: float
    volume: float
    digest: str


class Telemetry(SQLModel, table=True):
    """Wall-clock measurements."""

    id: int | None = Field(default=None, primary_key=True)
    at: int = Field(sa_type=BigInteger)
    name: str
    value: float | None
    detail: str


class Sessions(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    mode: str | None
    account: str | None
    venue: str | None
    feed: str | None
    label: str | None
    phase: str | None
    status: str | None
    gate: str | None
    started_at: int | None = _int64()
    ended_at: int | None = _int64()
    start_balance: Decimal | None = _amount()
    end_balance: Decimal | None = _amount()
    pnl: Decimal | None = _amount()
    pnl_pct: Decimal | None = _amount()
    trades: int | None
    wins: int | None
    losses: int | None
    stop_reason: str | None


class Orders(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    client_id: str = _key()
    symbol: str | None
    side: str | None
    kind: str | None
    role: str | None
    state: str | None
    quantity: Decimal | None = _amount()
    filled: Decimal | None = _amount()
    limit_price: Decimal | None = _amount()
    stop_price: Decimal | None = _amount()
    venue_order_id: str | None
    trade_id: str | None
    decision_id: str | None
    reason: str | None
    created_at: int | None = _int64()
    updated_at: int | None = _int64()


class Fills(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    venue_fill_id: str = _key()
    client_id: str | None
    symbol: str | None
    side: str | None
    quantity: Decimal | None = _amount()
    price: Decimal | None = _amount()
    reference_price: Decimal | None = _amount()
    fee: Decimal | None = _amount()
    liquidity: str | None
    at: int | None = _int64()


class Positions(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    symbol: str = _key()
    quantity: Decimal | None = _amount()
    cost: Decimal | None = _amount()
    realized: Decimal | None = _amount()
    updated_at: int | None = _int64()


class Trades(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    trade_id: str = _key()
    setup: str | None
    symbol: str | None
    side: str | None
    state: str | None
    entry_at: int | None = _int64()
    entry_price: Decimal | None = _amount()
    exit_at: int | None = _int64()
    exit_price: Decimal | None = _amount()
    exit_reason: str | None
    size: Decimal | None = _amount()
    initial_stop: Decimal | None = _amount()
    stop: Decimal | None = _amount()
    t1: Decimal | None = _amount()
    t2: Decimal | None = _amount()
    risk_amount: Decimal | None = _amount()
    pnl: Decimal | None = _amount()
    r_multiple: Decimal | None = _amount()
    mae: Decimal | None = _amount()
    mfe: Decimal | None = _amount()


class Decisions(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    decision_id: str = _key()
    at: int | None = _int64()
    kind: str | None
    symbol: str | None
    outcome: str | None
    rule: str | None
    detail: Any = _document()


class Alerts(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    alert_id: str = _key()
    at: int | None = _int64()
    severity: str | None
    source: str | None
    title: str | None
    message: str | None
    count: int | None
    acknowledged_at: int | None = _int64()
    acknowledged_by: str | None


class Handoffs(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    handoff_id: str = _key()
    from_phase: str | None
    to_phase: str | None
    task: str | None
    status: str | None
    state: str | None
    needs_approval: bool | None
    content_hash: str | None
    deliverables: Any = _document()
    context: Any = _document()
    artifacts: Any = _document()
    proposed_at: int | None = _int64()
    decided_at: int | None = _int64()
    decided_by: str | None
    reason: str | None


class Tasks(SQLModel, table=True):
    __table_args__ = KEYED
    session: str = _key()
    task_id: str = _key()
    agent: str | None
    type: str | None
    priority: str | None
    status: str | None
    requested_at: int | None = _int64()
    reported_at: int | None = _int64()
    errors: Any = _document()


metadata = SQLModel.metadata
