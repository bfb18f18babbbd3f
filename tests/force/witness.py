"""What an outsider saw of an engine, and what the files say in the end.

The witness has three sources that the killed process cannot change any more: the lines that it had written
to its pipe (an entry's line leaves only once the entry is durable), the host's own record of orders and
fills, and the journal file, read by plain SQLite. Standard library alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from proof.chain import WHOLE, problem

# Entries that only a restarted engine writes; the rest of two runs is compared.
_RECOVERY = "EngineRecovered"


def read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


@dataclass(frozen=True)
class Books:
    """Orders, fills and money as two files have them: the engine's journal and the host's record."""

    orders: tuple[tuple[Any, ...], ...]
    fills: tuple[tuple[Any, ...], ...]
    trades: tuple[tuple[Any, ...], ...]
    balance: str
    entries: int
    recoveries: int


def books_of(journal: Path, venue: Path) -> Books:
    """The books of the one session in `journal`. AssertionError where chain, session or the host's record
    disagree with them."""
    with closing(read_only(journal)) as store:
        [(session,)] = store.execute("SELECT DISTINCT session FROM journal")
        verdict, text = problem(store, session, {})
        assert verdict == WHOLE, text
        rows = store.execute("SELECT at, type, body FROM journal ORDER BY seq").fetchall()
    of: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for at, kind, body in rows:
        of.setdefault(kind, []).append((at, json.loads(body)))
    assert len(of.get("SessionEnded", ())) == 1, "the session has not ended once"
    _agree(of, venue)
    return Books(
        orders=tuple(_order(at, body) for at, body in of["OrderIntended"]),
        fills=tuple(_fill(body["fill"]) for _, body in of["FillBooked"]),
        trades=tuple((at, *sorted(map(str, body.items()))) for at, body in of["TradeClosed"]),
        balance=of["SessionEnded"][0][1]["end_balance"],
        entries=len(rows),
        recoveries=len(of.get(_RECOVERY, ())),
    )


def _order(at: int, body: dict[str, Any]) -> tuple[Any, ...]:
    order = body["order"]
    named = (order[name] for name in ("client_id", "symbol", "side", "kind", "role", "quantity"))
    return (at, body["trade_id"], body["decision_id"], *named, order["limit_price"], order["stop_price"])


def _fill(fill: dict[str, Any]) -> tuple[Any, ...]:
    names = ("venue_fill_id", "client_id", "symbol", "side", "quantity", "price", "fee", "at_ns")
    return tuple(fill[name] for name in names)


def _agree(of: dict[str, list[tuple[int, dict[str, Any]]]], venue: Path) -> None:
    """The host's record against the journal: the same orders, each taken once; the same fills; all flat."""
    submits, orders, fills = host_record(venue)
    intended = [body["order"]["client_id"] for _, body in of["OrderIntended"]]
    assert max(Counter(intended).values()) == 1, "an order was intended twice"
    doubled = [name for name, count in submits.items() if count > 1]
    assert not doubled, f"sent more than once: {doubled}"
    assert set(submits) == set(intended), f"sent or intended alone: {set(submits) ^ set(intended)}"
    attached = {body["order"]["attached_stop_id"] for _, body in of["OrderIntended"]} - {""}
    assert set(orders) <= set(intended) | attached, "an order that nobody intended"
    entries = Counter(
        body["decision_id"] for _, body in of["OrderIntended"] if body["order"]["role"] == "entry"
    )
    assert max(entries.values()) == 1, "a decision was entered twice"
    assert fills == [_fill(body["fill"]) for _, body in of["FillBooked"]], "fills differ"
    held: Counter[str] = Counter()
    for _, _, symbol, side, quantity, *_ in fills:
        held[symbol] += Decimal(quantity) * (1 if side == "buy" else -1)  # type: ignore[assignment]
    assert not any(held.values()), f"not flat: {held}"


def host_record(venue: Path) -> tuple[Counter[str], list[str], list[tuple[Any, ...]]]:
    """Submits by client id, the ids of all orders, and the fills in the host's file."""
    with closing(read_only(venue)) as store:
        submits = Counter(
            name for (name,) in store.execute("SELECT client_id FROM commands WHERE kind = 'submit'")
        )
        orders = [name for (name,) in store.execute("SELECT client_id FROM orders")]
        fills = [_fill(json.loads(body)) for (body,) in store.execute("SELECT body FROM fills ORDER BY seq")]
    return submits, orders, fills


@dataclass
class Witness:
    """Follows one session through the lives of its engine. `seen` are the entries that it was told of,
    `sent` in how many lives each order was said to be sent."""

    journal: Path
    venue: Path | None = None
    seen: dict[int, tuple[int, str, Any]] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    last_types: list[str] = field(default_factory=list)  # the last entry on record at each kill
    complete: bool = False
    _intended: set[str] = field(default_factory=set)

    def after(self, out: bytes) -> None:
        """A life is over: what it said is on record now, and what the host took was intended before."""
        if self.complete:  # a session on record whole is played again in memory, and told from there
            return
        sent_now: set[str] = set()
        for line in out.splitlines(keepends=True):
            if not line.endswith(b"\n") or line[:7] not in (b'{"seq":', b'{"sent"'):
                continue
            said = json.loads(line)
            if "sent" in said:
                self._sends(said["sent"], sent_now)
                continue
            told = (said["at"], said["type"], said["body"])
            if said["type"] == "OrderIntended":
                self._intended.add(said["body"]["order"]["client_id"])
            if self.seen.setdefault(said["seq"], told) != told:
                self.faults.append(f"entry {said['seq']} was told twice, and differently")
        self._compare()

    def _sends(self, client_id: str, sent_now: set[str]) -> None:
        if client_id in sent_now:
            self.faults.append(f"order {client_id} was sent twice in one life")
        if client_id not in self._intended:
            self.faults.append(f"order {client_id} was sent before its intent was durable")
        sent_now.add(client_id)
        self.sent[client_id] += 1

    def _compare(self) -> None:
        if not self.journal.exists():
            if self.seen:
                self.faults.append("the journal is gone")
            return
        with closing(read_only(self.journal)) as store:
            try:
                rows = store.execute("SELECT seq, at, type, body FROM journal ORDER BY seq").fetchall()
            except sqlite3.OperationalError:  # killed before its tables were made
                rows = []
        kept = {seq: (at, kind, body) for seq, at, kind, body in rows}
        for seq, (at, kind, body) in self.seen.items():
            if seq not in kept:
                self.faults.append(f"entry {seq} ({kind}) was told and is lost")
            elif kept[seq][:2] != (at, kind) or json.loads(kept[seq][2]) != body:
                self.faults.append(f"entry {seq} ({kind}) was told and is another now")
        if rows:
            self.last_types.append(rows[-1][2])
            self.complete = any(kind == "SessionEnded" for *_, kind, _ in rows)
        self._intents(rows)

    def _intents(self, rows: list[tuple[int, int, str, str]]) -> None:
        """No order at the host without its intent on record, none sent twice."""
        bodies = (json.loads(body) for *_, kind, body in rows if kind == "OrderIntended")
        self._intended.update(body["order"]["client_id"] for body in bodies)
        if self.venue is None or not self.venue.exists():
            return
        try:
            submits, _, _ = host_record(self.venue)
        except sqlite3.OperationalError:  # not made yet
            return
        for name, count in submits.items():
            if name not in self._intended:
                self.faults.append(f"order {name} was sent without a durable intent")
            if count > 1:
                self.faults.append(f"order {name} was sent {count} times")
