"""The operator's commands from a second shell: status, verbs, handoffs, agents.

Decides what each command asks of the door and what its answer means: exit code 0 only when the command
was accepted and nothing is unconfirmed, 8 refused, 9 unconfirmed. Imports the door's client.
Invariant: nothing is said to be done that the engine did not confirm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from math import inf
from typing import Any, TypeVar

from ytc_tui.adapters.drill_file import DrillFile
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.sockets import RunningEngine, engine_for, find_engines
from ytc_tui.client import NEEDS_PIN, EngineClient, Receipt
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.drill_pass import drill_words
from ytc_tui.commands.status_text import (
    agent_lines,
    agent_rows,
    component_text,
    handoff_lines,
    order_text,
    position_text,
    status_lines,
    text_of,
    unconfirmed_lines,
)
from ytc_tui.config import load_settings
from ytc_tui.errors import EngineUnreachable, UsageInvalid, YtcError
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_S

EXIT_REFUSED = 8
EXIT_UNCONFIRMED = 9
POLL_S = 0.1

Document = dict[str, Any]
AnswerT = TypeVar("AnswerT")


def status(paths: Paths, wanted: str, component: str | None) -> Answer:
    """The session document with health, metrics and the last drill that passed, or one component's health.

    `wanted` names the engine by its run's or session's id or a beginning of it; empty = the only one.
    """
    answer = asked(paths, wanted, lambda client: ask_status(client, component))
    if component is not None:
        return answer
    words = drill_words(DrillFile(paths.drill_file).last(), load_settings().digest)
    return replace(answer, text=f"{answer.text}\ndrill    {words}", data={**answer.data, "drill": words})


def send(paths: Paths, wanted: str, command: Command, ask_pin: Callable[[], str] | None = None) -> Answer:
    """Send one command and report what became of it; where it needs the PIN, `ask_pin` asks for it.

    Raises PinRefused for a wrong PIN.
    """
    answer = asked(paths, wanted, lambda client: carry_out(client, command))
    refused = answer.exit_code == EXIT_REFUSED and str(answer.data["reason"]).startswith(NEEDS_PIN)
    if not refused or ask_pin is None:
        return answer
    pin, again = ask_pin(), replace(command, command_id=f"{command.command_id}-pin")

    async def shown(client: HttpClient) -> Answer:
        await client.show_pin(again.command_id, pin)
        return await carry_out(client, again)

    return asked(paths, wanted, shown)


def handoffs(paths: Paths, wanted: str) -> Answer:
    """All handoffs and proposals of the session, the waiting ones first."""
    return asked(paths, wanted, ask_handoffs)


def agents(paths: Paths, wanted: str) -> Answer:
    """Every agent with its state, last run, counts and why it is idle."""
    return asked(paths, wanted, ask_agents)


def agent_now(paths: Paths, session: str, agent: str) -> Document:
    """What the engine that runs `session` says of an agent: why it is idle, and when it is due; empty when
    no engine does."""

    async def ask(client: EngineClient) -> Answer:
        return Answer("", (await client.status()).get("agents_now", {}).get(agent, {}))

    try:
        told: Document = asked(paths, session, ask).data
    except EngineUnreachable:
        return {}
    return told


def flatten(paths: Paths, wanted: str, command: Command, *, everywhere: bool, timeout_s: float) -> Answer:
    """Flatten one engine, or every running one at the same time, and wait until each is verified flat."""
    if not 0 < timeout_s < inf:
        raise UsageInvalid("the time to wait must be a positive number of seconds", where="--timeout")

    async def all_of_them() -> Answer:
        engines = find_engines(paths.socket_dir)
        if not everywhere or not engines:
            engines = (await _engine_of(paths, engines, wanted),)

        async def one(engine: RunningEngine) -> Answer:
            own = replace(command, command_id=f"{command.command_id}-{engine.pid}")
            async with _client(paths, engine) as client:
                return await flatten_until_flat(client, own, timeout_s)

        if len(engines) == 1:
            return await one(engines[0])
        outcomes = await asyncio.gather(*map(one, engines), return_exceptions=True)
        return _together(engines, outcomes)

    return asyncio.run(all_of_them())


def _together(engines: Sequence[RunningEngine], outcomes: Sequence[Answer | BaseException]) -> Answer:
    """One answer for several engines; an engine that failed does not hide what the others did."""
    texts, data, codes = [], [], []
    for engine, outcome in zip(engines, outcomes, strict=True):
        if isinstance(outcome, YtcError):
            outcome = Answer(text_of([f"error: {outcome}"]), {"error": str(outcome)}, outcome.exit_code)
        if isinstance(outcome, BaseException):
            raise outcome
        texts.append(f"{engine}\n{outcome.text}")
        data.append({"engine": engine.session_id, "pid": engine.pid, **outcome.data})
        codes.append(outcome.exit_code)
    return Answer("\n".join(texts), data, max(codes))


async def ask_status(client: EngineClient, component: str | None = None) -> Answer:
    """The status of the engine behind `client`. Raises UsageInvalid for a component that it has not."""
    document = await client.status(component)
    if component is None:
        return Answer(text_of(status_lines(document)), document)
    if document.get("status") in (None, "unknown"):
        known = ", ".join((await client.status()).get("health", {})) or "none, no session is running"
        raise UsageInvalid(f"no component {component!r}", where="--component", fix=f"components: {known}")
    return Answer(text_of([component_text(component, document)]), document)


async def ask_handoffs(client: EngineClient) -> Answer:
    document = await client.status()
    rows = [*document.get("proposals", []), *document.get("handoffs", [])]
    rows.sort(key=lambda row: row["state"] != "pending")
    return Answer(text_of(handoff_lines(rows)), rows)


async def ask_agents(client: EngineClient) -> Answer:
    rows = agent_rows(await client.status())
    return Answer(text_of(agent_lines(rows)), rows)


async def carry_out(client: EngineClient, command: Command) -> Answer:
    """Send `command`. An approval without a content hash is bound to the content as it is now."""
    if command.verb is Verb.APPROVE and not command.content_hash:
        document = await client.status()
        shown = {row["handoff"]["handoff_id"]: row["handoff"] for row in document.get("handoffs", [])}
        shown |= {row["proposal"]["proposal_id"]: row["proposal"] for row in document.get("proposals", [])}
        if command.target in shown:
            command = replace(command, content_hash=shown[command.target]["content_hash"])
    return receipt_answer(command.verb, await client.send(command))


def receipt_answer(verb: Verb, receipt: Receipt) -> Answer:
    """What became of a command, in words and as an exit code."""
    if not receipt.accepted:
        return Answer(text_of([f"{verb}: refused: {receipt.reason}"]), asdict(receipt), EXIT_REFUSED)
    lines = [f"{verb}: accepted: {receipt.reason}", *receipt.effects]
    lines += [f"unconfirmed: {left}" for left in receipt.unconfirmed]
    return Answer(text_of(lines), asdict(receipt), EXIT_UNCONFIRMED if receipt.unconfirmed else 0)


async def flatten_until_flat(client: EngineClient, command: Command, timeout_s: float) -> Answer:
    """Send a flatten and read the status until it is verified flat, for at most `timeout_s`.

    An engine that falls silent meanwhile is asked on; then, and when time is up, the exit code is 9
    and the answer lists what is left as far as it was last known.
    """
    receipt = await client.send(command)
    if not receipt.accepted:
        return receipt_answer(command.verb, receipt)
    document: Document = {}
    silence: EngineUnreachable | None = None
    try:
        async with asyncio.timeout(timeout_s):
            while not _verified_flat(document):
                if document or silence:
                    await asyncio.sleep(POLL_S)
                try:
                    document, silence = await client.status(), None
                except EngineUnreachable as error:
                    silence = error
    except TimeoutError:
        pass
    return _flatten_answer(receipt, document, silence, timeout_s)


def _flatten_answer(
    receipt: Receipt, document: Document, silence: EngineUnreachable | None, timeout_s: float
) -> Answer:
    left, closed = _left(document), _closed(document)
    flat = _verified_flat(document)
    data = {"receipt": asdict(receipt), "verified_flat": flat, "closed": closed, "left": left}
    if flat:
        flattening = document["emergency"]
        lines = [
            f"flatten: verified flat in round {flattening['rounds']}, session P&L"
            f" {document['session_pnl']} ({document['session_metrics']['current_pnl_pct']} %)"
        ]
        lines += [f"closed: {trade}" for trade in closed]
        lines.append(f"gate {document['gate']['state']} ({document['gate']['reason']})")
        return Answer(text_of(lines), data)
    lines = [f"flatten: accepted, NOT verified flat within {timeout_s:g} s"]
    lines += [*unconfirmed_lines(document), *(f"left: {item}" for item in left)]
    data["unconfirmed_exposure"] = document.get("unconfirmed_exposure")
    if not document:
        lines.append("left: unknown, the engine was never heard again")
    if silence is not None:
        data["silence"] = str(silence)
        lines.append(f"the engine is silent, the above may be old: {silence}")
    return Answer(text_of(lines), data, EXIT_UNCONFIRMED)


def _verified_flat(document: Document) -> bool:
    flattening = document.get("emergency") or {}
    return bool(flattening.get("verified")) and not document.get("active_positions")


def _left(document: Document) -> list[str]:
    left = [f"position {position_text(held)}" for held in document.get("active_positions", [])]
    return left + [f"order {order_text(order)}" for order in document.get("working_orders", [])]


def _closed(document: Document) -> list[str]:
    """Trades that ended since the flatten began, with their results."""
    begun_ns = (document.get("emergency") or {}).get("started_ns")
    if begun_ns is None:
        return []
    return [
        f"{trade['symbol']} {trade['side']} {trade['quantity']} at {trade['closed']}: P&L {trade['pnl']}"
        for trade in document.get("trades", [])
        if trade["closed"] and datetime.fromisoformat(trade["closed"]).timestamp() >= begun_ns // NS_PER_S
    ]


def asked(paths: Paths, wanted: str, ask: Callable[[HttpClient], Awaitable[AnswerT]]) -> AnswerT:
    """What the engine that is meant answers to `ask`; EngineUnreachable when there is none, or several."""

    async def answered() -> AnswerT:
        engine = await _engine_of(paths, find_engines(paths.socket_dir), wanted)
        async with _client(paths, engine) as client:
            return await ask(client)

    return asyncio.run(answered())


def engine_named(paths: Paths, wanted: str) -> RunningEngine:
    """The engine of the run or session `wanted`, or of a beginning of its id; empty = the only one."""
    return asyncio.run(_engine_of(paths, find_engines(paths.socket_dir), wanted))


async def _engine_of(paths: Paths, engines: Sequence[RunningEngine], wanted: str) -> RunningEngine:
    """The engine that is meant. Its socket has the run's name; a session's name is asked for."""
    try:
        return engine_for(engines, wanted)
    except EngineUnreachable:
        for engine in engines:
            if wanted and str(await _session_of(paths, engine)).startswith(wanted):
                return engine
        raise


async def _session_of(paths: Paths, engine: RunningEngine) -> str:
    try:
        async with _client(paths, engine) as client:
            return str((await client.health()).get("session_id") or "")
    except EngineUnreachable:
        return ""


def _client(paths: Paths, engine: RunningEngine) -> HttpClient:
    return HttpClient(engine.socket_path, kill_file=paths.kill_file(engine.session_id))
