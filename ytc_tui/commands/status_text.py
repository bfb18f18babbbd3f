"""The session document as lines of text: what `ytc status` and `ytc agents` print.

Decides wording and order only. Imports terminal text and the model. Invariants: every figure is the
document's own, times are UTC ISO; text that is not ours reaches the terminal through the sanitiser.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.model.trades import OPEN_TRADE_STATES
from ytc_tui.views.ages import countdown_text

_BAR_WIDTH = 20
_LINE_LIMIT = 400

Document = dict[str, Any]


def text_of(lines: Iterator[str] | list[str]) -> str:
    """Lines as one text that is safe to print."""
    return "\n".join(safe_line(line, _LINE_LIMIT) for line in lines)


def status_lines(document: Document) -> Iterator[str]:
    """The running session at a glance; one line if none runs."""
    if not document.get("running", True) or "session_metrics" not in document:
        last = document.get("session_id") or "none"
        yield f"no session is running; last: {last} {document.get('end_reason') or ''}".rstrip()
        return
    measures = document["session_metrics"]
    yield from unconfirmed_lines(document)
    yield f"{document['mode'].upper()}  session {document['session_id']}  as of {document['as_of']}"
    yield f"phase    {document['current_phase']}  status {document['session_status']}"
    yield f"gate     {document['gate']['state']}  ({document['gate']['reason']})"
    used = Decimal(str(measures["risk_utilization"]))
    bar = "#" * min(_BAR_WIDTH, round(used * _BAR_WIDTH))
    yield (
        f"P&L      {document['session_pnl']} ({measures['current_pnl_pct']} %)"
        f"  of the loss limit used [{bar:.<{_BAR_WIDTH}}] {used:.1%}"
    )
    yield f"trades   {measures['trades_taken']} taken  fees {document['fees_paid']}"
    yield from _news_lines(document)
    yield from _own_lines(document)
    yield from _drawdown_lines(document)
    yield from _correlation_lines(document)
    yield from _rule_lines(document)
    yield from _emergency_lines(document)
    yield from _exposure_lines(document)
    yield from _alert_lines(document)
    yield from (f"handoff  {row['handoff']['handoff_id']} waits: `ytc approve`" for row in _waiting(document))
    yield from (f"proposal {proposal_text(row)}: `ytc approve`" for row in _proposed(document))
    yield from (f"agent    {row['agent']}: {row['status']}, {row['idle']}" for row in agent_rows(document))
    yield from _health_lines(document)


def _news_lines(document: Document) -> Iterator[str]:
    news = document.get("news")
    if news is None:
        return
    if not news["calendar"]:
        yield "news     no calendar (feed.calendar_path): what is due is not known"
        return
    acting = "" if news["filter"] == "on" else ", filter off"
    following = "nothing ahead is known"
    if news["next_event"] is not None:
        left = countdown_text(news["next_event_in_s"])
        following = f"news in {left}: {news['next_event']} at {news['next_event_time']}"
    reason = f" {news['reason']}" if news["reason"] else ""
    yield f"news     {news['status']}{reason}{acting}, {following}"


def _own_lines(document: Document) -> Iterator[str]:
    own = document.get("own", {})
    for held in own.get("biases", []):
        why = f": {held['reason']}" if held["reason"] else ""
        yield f"bias     {held['symbol']} {held['bias']} by {held['actor']}{why}"
    if own.get("levels"):
        yield f"levels   {', '.join(held['level_id'] for held in own['levels'])}"


def _drawdown_lines(document: Document) -> Iterator[str]:
    for row in document.get("drawdown", []):
        used = "unknown" if row["used_pct"] is None else f"{Decimal(row['used_pct']):.2f} %"
        yield (
            f"drawdown {row['span']} {used} of {row['limit_pct']} % (warning {row['warn_pct']} %)"
            f"  from {row['base']} of {row['since']}"
        )


def _correlation_lines(document: Document) -> Iterator[str]:
    told = document.get("agent_states", {}).get("risk_management", {}).get("output", {})
    for row in told.get("correlation_matrix", []):
        yield f"rho      {row['first']} {row['second']} {row['told']}"


def _rule_lines(document: Document) -> Iterator[str]:
    """Which of the gate's rules were never asked in this session."""
    rules = document.get("rules", [])
    never = [row["rule"] for row in rules if row["last_evaluated"] is None]
    if len(never) == len(rules) and rules:
        yield f"rules    NONE of {len(rules)} asked yet: no trade was put to the gate"
    elif never:
        yield f"rules    {len(rules) - len(never)} of {len(rules)} asked; NEVER ASKED: {', '.join(never)}"
    elif rules:
        newest = max(row["last_evaluated"] for row in rules)
        yield f"rules    all {len(rules)} asked, last {newest}"


def _emergency_lines(document: Document) -> Iterator[str]:
    flattening = document.get("emergency")
    if flattening is not None:
        state = "verified flat" if flattening["verified"] else "NOT FLAT YET"
        final = ", final" if flattening["final"] else ""
        rounds = flattening["rounds"]
        yield f"flatten  {state} (by {flattening['cause']}: {flattening['reason']}; round {rounds}{final})"


def unconfirmed_lines(document: Document) -> Iterator[str]:
    """A flatten that is not confirmed: since when, why, and what to close by hand."""
    doubt = document.get("unconfirmed_exposure")
    if doubt is not None:
        yield f"UNCONFIRMED EXPOSURE since {doubt['since']}: {doubt['why']}; the engine tries on"
        yield from (f"by hand: {each['text']}" for each in doubt["by_hand"])


def _exposure_lines(document: Document) -> Iterator[str]:
    trades = {
        trade["symbol"]: trade for trade in document.get("trades", []) if trade["state"] in OPEN_TRADE_STATES
    }
    positions, orders = document.get("active_positions", []), document.get("working_orders", [])
    for held in positions:
        trade = trades.get(held["symbol"])
        plan = f"  stop {trade['stop']}  target {trade['t1']}  since {trade['opened']}" if trade else ""
        yield f"position {position_text(held)}{plan}"
    for order in orders:
        yield f"order    {order_text(order)}"
    if not positions and not orders:
        yield "position none, no working orders"


def _alert_lines(document: Document) -> Iterator[str]:
    for alert in document.get("alerts", []):
        if not alert["acknowledged_by"]:
            yield (
                f"alert    {alert['id']} {alert['severity']} x{alert['count']} {alert['timestamp']}"
                f"  {alert['message']}"
            )


def _waiting(document: Document) -> list[Document]:
    return [row for row in document.get("handoffs", []) if row["state"] == "pending"]


def _proposed(document: Document) -> list[Document]:
    return [row for row in document.get("proposals", []) if row["state"] == "pending"]


def proposal_text(row: Document) -> str:
    """A proposal: what would be traded, at which prices, for how much risk, and where it stands."""
    proposal, plan = row["proposal"], row["proposal"]["plan"]
    targets = " and ".join(price for price in (plan["t1"], plan["t2"]) if price is not None)
    return (
        f"{proposal['proposal_id']} {row['state']}: {proposal['setup']['kind']} {plan['side']}"
        f" {plan['quantity']} {plan['symbol']} entry to {plan['entry']} stop {plan['stop']} targets {targets}"
        f" risk {Decimal(proposal['risk_money']):.2f} ({Decimal(proposal['risk_pct']):.2f} %)"
        f" net R {Decimal(proposal['reward_risk']):.2f}"
    )


def _health_lines(document: Document) -> Iterator[str]:
    health = document.get("health", {})
    well = [name for name, row in health.items() if row["status"] == "ok"]
    yield f"health   {len(well)} of {len(health)} components ok"
    for name, row in health.items():
        if row["status"] != "ok":
            yield f"health   {component_text(name, row)}"


def component_text(name: str, row: Document) -> str:
    """One component's health: status, what it rests on, age, metrics."""
    age = f"  age {row['age_s']} s" if row.get("age_s") is not None else ""
    metrics = "".join(f"  {key} {value}" for key, value in row.get("metrics", {}).items())
    return f"{name}: {row['status']}  {row.get('detail') or ''}".rstrip() + age + metrics


def position_text(held: Document) -> str:
    """A position: symbol, side, quantity, average entry."""
    quantity = Decimal(held["quantity"])
    side = "long" if quantity > 0 else "short"
    entry = Decimal(held["cost"]) / abs(quantity) / Decimal(held["contract_size"]) if quantity else Decimal(0)
    return f"{held['symbol']} {side} {abs(quantity):f} entry {round(entry, 8).normalize():f}"


def order_text(order: Document) -> str:
    """A working order: id, what it is for, side, what is left of it, state."""
    return (
        f"{order['client_id']} {order['role']} {order['side']} {order['remaining']} {order['symbol']}"
        f" {order['state']}"
    )


def handoff_lines(rows: list[Document]) -> list[str]:
    """Handoffs and proposals with their state and the hash that an approval is bound to."""
    lines = [_proposal_line(row) if "proposal" in row else _handoff_line(row) for row in rows]
    return lines or ["no handoff or proposal yet"]


def _handoff_line(row: Document) -> str:
    handoff = row["handoff"]
    return (
        f"{handoff['handoff_id']}  {row['state']:<9} {handoff['from_phase']} -> "
        f"{handoff['to_phase']}  {handoff['task']}  (content {handoff['content_hash']})"
    )


def _proposal_line(row: Document) -> str:
    answered = f"  by {row['decided_by']}: {row['reason']}" if row["decided_by"] else ""
    return f"{proposal_text(row)}{answered}  (content {row['proposal']['content_hash']})"


def agent_rows(document: Document) -> list[Document]:
    """Every agent: status, last run, counts, why it is idle."""
    states, health = document.get("agent_states", {}), document.get("health", {})
    return [
        {
            "agent": name,
            "status": states.get(name, {}).get("status", "idle"),
            "last_run": states.get(name, {}).get("last_run"),
            "runs": 0,
            "failures": 0,
            **health.get(f"agent.{name}", {}).get("metrics", {}),
            "idle": told["why_idle"],
            "next_due": told["next_due"],
            "output": states.get(name, {}).get("output", {}),
        }
        for name, told in document.get("agents_now", {}).items()
    ]


def agent_lines(rows: list[Document]) -> list[str]:
    """The rows of `agent_rows` as a table."""
    lines = [
        f"{row['agent']:<22} {row['status']:<10} runs {row['runs']:<5} failures {row['failures']:<3} "
        f"{row['last_run'] or '-':<21} {row['idle']}"
        for row in rows
    ]
    return lines or ["no session is running"]
