"""The operator's commands from a second shell: status, verbs, handoffs, agents.

Decides how a receipt is rendered and what its exit code is: 0 only when the command was accepted and
nothing is unconfirmed, 8 refused, 9 unconfirmed. Imports the door's client. Invariant: nothing is said to
be done that the engine did not confirm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.sockets import RunningEngine, engine_for, find_engines
from ytc_tui.client import Receipt
from ytc_tui.commands.answer import Answer
from ytc_tui.model.commands import Command, Verb

EXIT_REFUSED = 8
EXIT_UNCONFIRMED = 9
_POLL_S = 0.1
_BARS = 20


def engine_of(paths: Paths, wanted: str) -> RunningEngine:
    """The engine that is meant; EngineUnreachable or UsageInvalid when there is no one such."""
    return engine_for(find_engines(paths.socket_dir), wanted)


def _client(paths: Paths, engine: RunningEngine) -> HttpClient:
    return HttpClient(engine.socket_path, kill_file=paths.kill_file(engine.session_id))


async def _document(paths: Paths, wanted: str, component: str | None = None) -> dict[str, Any]:
    async with _client(paths, engine_of(paths, wanted)) as client:
        return await client.status(component)


def status(paths: Paths, wanted: str, component: str | None) -> Answer:
    """The session document with health and metrics, or one component's health."""
    document = asyncio.run(_document(paths, wanted, component))
    if component is not None:
        text = f"{component}: {document.get('status')} {document.get('detail', '')}"
        return Answer(safe_line(text), document, 0 if document.get("status") != "unknown" else EXIT_REFUSED)
    return Answer("\n".join(safe_line(line) for line in _status_lines(document)), document)


def send(paths: Paths, wanted: str, command: Command) -> Answer:
    """Send one command and report what became of it."""

    async def sent() -> Receipt:
        async with _client(paths, engine_of(paths, wanted)) as client:
            return await client.send(command)

    return _answer(command.verb, asyncio.run(sent()))


def _answer(verb: Verb, receipt: Receipt) -> Answer:
    if not receipt.accepted:
        return Answer(safe_line(f"{verb}: refused: {receipt.reason}"), asdict(receipt), EXIT_REFUSED)
    lines = [f"{verb}: {receipt.reason}", *receipt.effects]
    lines += [f"unconfirmed: {left}" for left in receipt.unconfirmed]
    code = EXIT_UNCONFIRMED if receipt.unconfirmed else 0
    return Answer("\n".join(safe_line(line) for line in lines), asdict(receipt), code)


def flatten(paths: Paths, wanted: str, command: Command, *, everywhere: bool, timeout_s: float) -> Answer:
    """Flatten one engine, or every running one, and wait until each is verified flat."""
    engines = find_engines(paths.socket_dir) if everywhere else (engine_of(paths, wanted),)
    answers = []
    for number, engine in enumerate(engines):
        own = Command(f"{command.command_id}-{number}", command.verb, command.actor, command.reason)
        answers.append(asyncio.run(_flatten(_client(paths, engine), own, timeout_s)))
    if len(answers) == 1:
        return answers[0]
    text = "\n".join(answer.text for answer in answers) or "no engine is running"
    code = max((answer.exit_code for answer in answers), default=EXIT_REFUSED)
    return Answer(text, [answer.data for answer in answers], code)


async def _flatten(client: HttpClient, command: Command, timeout_s: float) -> Answer:
    async with client:
        receipt = await client.send(command)
        if not receipt.accepted:
            return _answer(command.verb, receipt)
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        document = await client.status()
        while not _flat(document) and loop.time() < until:
            await asyncio.sleep(_POLL_S)
            document = await client.status()
    left = [f"position {held['symbol']} {held['quantity']}" for held in document.get("active_positions", [])]
    left += [f"order {order['client_id']} {order['state']}" for order in document.get("working_orders", [])]
    data = {"receipt": asdict(receipt), "verified_flat": _flat(document), "left": left}
    if _flat(document):
        return Answer(f"flatten: verified flat, session P&L {document['session_pnl']}", data)
    lines = ["flatten: UNCONFIRMED", *(f"left: {safe_line(item)}" for item in left)]
    return Answer("\n".join(lines), data, EXIT_UNCONFIRMED)


def _flat(document: dict[str, Any]) -> bool:
    emergency = document.get("emergency") or {}
    return bool(emergency.get("verified")) and not document.get("active_positions")


def handoffs(paths: Paths, wanted: str) -> Answer:
    """All handoffs of the session, the waiting ones first."""
    document = asyncio.run(_document(paths, wanted))
    rows: Sequence[dict[str, Any]] = document.get("handoffs", [])
    ordered = sorted(rows, key=lambda row: row["state"] != "pending")
    lines = [
        f"{row['handoff']['handoff_id']}  {row['state']:<9} {row['handoff']['from_phase']} -> "
        f"{row['handoff']['to_phase']}  {row['handoff']['task']}  (content {row['handoff']['content_hash']})"
        for row in ordered
    ]
    return Answer("\n".join(safe_line(line) for line in lines) or "no handoff yet", list(ordered))


def agents(paths: Paths, wanted: str) -> Answer:
    """Every agent with its state, last run, counts and why it is idle."""
    document = asyncio.run(_document(paths, wanted))
    rows = []
    for name, reason in document.get("why_idle", {}).items():
        state = document["agent_states"].get(name, {"status": "idle", "last_run": None})
        health = document["health"].get(f"agent.{name}", {}).get("metrics", {"runs": 0, "failures": 0})
        rows.append(
            {
                "agent": name,
                "status": state["status"],
                "last_run": state["last_run"],
                **health,
                "idle": reason,
            }
        )
    lines = [
        f"{row['agent']:<22} {row['status']:<10} runs {row['runs']:<5} failures {row['failures']:<3} "
        f"{row['last_run'] or '-':<21} {row['idle']}"
        for row in rows
    ]
    return Answer("\n".join(safe_line(line) for line in lines), rows)


def _status_lines(document: dict[str, Any]) -> list[str]:
    if not document.get("running"):
        return [
            f"no session is running; last: {document.get('session_id', 'none')} {document.get('end_reason', '')}"
        ]
    measures = document["session_metrics"]
    used = min(1.0, float(measures["risk_utilization"]))
    bar = "#" * round(used * _BARS)
    lines = [
        f"{document['mode'].upper()}  {document['current_phase']}  {document['session_status']}  as of {document['as_of']}",
        f"gate {document['gate']['state']}  ({document['gate']['reason']})",
        f"P&L {document['session_pnl']} ({measures['current_pnl_pct']} %)  loss limit used [{bar:.<{_BARS}}] {used:.0%}",
        f"trades {measures['trades_taken']}  positions {measures['positions_open']}  fees {document['fees_paid']}",
    ]
    lines += [f"position {held['symbol']} {held['quantity']}" for held in document["active_positions"]]
    lines += [
        f"order {order['role']} {order['side']} {order['remaining']} {order['symbol']} {order['state']}"
        for order in document["working_orders"]
    ]
    open_alerts = [alert for alert in document["alerts"] if not alert["acknowledged_by"]]
    lines += [
        f"alert {alert['id']} {alert['severity']} x{alert['count']}: {alert['message']}"
        for alert in open_alerts
    ]
    unwell = {name: row for name, row in document["health"].items() if row["status"] != "ok"}
    lines += [f"health {name}: {row['status']} {row['detail']}" for name, row in unwell.items()]
    return lines
