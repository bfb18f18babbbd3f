"""The session journal, read as rows of SQLite: entries, their hash chain, and the list of orders.

Standard library only. A body is JSON; what is taken from it is named here and nowhere else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from proof.chain import WHOLE, problem

# Entries with the agents' work: large, and no part of money or conduct but for what they proposed.
_ANSWERS = ("TaskAnswered", "TaskReported")
_WORK = (*_ANSWERS, "AnswerRepeated", "TaskRequested", "TaskRetried", "HandoffProposed", "HandoffDecided")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `at` is feed time (UTC ns)."""

    seq: int
    at: int
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """A session's entries in their order, without the agents' work but for their proposals."""

    name: str
    entries: tuple[Entry, ...]

    def of(self, *types: str) -> list[Entry]:
        """The entries of these types."""
        return [entry for entry in self.entries if entry.type in types]

    def first(self, kind: str) -> Entry:
        """The first entry of a type; ValueError where there is none."""
        for entry in self.entries:
            if entry.type == kind:
                return entry
        raise ValueError(f"session {self.name} has no {kind}")

    @property
    def ended(self) -> bool:
        return any(entry.type == "SessionEnded" for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it was sent at `at`; the entry number `seq` orders what was sent at one instant."""

    order_id: str
    at: int
    seq: int
    trade_id: str
    symbol: str
    sign: int
    kind: str
    role: str
    quantity: Decimal
    limit: Decimal | None
    trigger: Decimal | None
    reduce_only: bool
    expires_ns: int
    stop_id: str
    stop_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """A cancel of `order_id`, asked for at `at`."""

    order_id: str
    at: int
    seq: int


def read_sessions(path: Path) -> list[Session]:
    """Every session of a journal in the order in which they began."""
    marks = ",".join("?" * len(_WORK))
    query = (
        f"SELECT session, seq, at, type, body FROM journal WHERE type NOT IN ({marks}) "
        "OR (type IN (?, ?) AND body LIKE '%\"proposals\":[{%') ORDER BY session, seq"
    )
    grouped: dict[str, list[Entry]] = {}
    with closing(_open(path)) as store:
        for name, seq, at, kind, body in store.execute(query, (*_WORK, *_ANSWERS)):
            grouped.setdefault(name, []).append(Entry(seq, at, kind, json.loads(body)))
    sessions = [Session(name, tuple(entries)) for name, entries in grouped.items()]
    return sorted(sessions, key=lambda session: (session.entries[0].at, session.name))


def chain_faults(path: Path) -> Iterator[str]:
    """The first entry of each session whose hash is not that of its content and of the entry before it."""
    with closing(_open(path)) as store:
        for (name,) in store.execute("SELECT DISTINCT session FROM journal ORDER BY 1").fetchall():
            verdict, text = problem(store, name, {})
            if verdict != WHOLE:
                yield f"session {name}: {text}"


def sent_orders(session: Session) -> list[Order]:
    """What was sent to the venue, but for orders that the venue refused to take."""
    refused = {entry.body["client_id"] for entry in session.of("OrderRejected")}
    return [
        order_of(entry.body["order"], entry)
        for entry in session.of("OrderIntended")
        if entry.body["order"]["client_id"] not in refused
    ]


def asked_cancels(session: Session) -> list[Cancel]:
    """The cancels that were sent."""
    return [Cancel(entry.body["client_id"], entry.at, entry.seq) for entry in session.of("CancelAsked")]


def order_of(body: dict[str, Any], entry: Entry) -> Order:
    """An order from the `order` of an entry."""
    return Order(
        order_id=body["client_id"],
        at=entry.at,
        seq=entry.seq,
        trade_id=entry.body["trade_id"],
        symbol=body["symbol"],
        sign=1 if body["side"] == "buy" else -1,
        kind=body["kind"],
        role=body["role"],
        quantity=Decimal(body["quantity"]),
        limit=amount(body["limit_price"]),
        trigger=amount(body["stop_price"]),
        reduce_only=body["reduce_only"],
        expires_ns=body["expires_ns"],
        stop_id=body["attached_stop_id"],
        stop_price=amount(body["attached_stop_price"]),
    )


def amount(value: str | None) -> Decimal | None:
    """A number of a body, which may be missing."""
    return None if value is None else Decimal(value)


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise ValueError(f"{path}: no such journal")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
