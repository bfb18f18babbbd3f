"""What an agent did and why it does nothing now.

Decides which of its runs speak for it. Imports the model and the history. Invariant: why it is idle is
the running engine's word; without one, only whether the session is over is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ytc_tui.model import events as ev
from ytc_tui.model.tasks import ResponseMessage, ResponseStatus
from ytc_tui.views.gate_chain import SCANNER, GateChain, scanned_chain
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, utc


class AgentStory(NamedTuple):
    """Its headline, the gates that it told last (the scanner), and its counts and newest answer."""

    headline: str
    chain: tuple[GateChain, ...]
    facts: dict[str, Any]


def agent_story(history: History, name: str, now: Mapping[str, str]) -> AgentStory:
    """The story of the agent `name`; `now` is the running engine's word, if there is one."""
    own = history.entries_of(name)
    answers = [(record, record.event.response) for record in own if isinstance(record.event, ev.TaskReported)]
    failures = [response for _, response in answers if response.status is ResponseStatus.FAILURE]
    facts: dict[str, Any] = {
        "asked": sum(isinstance(record.event, ev.TaskRequested) for record in own),
        "answered": len(answers),
        "retried": sum(isinstance(record.event, ev.TaskRetried) for record in own),
        "failed": len(failures),
        "why_idle": now.get("why_idle") or _why_idle(history),
        "next_due": now.get("next_due") or "not known by the clock",
    }
    if _over(history):
        facts["next_due"] = "not any more"
    headline = "asked, and has not answered"
    chain: tuple[GateChain, ...] = ()
    if answers:
        record, response = answers[-1]
        headline = _last_run(record, response)
        facts["last_errors"] = list(response.errors)
        if name == SCANNER and "chain" in response.result:
            symbols = response.result["chain"]
            chain = tuple(scanned_chain(record, symbol, response.result) for symbol in symbols)
        else:
            facts["last_result"] = response.result
    return AgentStory(f"{headline}; now: {facts['why_idle']}", chain, facts)


def _last_run(record: Recorded, response: ResponseMessage) -> str:
    headline = f"{response.status} at {utc(record.at_ns)} (entry {record.seq})"
    failed = response.status is ResponseStatus.FAILURE
    return f"{headline}: {'; '.join(response.errors)}" if failed else headline


def _over(history: History) -> bool:
    return bool(history.records) and isinstance(history.records[-1].event, ev.SessionEnded)


def _why_idle(history: History) -> str:
    return "the session is over" if _over(history) else "no engine that runs it answers"
