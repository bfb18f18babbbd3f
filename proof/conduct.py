"""The conduct of a journal: that every session kept every rule, and what came of it.

`python -m proof.conduct STATE_DB DATA...` checks the hash chain, lives every session through again from its
entries and the path points of the bars, and prints a summary as JSON. Any breach makes the exit code 1.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

from proof.figures import funnel, results, trade_figures
from proof.inputs import load_costs, parsed, require_symbols
from proof.journal import Session, chain_faults, read_sessions
from proof.ledger import Costs
from proof.market import NS_PER_MIN, Instrument, Series, load_bars, load_instruments
from proof.rules import Judge
from proof.timeline import Book, Walk

ENDINGS = ("completed", "emergency_stop")
_LOWEST = ("pnl_pct", "rr_part_one", "rr_blended")


def judged(
    session: Session, series: dict[str, Series], rows: dict[str, Instrument], costs: Costs
) -> tuple[Judge, str]:
    """A session judged, and the status in which it ended; empty when it has not ended."""
    opening = Decimal(session.first("SessionStarted").body["opening_balance"])
    judge = Judge(session, costs)
    book = Book(session, rows, wallet=opening, start=opening)
    Walk(book, series, judge.hear, judge.watch).run()
    changes = session.of("StatusChanged")
    ending = changes[-1].body["after"] if session.ended and changes else ""
    if ending not in ENDINGS:
        judge.breaches.append(f"ending: session {session.name} ended as {ending or 'nothing'}")
    if book.open_positions:
        judge.breaches.append(f"flat: session {session.name} ended with {sorted(book.open_positions)}")
    return judge, ending


def summary(
    sessions: list[Session], series: dict[str, Series], rows: dict[str, Instrument], costs: Costs
) -> dict[str, Any]:
    """Endings, breaches, what was checked how often, the nearest to each limit, funnel and trades."""
    endings: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    worst: dict[str, Decimal] = {}
    breaches: list[str] = []
    for session in sessions:
        judge, ending = judged(session, series, rows, costs)
        endings[ending] += 1
        checks.update(judge.checks)
        breaches += judge.breaches
        for name, value in judge.worst.items():
            nearer = min if name in _LOWEST else max
            worst[name] = nearer(worst.get(name, value), value)
    sizes = {symbol: row.contract_size for symbol, row in rows.items()}
    closed = [result for session in sessions for result in results(session, sizes)]
    opening = Decimal(sessions[0].first("SessionStarted").body["opening_balance"])
    return {
        "sessions": len(sessions),
        "endings": dict(endings),
        "breaches": breaches,
        "checks": dict(sorted(checks.items())),
        "nearest": {name: format(value, ".6f") for name, value in sorted(worst.items())},
        "funnel": funnel(sessions),
        **trade_figures(closed, opening),
        "orders_in_parts": _in_parts(sessions),
    }


def _in_parts(sessions: list[Session]) -> int:
    """How many orders filled in more than one piece."""
    pieces = Counter(
        (session.name, entry.body["fill"]["client_id"])
        for session in sessions
        for entry in session.of("FillBooked")
    )
    return sum(1 for count in pieces.values() if count > 1)


def main(arguments: list[str] | None = None) -> int:
    """Run the proof; 0 when every rule was kept, 1 with a breach, 2 for bad arguments."""
    given = parsed("proof.conduct", __doc__, arguments)
    try:
        sessions = read_sessions(given.journal)
        if not sessions:
            raise ValueError(f"{given.journal}: no session is on record")
        costs, _ = load_costs(given.settings)
        first, last = sessions[0].entries[0].at, max(each.entries[-1].at for each in sessions)
        series = load_bars(given.data, first - NS_PER_MIN, last + 2 * NS_PER_MIN)
        rows = load_instruments(given.instruments)
        require_symbols(sessions, series, rows)
        found = summary(sessions, series, rows, costs)
        found["breaches"] += chain_faults(given.journal)
    except (ValueError, RecursionError) as error:
        print(f"proof.conduct: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found, indent=2))
    return 1 if found["breaches"] else 0


if __name__ == "__main__":
    sys.exit(main())
