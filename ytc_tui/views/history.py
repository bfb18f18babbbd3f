"""A session's journal, indexed by what a person may ask about.

Decides which entries belong to a setup, decision, trade, order or agent. Imports the model only.
Invariant: every list is in journal order, and nothing in it is computed twice elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ytc_tui.model import events as ev
from ytc_tui.views.journal import Recorded


class Subject(StrEnum):
    """What a target names."""

    SETUP = "setup"
    DECISION = "decision"
    PROPOSAL = "proposal"
    TRADE = "trade"
    ORDER = "order"
    AGENT = "agent"


@dataclass(slots=True)
class History:
    """All entries of a session, and under each name the entries that concern it."""

    records: list[Recorded] = field(default_factory=list)
    subjects: dict[str, Subject] = field(default_factory=dict)
    about: dict[str, list[Recorded]] = field(default_factory=dict)
    started: ev.SessionStarted | None = None
    _trade_of_order: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Recorded]) -> History:
        history = cls()
        for record in records:
            history.add(record)
        return history

    def add(self, record: Recorded) -> None:
        self.records.append(record)
        if isinstance(record.event, ev.SessionStarted) and self.started is None:
            self.started = record.event
        for name in dict.fromkeys(name for name in self._names(record.event) if name):
            self.about.setdefault(name, []).append(record)

    def entries_of(self, name: str) -> list[Recorded]:
        return self.about.get(name, [])

    def named(self, subject: Subject) -> list[str]:
        """The names of every setup, decision, proposal, trade, order or agent, in the order they came up."""
        return [name for name, known in self.subjects.items() if known is subject]

    def setup(self, setup_id: str) -> tuple[Recorded, ev.SetupDetected] | None:
        for record in self.entries_of(setup_id):
            if isinstance(record.event, ev.SetupDetected):
                return record, record.event
        return None

    def decision(self, decision_id: str) -> tuple[Recorded, ev.DecisionMade] | None:
        for record in self.entries_of(decision_id):
            if isinstance(record.event, ev.DecisionMade):
                return record, record.event
        return None

    def decision_on(self, setup_id: str, before_ns: int) -> tuple[Recorded, ev.DecisionMade] | None:
        """The last decision on a setup before an instant."""
        for record in reversed(self.entries_of(setup_id)):
            if isinstance(record.event, ev.DecisionMade) and record.at_ns < before_ns:
                return record, record.event
        return None

    def orders_of(self, name: str) -> list[str]:
        """Client ids of the orders that were sent for a decision or trade, the oldest first."""
        found = (
            record.event.order.client_id
            for record in self.entries_of(name)
            if isinstance(record.event, ev.OrderEvent)
        )
        return list(dict.fromkeys(found))

    def until(self, before_ns: int) -> Iterator[Recorded]:
        """Entries before an instant, the newest first."""
        return (record for record in reversed(self.records) if record.at_ns < before_ns)

    def _names(self, event: ev.Event) -> Iterator[str]:
        match event:
            case ev.SetupDetected(setup):
                yield self._is(setup.setup_id, Subject.SETUP)
            case ev.DecisionMade():
                yield self._is(event.decision_id, Subject.DECISION)
                yield self._is(event.setup_id, Subject.SETUP)
            case ev.TradeProposed(proposal):
                yield self._is(proposal.proposal_id, Subject.PROPOSAL)
                yield from (proposal.decision_id, proposal.setup.setup_id)
            case ev.ProposalDecided(proposal_id):
                yield self._is(proposal_id, Subject.PROPOSAL)
                yield event.decision_id
            case ev.TradePlanned(trade):
                yield self._is(trade.trade_id, Subject.TRADE)
                yield from (trade.decision_id, trade.setup_id)
            case (
                ev.TradeMoved(trade_id)
                | ev.StopTightened(trade_id)
                | ev.TargetMoved(trade_id)
                | ev.TradeClosed(trade_id)
            ):
                yield self._is(trade_id, Subject.TRADE)
            case ev.ReplacementAsked(trade_id, client_id):
                yield from (client_id, trade_id)
            case ev.CommandTaken(command) | ev.CommandRefused(command):
                yield command.target
            case ev.OrderIntended(order) | ev.GuardOrdered(order) | ev.EmergencyOrdered(order):
                yield self._is(order.client_id, Subject.ORDER)
                yield from (event.trade_id, event.decision_id)
                self._trade_of_order[order.client_id] = event.trade_id
            case ev.StopAttached(order):
                yield self._is(order.client_id, Subject.ORDER)
                yield event.trade_id
                self._trade_of_order[order.client_id] = event.trade_id
            case ev.FillBooked(fill, trade_id):
                yield from (fill.client_id, trade_id)
            case ev.TaskRequested(task):
                yield self._is(task.agent_target, Subject.AGENT)
            case ev.TaskReported(response):
                yield self._is(response.agent_name, Subject.AGENT)
            case ev.TaskRetried():
                yield self._is(event.agent, Subject.AGENT)
            case (
                ev.OrderAcknowledged(client_id)
                | ev.OrderRejected(client_id)
                | ev.OrderLost(client_id)
                | ev.CancelAsked(client_id)
                | ev.CancelRefused(client_id)
                | ev.OrderCanceled(client_id)
                | ev.OrderExpired(client_id)
            ):
                yield from (client_id, self._trade_of_order.get(client_id, ""))
            case _:
                return

    def _is(self, name: str, subject: Subject) -> str:
        if name:
            self.subjects.setdefault(name, subject)
        return name
