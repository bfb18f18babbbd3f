"""The router: every input to its deciders. `decide` is the engine's whole policy.

Imports every decider. Invariant: pure; the same situation and input give the same events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide import (
    coverage,
    flatten,
    journal,
    lifecycle,
    loss,
    management,
    operator,
    orders,
    phases,
    proposals,
    setups,
    targets,
    tasks,
    trades as trade,
)
from ytc_tui.engine.decide.alarms import alert, react
from ytc_tui.engine.decide.connection import decide_answered, decide_heard, decide_silence
from ytc_tui.engine.decide.drawdown import decide_drawdown
from ytc_tui.engine.decide.evidence import decide_order_read
from ytc_tui.engine.decide.halt import decide_halt
from ytc_tui.engine.decide.news import decide_news
from ytc_tui.engine.decide.own import decide_levels
from ytc_tui.engine.decide.reconcile import decide_adopted
from ytc_tui.engine.decide.recovery import decide_restarted, decide_venue_read
from ytc_tui.engine.decide.timers import decide_timer
from ytc_tui.engine.decide.volatility import decide_volatility
from ytc_tui.engine.effects import RunAgent
from ytc_tui.engine.health import decide_health
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Phase
from ytc_tui.model.tasks import HandoffState, ResponseMessage
from ytc_tui.model.trades import OPEN_TRADE_STATES

Decided = ev.Event | RunAgent
SHUTDOWN_LAST_LINE = "Update session status"
_MANAGERS = frozenset({"trade_management", "exit_execution"})


def decide(sit: Situation, item: inp.Input) -> list[Decided]:
    """The events that `item` brings about in `sit`, and the agents that are asked."""
    return list(_route(sit, item))


def _route(sit: Situation, item: inp.Input) -> Iterator[Decided]:
    match item:
        case inp.Happened(event):
            yield from _follow(sit, event)
        case inp.PointMet():
            yield from _at_point(sit, item)
        case inp.MinuteClosed():
            yield from _at_close(sit)
        case inp.VenueReported(report):
            yield from decide_heard(sit)
            yield from orders.decide_report(sit, report)
        case inp.VenueFailed():
            yield from orders.decide_failure(sit, item)
            yield from decide_answered(sit, item.heard, item.message)
        case inp.AgentAnswered(response):
            yield from tasks.decide_answer(sit, response)
        case inp.Commanded(command):
            yield from operator.decide_command(sit, command)
        case inp.TimerFired():
            yield from decide_timer(sit, item)
        case inp.VenueReached():
            yield from decide_heard(sit)
        case inp.VenueSilent(message):
            yield from decide_silence(sit, message)
        case inp.VenueRead():
            yield from decide_heard(sit)
            yield from flatten.decide_read(sit, item)
            yield from decide_venue_read(sit, item)
        case inp.OrderRead():
            yield from decide_heard(sit)
            yield from decide_order_read(sit, item)
        case inp.VenueNonsense(message):
            yield from decide_heard(sit)
            yield alert("venue-nonsense", "venue_nonsense", message)
        case inp.VenueUnreadable(message, heard):
            yield alert("venue-unreadable", "unconfirmed_exposure", f"venue cannot be read: {message}")
            yield from decide_answered(sit, heard, message)
        case inp.SessionOpened():
            yield from lifecycle.decide_opened(sit, item)
        case inp.StepsDone():
            yield from lifecycle.decide_steps_done(sit, item)
        case inp.FeedEnded():
            yield from lifecycle.decide_feed_ended(sit)
        case inp.Restarted(from_seq):
            yield from decide_restarted(sit, from_seq)
        case inp.FlattenPressed():
            yield from flatten.decide_pressed(sit)
        case inp.ChainChecked(done):
            yield from journal.decide_checked(sit, done)
        case inp.HaltFound() | inp.HaltLifted():
            yield from decide_halt(sit, item)
        case inp.JournalStalled(message):
            yield from journal.decide_stalled(sit, message)
        case inp.JournalReturned(acted):
            yield from journal.decide_returned(sit, acted)
        case _:
            assert_never(item)


def _at_point(sit: Situation, point: inp.PointMet) -> Iterator[ev.Event]:
    if sit.state.positions:
        if point.first:
            yield from trade.decide_hole(sit)
        yield from loss.decide_loss(sit)
    yield from _at_prices(sit)


def _at_prices(sit: Situation) -> Iterator[ev.Event]:
    """What is open at the prices of now, and what waits for a person."""
    if flatten.flattening(sit):
        yield from flatten.decide_pressed(sit)
    elif again := list(flatten.decide_held_again(sit)):
        yield from again
    else:
        yield from coverage.decide_coverage(sit)
        yield from trade.decide_orphans(sit)
    yield from proposals.decide_drift(sit)


def _uncovered(sit: Situation) -> Iterator[ev.Event]:
    """What is naked now gets its alarm and its stop at once; a flatten closes it anyway."""
    if not flatten.flattening(sit):
        yield from coverage.decide_coverage(sit)


def _at_close(sit: Situation) -> Iterator[Decided]:
    yield from _at_prices(sit)
    yield from decide_news(sit)
    yield from decide_levels(sit)
    yield from _data_alerts(sit)
    yield from decide_health(sit)
    yield from phases.decide_clock(sit)
    yield from tasks.decide_due(sit)


def _data_alerts(sit: Situation) -> Iterator[ev.Event]:
    """One missing bar warns, two are a data gap (semantics.md 3)."""
    if sit.state.phase not in (Phase.SESSION_OPEN, Phase.ACTIVE_TRADING):
        return
    for symbol in sit.market.symbols:
        late = sit.market.late_bars(symbol) or sit.market.gap_ns // NS_PER_MIN
        if late >= sit.policy.late_warn_bars:
            code = "data_gap" if late >= sit.policy.late_gap_bars else "data_late"
            yield alert(f"{code}-{symbol}", code, f"{symbol}: {late} expected bars missing")


def _follow(sit: Situation, event: ev.Event) -> Iterator[Decided]:
    """What follows from an event that was just applied."""
    match event:  # the answers first: in most journals nearly every event is one
        case ev.TaskAnswered() | ev.TaskReported():
            yield from _harvest(sit, event.response)
        case ev.AnswerRepeated():
            yield from _harvest(sit, event.response(sit.state.agents[event.agent].output))
        case ev.FillBooked():
            yield from trade.decide_fill(sit, event)
            yield from _refit_after_fill(sit, event)
            yield from orders.decide_slippage(sit, event.fill)
            yield from loss.decide_loss(sit)
            yield from phases.decide_clock(sit)
        case ev.OrderAcknowledged(client_id):
            yield from trade.decide_stop_acknowledged(sit, client_id)
        case ev.StopAttached(order):
            yield from trade.decide_stop_attached(sit, order.client_id)
        case ev.OrderRejected(client_id, reason) | ev.OrderCanceled(client_id, reason):
            yield from orders.decide_order_news(sit, event)
            yield from trade.decide_entry_ended(sit, client_id, reason)
            yield from _order_gone(sit, client_id)
        case ev.OrderExpired(client_id):
            yield from trade.decide_entry_ended(sit, client_id, "expired")
            yield from _order_gone(sit, client_id)
        case ev.DiscrepancyFound():
            yield from orders.decide_order_news(sit, event)
        case ev.ConnectionRestored() if flatten.flattening(sit):
            # What could not leave while the venue was silent leaves now, not with the next price.
            yield from flatten.decide_round(sit)
        case ev.OrderLost(client_id):
            if sit.state.orders[client_id].request.role is OrderRole.PROTECTIVE_STOP:
                yield from _uncovered(sit)
        case ev.PositionAdopted():
            yield from decide_adopted(sit, event)
        case ev.TradeMoved():
            if event.before in trade.FILLING and event.after in OPEN_TRADE_STATES:
                yield from coverage.decide_coverage(sit)
        case ev.TradeClosed():
            yield from loss.decide_streak(sit)
        case ev.FundingBooked():
            yield from loss.decide_loss(sit)
        case ev.StartBalanceFixed():
            yield from decide_drawdown(sit)
        case ev.FlattenStarted():
            yield from flatten.decide_started(sit, event)
        case ev.FlatVerified():
            yield from flatten.decide_verified(sit, event)
            yield from phases.decide_after_flat(sit)
        case ev.DecisionMade():
            yield from orders.decide_order_rate(sit, event)
            yield from setups.decide_next_proposal(sit)
        case ev.ProposalDecided(proposal_id):
            proposed_ns = sit.state.proposals[proposal_id].proposal.proposed_ns
            yield from setups.decide_next_proposal(sit, proposed_ns)
        case ev.GateChanged():
            yield from proposals.decide_gate_closed(sit)
        case ev.PhaseChanged():
            yield from phases.decide_entered(sit, event)
            yield from tasks.decide_due(sit)
            if event.after is Phase.SHUTDOWN:
                yield from lifecycle.decide_closing_steps(sit)
        case ev.HandoffDecided():
            yield from _handoff_decided(sit, event)
        case ev.ChecklistStepDone(checklist, step):
            if checklist == lifecycle.SHUTDOWN and step == SHUTDOWN_LAST_LINE and not sit.state.ended:
                yield from lifecycle.decide_end(sit)
        case _:
            return


def _order_gone(sit: Situation, client_id: str) -> Iterator[ev.Event]:
    """A stop or close that is gone may leave something naked; a flatten goes on.
    A close that ended unfilled at the instant it was sent is sent anew at the next, not at once: the
    venue would answer the same for ever.
    """
    record = sit.state.orders[client_id]
    role = record.request.role
    if role is OrderRole.EXIT:
        yield from trade.decide_close_failed(sit, client_id)
    if role in (OrderRole.TARGET, OrderRole.EXIT):
        yield from targets.decide_refit(sit, record.trade_id)
    if flatten.flattening(sit):
        if role is not OrderRole.FLATTEN or record.filled or record.created_ns != sit.at_ns:
            yield from flatten.decide_round(sit)
    elif role in (OrderRole.PROTECTIVE_STOP, OrderRole.EXIT):
        yield from coverage.decide_coverage(sit)
    elif role is OrderRole.ENTRY:
        yield from phases.decide_clock(sit)


def _refit_after_fill(sit: Situation, event: ev.FillBooked) -> Iterator[ev.Event]:
    """A target or close that is complete may leave room for the targets that made way for it; a close or
    stop that is complete may leave what its entry filled meanwhile, which a flatten closes."""
    record = sit.state.orders.get(event.fill.client_id)
    if record is None:
        return
    role = record.request.role
    if role in (OrderRole.TARGET, OrderRole.EXIT):
        yield from targets.decide_refit(sit, event.trade_id)
    if role in (OrderRole.EXIT, OrderRole.PROTECTIVE_STOP) and not record.working:
        yield from _uncovered(sit)
    if role is OrderRole.ENTRY and flatten.flattening(sit):
        yield from flatten.decide_round(sit)


def _harvest(sit: Situation, response: ResponseMessage) -> Iterator[Decided]:
    """What an agent's answer leads to: setups, decisions, orders, the next agents, the next phase."""
    yield from tasks.decide_reported(sit, response)
    agent = response.agent_name
    if agent == "setup_scanner":
        yield from setups.decide_scan(sit, response)
    elif agent in _MANAGERS:
        yield from management.decide_actions(sit, response)
    elif agent == "monitoring":
        yield from decide_volatility(sit, response)
    if "proposals" in response.result:
        yield from setups.decide_next_proposal(sit)
    yield from tasks.decide_due(sit)
    yield from phases.decide_clock(sit)


def _handoff_decided(sit: Situation, event: ev.HandoffDecided) -> Iterator[ev.Event]:
    if event.state is HandoffState.APPROVED:
        yield from phases.decide_clock(sit)
        return
    if sit.state.handoffs[event.handoff_id].handoff.from_phase != sit.state.phase:
        return
    what = f"handoff {event.handoff_id} {event.state}"
    message = f"{what} by {event.actor}: {event.reason}"
    yield from react(sit, f"handoff-{event.handoff_id}", "handoff_blocked", message, what)
