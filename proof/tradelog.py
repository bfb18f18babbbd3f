"""Check an exported trade log with nothing but Python: `python -m proof.tradelog LOG [STORE]`.

Each line's entry is hashed again from its fields, the line must say what that entry says and follow the
line before it, and none may be missing. With the STORE every entry must stand in its journal with that
hash, and the entries that a line rests on must be the session's start, the trade's plan and the order that
the journal holds; mode, strategy, status and the number of executions are theirs. The first
bad line is named. Exit 0: whole; 1: changed; 2: lines are missing at the end; 3: unreadable.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

WHOLE, CHANGED, CUT, UNREADABLE = range(4)
UNREADABLE_FOR = (OSError, sqlite3.Error, LookupError, ValueError, TypeError, ArithmeticError, RecursionError)
FIELDS = ("prev_hash", "seq", "at", "session", "type", "v", "correlation", "causation", "body")
NUMBERS = {"fee": "fee", "price": "price", "size": "quantity"}
TEXTS = {"id": "venue_fill_id", "order_id": "client_id", "side": "side", "symbol": "symbol"}
Line = dict[str, Any]
Named = tuple[str, str]
Source = tuple[int, str, Line]  # an entry: its number, its hash and its body
# The entries that a line rests on, and what each of them is found by.
SOURCES: dict[str, Callable[[Line], Named]] = {
    "SessionStarted": lambda body: ("started", ""),
    "TradePlanned": lambda body: ("planned", body["trade"]["trade_id"]),
    "OrderIntended": lambda body: ("sent", body["order"]["client_id"]),
    "StopAttached": lambda body: ("sent", body["order"]["client_id"]),
}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def same_text(told: str, kept: str) -> bool:
    """Whether `told` is `kept`, or `kept` behind the apostrophe that keeps it from being a formula."""
    return told in (kept, f"'{kept}")


def unique(pairs: list[tuple[str, Any]]) -> Line:
    """The object; one that says the same thing twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"an object says one of {sorted(found)} twice")
    return found


def timestamp(at_ns: int) -> str:
    seconds, rest = divmod(at_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}.{rest // 1_000_000:03d}Z"


def entry_problem(line: Line) -> str:
    """What is wrong with the entry that a line carries, and with what the line makes of it."""
    entry = line["proof"]["entry"]
    text = "\n".join(str(entry[name]) for name in FIELDS)
    if entry["hash"] != sha256(text) or entry["type"] != "FillBooked":
        return "its entry does not match its hash"
    body, trade = json.loads(entry["body"]), line["trade"]
    fill = body["fill"]
    same = [Decimal(trade[name]) == Decimal(fill[kept]) for name, kept in NUMBERS.items()]
    same += [same_text(trade[name], fill[kept]) for name, kept in TEXTS.items()]
    same.append(Decimal(trade["pnl"]) == Decimal(body["realised"]))
    same.append(same_text(trade["trade_id"], body["trade_id"]))
    same.append(line["timestamp"] == timestamp(fill["at_ns"]))
    return "" if all(same) else "it does not say what its entry says"


def chain_problem(text: str, line: Line, number: int, before: Line | None) -> str:
    """What is wrong with a line's place among the others."""
    proof, previous = line["proof"], before["record"] if before else "0" * 64
    if proof["number"] != number or proof["previous"] != previous:
        return f"it is not line {number}, or the one before it is another"
    said, _, own = text.rpartition('"record":')
    digest = sha256(f"{previous}\n{said}")
    if own != f'"{digest}"}}}}':
        return "it does not match its own hash"
    if before is not None:
        whole = [(one["of"], one["head"], one["entry"]["session"]) for one in (before, proof)]
        if whole[0] != whole[1] or before["entry"]["seq"] >= proof["entry"]["seq"]:
            return "it is of another export, or not in order"
    return ""


@dataclass
class Store:
    """The journal that a log comes from; `filled` is what was seen of each order so far, `sources` what each
    session says of its trades and orders: by name, every entry that says it, with its body."""

    connection: sqlite3.Connection
    filled: dict[str, Decimal] = field(default_factory=dict)
    sources: dict[str, dict[Named, list[Source]]] = field(default_factory=dict)

    def problem(self, line: Line) -> str:
        """What is wrong with a line against the journal."""
        proof, trade = line["proof"], json.loads(line["proof"]["entry"]["body"])
        session, seq = proof["entry"]["session"], proof["entry"]["seq"]
        for named in (proof["entry"], proof["head"]):
            sql = "SELECT hash FROM journal WHERE session = ? AND seq = ?"
            if self.connection.execute(sql, (session, named["seq"])).fetchone() != (named["hash"],):
                return f"the journal holds no such entry {named['seq']}"
        started = self._source(session, ("started", ""), seq)
        planned = self._source(session, ("planned", trade["trade_id"]), seq)
        sent = self._source(session, ("sent", trade["fill"]["client_id"]), seq)
        wanted = [(source[0], source[1]) for source in (started, planned, sent) if source is not None]
        if [(named["seq"], named["hash"]) for named in proof["from"]] != wanted:
            return "it does not rest on the entries of its session, trade and order"
        if started is None or line["mode"] != started[2]["mode"]:
            return "its mode is not that of the journal"
        if not same_text(line["strategy"], planned[2]["trade"]["setup_kind"] if planned else "none"):
            return "its strategy is not that of the journal"
        if line["trade"]["status"] != self._status(line["trade"], sent[2]["order"] if sent else None):
            return "its status is not that of the journal"
        count = self.executions(session, proof["head"]["seq"])
        return "" if count == proof["of"] else f"the journal holds {count} executions, the log {proof['of']}"

    def executions(self, session: str | None = None, last: int | None = None) -> int:
        """How many executions the journal holds, of one session up to an entry or of all."""
        sql = (
            "SELECT count(*) FROM journal WHERE type = 'FillBooked'"
            " AND (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR seq <= ?2)"
        )
        (count,) = self.connection.execute(sql, (session, last)).fetchone()
        return int(count)

    def _source(self, session: str, named: Named, before: int) -> Source | None:
        """The last entry before `before` that says what is `named`."""
        if session not in self.sources:
            found: dict[Named, list[Source]] = {}
            sql = (
                "SELECT seq, hash, body, type FROM journal"
                " WHERE session = ? AND type IN (?, ?, ?, ?) ORDER BY seq"
            )
            for seq, digest, text, kind in self.connection.execute(sql, (session, *SOURCES)):
                body = json.loads(text)
                found.setdefault(SOURCES[kind](body), []).append((seq, digest, body))
            self.sources[session] = found
        earlier = [source for source in self.sources[session].get(named, ()) if source[0] < before]
        return earlier[-1] if earlier else None

    def _status(self, trade: Line, order: Line | None) -> str:
        filled = self.filled.get(trade["order_id"], Decimal(0)) + Decimal(trade["size"])
        self.filled[trade["order_id"]] = filled
        return "filled" if order is None or filled >= Decimal(order["quantity"]) else "partially_filled"


def verdict(lines: list[str], store: Store | None) -> tuple[int, str]:
    """The verdict on the log, and the first bad line."""
    before: Line | None = None
    for number, text in enumerate(lines, start=1):
        line = json.loads(text, parse_float=Decimal, object_pairs_hook=unique)
        found = chain_problem(text, line, number, before) or entry_problem(line)
        if not found and store is not None:
            found = store.problem(line)
        if found:
            return CHANGED, f"line {number}: {found}"
        before = line["proof"]
    if before is None:
        missing = store.executions() if store is not None else 0
        return (CUT, f"no line, the store holds {missing} executions") if missing else (WHOLE, "no execution")
    if before["of"] != len(lines):
        return CUT, f"{len(lines)} lines of {before['of']}"
    return WHOLE, f"{len(lines)} lines, head {before['head']['seq']} {before['head']['hash']}"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return UNREADABLE
    try:
        with open(arguments[0], encoding="ascii") as file:
            text = file.read().removesuffix("\n")
        store = (
            Store(sqlite3.connect(f"{Path(arguments[1]).absolute().as_uri()}?mode=ro", uri=True))
            if arguments[1:]
            else None
        )
        found, told = verdict(text.split("\n") if text else [], store)
    except UNREADABLE_FOR as error:
        print(f"unreadable: {error!r}", file=sys.stderr)
        return UNREADABLE
    print(f"{('ok', 'CHANGED', 'CUT')[found]}: {told}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
