"""The tables of a session report, gathered in one pass over the journal.

Decides which entries make which row. Imports the model and the ledger check. Invariant: one row a trade,
rule, alert, handoff, agent and checklist line, in the order in which the session met them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ytc_tui.model import events as ev
from ytc_tui.model.history import TradeResult
from ytc_tui.model.money import ZERO
from ytc_tui.model.own import OwnNote
from ytc_tui.model.proposals import REFUSED_AS
from ytc_tui.model.risk import Verdict
from ytc_tui.model.tasks import HandoffState, ResponseStatus
from ytc_tui.model.trades import ENDED_TRADE_STATES, Trade, TradeState
from ytc_tui.views.event_lines import event_text
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.ledger import Ledger
from ytc_tui.views.report_tables import (
    AgentRow,
    AlertRow,
    ChecklistRow,
    FillRow,
    FlattenRow,
    Funnel,
    HandoffRow,
    LimitRow,
    SaidRow,
    TradeRow,
)
from ytc_tui.views.sums import TradeSums


@dataclass(slots=True)
class Rows:
    """Takes entries in order; the rows are read at the end."""

    alerts: dict[str, AlertRow] = field(default_factory=dict)
    handoffs: dict[str, HandoffRow] = field(default_factory=dict)
    checklists: dict[str, list[ChecklistRow]] = field(default_factory=dict)
    agents: dict[str, AgentRow] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    flattens: list[FlattenRow] = field(default_factory=list)
    said: list[SaidRow] = field(default_factory=list)
    notes: list[OwnNote] = field(default_factory=list)
    _limits: dict[str, LimitRow] = field(default_factory=dict)
    _detected: dict[str, str] = field(default_factory=dict)
    _decided: dict[str, str] = field(default_factory=dict)
    _decisions: int = 0
    _refused: dict[str, int] = field(default_factory=dict)
    _planned: dict[str, Trade] = field(default_factory=dict)
    _states: dict[str, TradeState] = field(default_factory=dict)
    _closed: dict[str, tuple[int, ev.TradeClosed]] = field(default_factory=dict)
    _opened: dict[str, str] = field(default_factory=dict)

    def take(self, record: Recorded) -> None:
        self._take_trading(record)
        self._take_work(record)

    def _take_trading(self, record: Recorded) -> None:
        event = record.event
        match event:
            case ev.SetupDetected(setup):
                self._detected[setup.setup_id] = setup.kind.value
            case ev.DecisionMade():
                self._decisions += 1
                self._decided[event.setup_id] = event.decision_id
                if event.refused_by:
                    self._count_refusal(event.refused_by)
                for verdict in event.verdicts:
                    self._limits[verdict.rule] = _limit(self._limits.get(verdict.rule), verdict)
            case ev.TradeProposed(state=state) | ev.ProposalDecided(state=state):
                if state in REFUSED_AS:
                    self._count_refusal(REFUSED_AS[state])
            case ev.TradePlanned(trade):
                self._planned[trade.trade_id] = trade
                self._states[trade.trade_id] = trade.state
            case ev.TradeMoved():
                self._states[event.trade_id] = event.after
            case ev.TradeClosed():
                self._states[event.trade_id] = event.state
                self._closed[event.trade_id] = (record.at_ns, event)
            case ev.FillBooked(fill, trade_id):
                self._opened.setdefault(trade_id, utc(fill.at_ns))
            case ev.FlattenStarted() | ev.FlatVerified() | ev.ExposureRemains():
                self._take_flatten(record, event)
            case _:
                return

    def _take_flatten(
        self, record: Recorded, event: ev.FlattenStarted | ev.FlatVerified | ev.ExposureRemains
    ) -> None:
        at = utc(record.at_ns)
        match event:
            case ev.FlattenStarted():
                self.flattens.append(
                    FlattenRow(
                        record.seq,
                        at,
                        event.cause,
                        event.reason,
                        event.final,
                        event.pnl_pct,
                        event.limit_pct,
                        "",
                        None,
                        None,
                        (),
                    )
                )
            case ev.ExposureRemains(remaining) if self.flattens:
                self.flattens[-1] = replace(self.flattens[-1], remaining=remaining)
            case ev.FlatVerified() if self.flattens:
                self.flattens[-1] = replace(
                    self.flattens[-1],
                    verified=at,
                    verified_pnl_pct=event.pnl_pct,
                    beyond_limit_pct=event.beyond_limit_pct,
                    remaining=(),
                )
            case _:
                return

    def _take_work(self, record: Recorded) -> None:
        at = utc(record.at_ns)
        match record.event:
            case ev.AlertRaised(alert_id, severity, code, message):
                known = self.alerts.get(alert_id)
                row = AlertRow(record.seq, at, severity.value, code, message, 1, "")
                if known is not None:
                    row = replace(known, message=message, count=known.count + 1)
                self.alerts[alert_id] = row
            case ev.AlertAcknowledged(alert_id, actor) if alert_id in self.alerts:
                self.alerts[alert_id] = replace(self.alerts[alert_id], acknowledged_by=actor)
            case ev.ChecklistStepDone(checklist, step, result, detail):
                row_of_list = ChecklistRow(step, result.value, detail)
                self.checklists.setdefault(checklist, []).append(row_of_list)
            case ev.HandoffProposed(handoff):
                self.handoffs[handoff.handoff_id] = HandoffRow(
                    handoff.handoff_id,
                    at,
                    handoff.from_phase,
                    handoff.to_phase,
                    handoff.task,
                    handoff.needs_approval,
                    HandoffState.PENDING.value,
                    "",
                    "",
                )
            case ev.HandoffDecided(handoff_id, state, actor, reason) if handoff_id in self.handoffs:
                self.handoffs[handoff_id] = replace(
                    self.handoffs[handoff_id], state=state.value, decided_by=actor, reason=reason
                )
            case ev.TaskRequested(task):
                self.agents.setdefault(task.agent_target, AgentRow(task.agent_target, 0, 0, 0, "", ""))
            case ev.TaskRetried(agent=agent, reason=reason):
                row_of = self.agents.get(agent) or AgentRow(agent, 0, 0, 0, "", "")
                self.agents[agent] = replace(row_of, retries=row_of.retries + 1, last_error=reason)
            case ev.TaskReported():
                self._take_report(record.event, at)
            case ev.LevelAdded() | ev.LevelRemoved() | ev.LevelArmed() | ev.LevelReached() | ev.BiasSet():
                self.said.append(SaidRow(record.seq, at, event_text(record.event)))
            case ev.NoteWritten(note):
                self.notes.append(note)
            case _:
                return

    def _take_report(self, event: ev.TaskReported, at: str) -> None:
        response = event.response
        name = response.agent_name
        row = self.agents.get(name) or AgentRow(name, 0, 0, 0, "", "")
        failed = response.status is ResponseStatus.FAILURE
        self.agents[name] = replace(
            row,
            runs=row.runs + 1,
            failures=row.failures + failed,
            last_run=at,
            last_error="; ".join(response.errors) or row.last_error,
        )
        if not failed:
            self.answers[name] = response.result

    def limit_rows(self) -> tuple[LimitRow, ...]:
        return tuple(self._limits.values())

    def trade_rows(self, ledger: Ledger) -> Iterator[TradeRow]:
        """Every planned trade with the sums of its fills."""
        for trade_id, trade in self._planned.items():
            sums = ledger.sums.trades.get(trade_id, TradeSums())
            state = self._states[trade_id]
            closed_ns, closed = self._closed.get(trade_id, (0, None))
            ended = state in ENDED_TRADE_STATES and bool(sums.entered)
            yield TradeRow(
                trade_id,
                trade.setup_kind,
                trade.symbol,
                trade.side.value,
                state.value,
                sums.entered,
                sums.entry_price,
                trade.initial_stop,
                ledger.stops.get(trade_id, trade.stop),
                trade.t1,
                trade.t2,
                sums.exit_price,
                closed.exit_reason.value if closed else "",
                sums.net if ended else None,
                closed.r_multiple if closed else None,
                closed.mae_r if closed else None,
                closed.mfe_r if closed else None,
                self._opened.get(trade_id, ""),
                utc(closed_ns) if closed else "",
                sums.realised,
                sums.fees,
                trade.score,
            )

    def results(self, ledger: Ledger, fills: Iterable[FillRow]) -> Iterator[TradeResult]:
        """The result of every trade that was closed, in the order in which they closed."""
        opened: dict[str, int] = {}
        for fill in fills:
            opened.setdefault(fill.trade_id, fill.at_ns)
        for trade_id, (at_ns, closed) in self._closed.items():
            trade, sums = self._planned.get(trade_id), ledger.sums.trades.get(trade_id, TradeSums())
            if trade is not None:
                yield TradeResult(
                    trade_id=trade_id,
                    setup=trade.setup_kind,
                    symbol=trade.symbol,
                    side=trade.side,
                    opened_ns=opened.get(trade_id, at_ns),
                    closed_ns=at_ns,
                    net=sums.net,
                    fees=sums.fees,
                    r=closed.r_multiple,
                    mae_r=closed.mae_r,
                    mfe_r=closed.mfe_r,
                    exit_reason=closed.exit_reason.value,
                    outcome=closed.outcome,
                    score=trade.score,
                )

    def _count_refusal(self, name: str) -> None:
        self._refused[name] = self._refused.get(name, 0) + 1

    def funnel(self, trades: tuple[TradeRow, ...]) -> Funnel:
        detected: dict[str, int] = {}
        for kind in self._detected.values():
            detected[kind] = detected.get(kind, 0) + 1
        return Funnel(
            detected=dict(sorted(detected.items())),
            never_proposed=sum(1 for setup_id in self._detected if setup_id not in self._decided),
            decisions=self._decisions,
            refused_by=dict(sorted(self._refused.items(), key=lambda item: (-item[1], item[0]))),
            approved=self._decisions - sum(self._refused.values()),
            entered=sum(1 for trade in trades if trade.quantity > ZERO),
            not_entered=sum(1 for trade in trades if trade.state == TradeState.NOT_ENTERED.value),
        )


def _limit(known: LimitRow | None, verdict: Verdict) -> LimitRow:
    row = known or LimitRow(verdict.rule, 0, 0, None, None, None)
    row = replace(row, asked=row.asked + 1, refused=row.refused + (not verdict.ok))
    used = verdict.used
    if used is None:
        return row
    least = used if row.least_used is None else min(row.least_used, used)
    most = used if row.most_used is None else max(row.most_used, used)
    return replace(row, least_used=least, most_used=most, limit=verdict.limit)
