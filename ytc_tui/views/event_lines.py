"""One readable line per event, for `ytc run --headless` and the application log.

Decides which events a person reads as they happen. Imports the model only. Invariant: a line names the
time, what happened, and the number that decided it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ytc_tui.model import events as ev
from ytc_tui.model.chain import Entry
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.proposals import ProposalState
from ytc_tui.model.trades import MANUAL
from ytc_tui.views.difference_lines import difference_text


def event_line(entry: Entry, event: ev.Event) -> str:
    """`2022-11-08 12:35:00 PHASE  session_open -> active_trading (...)`; empty for routine events."""
    text = event_text(event)
    if not text:
        return ""
    return f"{_clock(entry.at)}  {text}"


def _clock(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M:%S")


def event_text(event: ev.Event) -> str:
    """The line without its time."""
    match event:
        case ev.SessionStarted():
            return (
                f"SESSION  {event.mode.upper()} {', '.join(event.symbols)}  balance {event.opening_balance}"
            )
        case ev.ChecklistStepDone():
            return f"CHECK    {event.result:<14} {event.step}: {event.detail}"
        case ev.PhaseChanged():
            return f"PHASE    {event.before} -> {event.after}  ({event.reason})"
        case ev.StatusChanged():
            return f"STATUS   {event.before} -> {event.after}  ({event.reason})"
        case ev.GateChanged():
            return f"GATE     {event.before} -> {event.after}  ({event.reason})"
        case ev.EndingWhenFlat(reason):
            return f"SESSION  ends when flat  ({reason})" if reason else "SESSION  goes on"
        case ev.AlertRaised():
            return f"ALERT    {event.severity}: {event.message}"
        case ev.SetupDetected(setup):
            return f"SETUP    {setup.setup_id}  score {setup.score:.0f} grade {setup.grade} in {setup.regime}"
        case ev.DecisionMade():
            verdict = f"refused by {event.refused_by}: {event.reason}" if event.refused_by else event.reason
            return f"DECISION {event.decision_id} {event.setup_id}  {verdict}"
        case ev.TradeClosed():
            result = f"{event.pnl:.2f} ({event.r_multiple:+.2f} R)"
            return f"TRADE    {event.trade_id} {event.state} by {event.exit_reason}  {result}"
        case ev.StopTightened():
            return f"STOP     {event.trade_id} {event.before} -> {event.after}  ({event.basis})"
        case ev.TargetMoved():
            before = "none" if event.before is None else event.before
            return f"TARGET   {event.trade_id} T{event.part} {before} -> {event.after}  ({MANUAL})"
        case ev.GuardHalted() | ev.GuardOrdered() | ev.HaltCleared() | ev.EmergencyOrdered():
            return _guard_text(event)
        case (
            ev.LevelAdded()
            | ev.LevelRemoved()
            | ev.LevelArmed()
            | ev.LevelReached()
            | ev.BiasSet()
            | ev.NoteWritten()
        ):
            return _own_text(event)
        case _:
            return _order_text(event)


def _own_text(
    event: ev.LevelAdded | ev.LevelRemoved | ev.LevelArmed | ev.LevelReached | ev.BiasSet | ev.NoteWritten,
) -> str:
    match event:
        case ev.LevelAdded(level):
            role = level.role or "by side"
            told = f", alert on {level.alert}" if level.armed else ""
            end = f", until {_clock(level.until_ns)}" if level.until_ns else ""
            return f"LEVEL    {level.words}  ({role}, by {level.actor}{told}{end})"
        case ev.LevelRemoved(level_id, actor):
            return f"LEVEL    {level_id} removed by {actor}"
        case ev.LevelArmed(level_id, alert):
            return f"LEVEL    {level_id} alert on {alert}"
        case ev.LevelReached(level_id, alert, price):
            return f"LEVEL    {level_id} {alert} at {price}"
        case ev.BiasSet(held):
            return f"BIAS     {held.symbol} {held.words}  (until {_clock(held.until_ns)})"
        case ev.NoteWritten(note):
            about = note.trade_id or _clock(note.about_ns)
            marks = "".join(f" #{tag}" for tag in note.tags) + "".join(f" !{code}" for code in note.mistakes)
            return f"NOTE     {note.note_id} on {about} by {note.actor}:{marks} {note.text}".rstrip()


def _flatten_text(
    event: ev.FlattenStarted | ev.FlatVerified | ev.ExposureRemains | ev.ExposureUnconfirmed,
) -> str:
    match event:
        case ev.FlattenStarted():
            return f"FLATTEN  {event.cause}: {event.reason}"
        case ev.FlatVerified():
            return f"FLAT     verified in round {event.rounds}, session {event.pnl_pct:.4f} %"
        case ev.ExposureRemains(remaining):
            return f"EXPOSED  {'; '.join(remaining)}"
        case ev.ExposureUnconfirmed(why, by_hand):
            return f"EXPOSED  UNCONFIRMED, {why}; close by hand: {'; '.join(by_hand)}"


def _guard_text(event: ev.GuardHalted | ev.GuardOrdered | ev.HaltCleared | ev.EmergencyOrdered) -> str:
    match event:
        case ev.GuardHalted():
            return f"GUARD    halt {event.epoch}: {event.reason}"
        case ev.GuardOrdered(order):
            return f"GUARD    sent {order.role} {order.side} {order.quantity} {order.symbol}"
        case ev.EmergencyOrdered(order):
            what = f"{order.role} {order.side} {order.quantity} {order.symbol}"
            return f"ORDER    {what}  (sent while the journal was away)"
        case ev.HaltCleared():
            return f"GUARD    halt {event.epoch} cleared by {event.actor}  ({event.reason})"


def _order_text(event: ev.Event) -> str:
    match event:
        case ev.OrderIntended(order):
            price = order.limit_price or order.stop_price or "market"
            what = f"{order.role} {order.side} {order.quantity} {order.symbol}"
            return f"ORDER    {what} at {price}  ({event.note})"
        case ev.FillBooked(fill):
            cost = f"fee {fill.fee:.4f} ({fill.liquidity})"
            return f"FILL     {fill.side} {fill.quantity} {fill.symbol} at {fill.price}  {cost}"
        case ev.OrderRejected(client_id, reason):
            return f"REJECTED {client_id}  {reason}"
        case ev.OrderLost(client_id, reason):
            return f"UNKNOWN  {client_id}  {reason}"
        case ev.OrderExpired(client_id):
            return f"EXPIRED  {client_id}"
        case ev.StopAttached(order):
            return (
                f"STOP     {order.role} {order.quantity} {order.symbol} at {order.stop_price}  (at the venue)"
            )
        case ev.FlattenStarted() | ev.FlatVerified() | ev.ExposureRemains() | ev.ExposureUnconfirmed():
            return _flatten_text(event)
        case ev.HandoffProposed(handoff):
            need = "waits for approval" if handoff.needs_approval else "no approval needed"
            return f"HANDOFF  {handoff.handoff_id} {handoff.from_phase} -> {handoff.to_phase}  {need}"
        case ev.HandoffDecided():
            return f"HANDOFF  {event.handoff_id} {event.state} by {event.actor}"
        case ev.TradeProposed(proposal):
            plan, waits = proposal.plan, f"waits {proposal.life_s:g} s for a yes"
            what = f"{proposal.setup.kind} {plan.side} {plan.quantity} {plan.symbol}"
            where = f"entry to {plan.entry} stop {plan.stop}  risk {proposal.risk_money:.2f}"
            shown = waits if event.state is ProposalState.PENDING else "shown only"
            return f"PROPOSAL {proposal.proposal_id} {what}  {where}  {shown}"
        case ev.ProposalDecided():
            return f"PROPOSAL {event.proposal_id} {event.state} by {event.actor}  {event.reason}"
        case ev.CommandTaken(command):
            return f"OPERATOR {command.words} by {command.actor}  {command.reason}"
        case ev.CommandRefused(command, reason):
            return f"REFUSED  {command.words} by {command.actor}: {reason}"
        case ev.ConnectionLost(message):
            return f"VENUE    does not answer: {message}"
        case ev.ConnectionRestored(silent_ns):
            return f"VENUE    answers again after {silent_ns / NS_PER_S:.0f} s"
        case ev.EngineRecovered():
            held = f"{event.open_positions} positions, {event.open_orders} orders"
            return f"RECOVER  after entry {event.from_seq}: {held}"
        case ev.LedgerFixed(sessions, spans):
            bases = ", ".join(f"{held.span} from {held.base:.2f}" for held in spans)
            return f"LEDGER   {sessions} sessions before this one: {bases}"
        case ev.HealthChanged():
            return f"HEALTH   {event.component} {event.status}  {event.detail}"
        case ev.SessionEnded():
            return f"ENDED    {event.reason}  balance {event.end_balance}"
        case _:
            return difference_text(event) if isinstance(event, ev.DifferenceEvent) else ""
