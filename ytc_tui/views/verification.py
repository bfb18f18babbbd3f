"""The answer of `ytc verify` as lines, and a ledger report as data.

Decides wording. Imports the ledger report. Invariant: the first bad entry is named with its number, its
type and both hashes; every list that is cut says how much it left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ytc_tui.model.chain import fingerprint
from ytc_tui.views.journal import Difference, plain, utc
from ytc_tui.views.ledger import LedgerReport

LISTED = 20


def ledger_data(report: LedgerReport) -> dict[str, Any]:
    """The sums and differences as JSON data; amounts are exact decimal text."""
    sums = report.sums
    return {
        "ok": report.ok,
        "decisions": report.decisions,
        "orders": report.orders,
        "fills": sums.fills,
        "trades": report.trades,
        "opening_balance": plain(sums.opening),
        "start_balance": None if sums.start is None else plain(sums.start),
        "realised": plain(sums.realised),
        "fees": plain(sums.fees),
        "funding": plain(sums.funding) if sums.funding_events else "not modelled",
        "wallet": plain(sums.wallet),
        "pnl": plain(sums.pnl),
        "open_positions": {symbol: plain(held) for symbol, held in sums.open_positions().items()},
        "trade_pnl": {name: plain(trade.net) for name, trade in sums.trades.items()},
        "differences": [found._asdict() for found in report.differences],
    }


def verification_text(data: Mapping[str, Any]) -> str:
    """The data of a verification for a terminal, without a final newline."""
    return "\n".join(_lines(data))


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"{data['path']}: {data['verdict']}"
    if (anchor := data.get("anchor")) is not None:
        state = "is there as it was" if anchor["holds"] else "is NOT there as it was"
        yield f"anchor  entry {anchor['seq']} {anchor['hash']} of session {anchor['session']} {state}"
    for session in data["sessions"]:
        yield ""
        yield from _session(session)
    yield ""
    fault = data["bar_fault"]
    bars = "ok" if fault is None else ", ".join(f"{name} {value}" for name, value in fault.items())
    if data["bars"] is not None:
        yield f"bars {data['bars']}: {bars}; snapshots {data['snapshots']}"
    for found in data["findings"]:
        yield f"{found['session'] or 'file'}: {found['text']}"
    if not data["other_sessions_ok"]:
        yield "another session of this file is not ok: run `ytc verify` without --session"


def _session(session: Mapping[str, Any]) -> Iterator[str]:
    yield f"session {session['session']}: {session['verdict']}"
    yield f"  chain  {session['entries']} entries, head {session['head_seq']} {session['head']}"
    if session["unsigned"]:
        yield f"  NOT SIGNED {session['unsigned']}"
    if (signed := session["signed"]) is not None:
        yield f"  signed entry {signed['seq']} at {utc(signed['signed_ns'])} with key {signed['key']}"
        yield f"         whose fingerprint is {fingerprint(signed['key'])}"
    elif not session["unsigned"]:
        yield "  not signed"
    if (fault := session["fault"]) is not None:
        yield f"  first bad entry {fault['seq']} ({fault['type'] or 'not there'}): {fault['reason']}"
        if fault["found"] or fault["expected"]:
            yield f"    found    {fault['found']}"
            yield f"    expected {fault['expected']}"
    for found in session["findings"]:
        yield f"  {found['text']}"
    if session["unreadable"]:
        yield f"  cannot be read: {session['unreadable']}"
    sums = session["sums"]
    if sums is None:
        yield "  sums   not checked"
        return
    yield (
        f"  sums   {sums['decisions']} decisions, {sums['orders']} orders, {sums['fills']} fills,"
        f" {sums['trades']} trades; wallet {sums['wallet']}, P&L {sums['pnl']}, fees {sums['fees']},"
        f" funding {sums['funding']}"
    )
    yield from _listed([str(Difference(**found)) for found in sums["differences"]], "agree with the journal")
    projections = session["projections"]
    if not projections["compared"]:
        yield "  rows   not compared"
        yield from _listed(projections["faults"], "")
        return
    yield f"  rows   {projections['rows']} rebuilt from the journal"
    yield from _listed(projections["faults"], "equal to the stored ones")


def _listed(problems: list[str], good: str) -> Iterator[str]:
    if not problems and good:
        yield f"         {good}"
    for problem in problems[:LISTED]:
        yield f"         WRONG {problem}"
    if len(problems) > LISTED:
        yield f"         and {len(problems) - LISTED} more (--json lists all)"
