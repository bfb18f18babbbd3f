"""Check an exported trade log with nothing but Python: `python -m proof.tradelog LOG [STORE]`.

Each line's entry is hashed again from its fields, the line must say what that entry says and follow the
line before it, and none may be missing. With the STORE every entry must stand in its journal with that
hash; mode, strategy, status and the number of executions must be those of the journal. The first bad line
is named. Exit 0: whole; 1: changed; 2: lines are missing at the end; 3: unreadable.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

WHOLE, CHANGED, CUT, UNREADABLE = range(4)
FIELDS = ("prev_hash", "seq", "at", "session", "type", "v", "correlation", "causation", "body")
NUMBERS = {"fee": "fee", "price": "price", "size": "quantity"}
TEXTS = {"id": "venue_fill_id", "order_id": "client_id", "side": "side", "symbol": "symbol"}
Line = dict[str, Any]


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
    """The journal that a log comes from; `filled` is what was seen of each order so far."""

    connection: sqlite3.Connection
    filled: dict[str, Decimal] = field(default_factory=dict)

    def problem(self, line: Line) -> str:
        """What is wrong with a line against the journal."""
        proof, session = line["proof"], line["proof"]["entry"]["session"]
        bodies: Line = {}
        for named in (*proof["from"], proof["entry"], proof["head"]):
            sql = "SELECT type, hash, body FROM journal WHERE session = ? AND seq = ?"
            row = self.connection.execute(sql, (session, named["seq"])).fetchone()
            if row is None or row[1] != named["hash"]:
                return f"the journal holds no such entry {named['seq']}"
            bodies[row[0]] = json.loads(row[2])
        if line["mode"] != bodies["SessionStarted"]["mode"]:
            return "its mode is not that of the journal"
        planned = bodies.get("TradePlanned")
        if not same_text(line["strategy"], planned["trade"]["setup_kind"] if planned else "none"):
            return "its strategy is not that of the journal"
        order = (bodies.get("OrderIntended") or bodies.get("StopAttached") or {}).get("order")
        if line["trade"]["status"] != self._status(line["trade"], order):
            return "its status is not that of the journal"
        sql = "SELECT count(*) FROM journal WHERE session = ? AND type = 'FillBooked' AND seq <= ?"
        (count,) = self.connection.execute(sql, (session, proof["head"]["seq"])).fetchone()
        return "" if count == proof["of"] else f"the journal holds {count} executions, the log {proof['of']}"

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
        return WHOLE, "no execution"
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
        store = Store(sqlite3.connect(f"file:{arguments[1]}?mode=ro", uri=True)) if arguments[1:] else None
        found, told = verdict(text.split("\n") if text else [], store)
    except (OSError, sqlite3.Error, LookupError, ValueError, TypeError, ArithmeticError) as error:
        print(f"unreadable: {error!r}", file=sys.stderr)
        return UNREADABLE
    print(f"{('ok', 'CHANGED', 'CUT')[found]}: {told}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
