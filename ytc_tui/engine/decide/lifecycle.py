"""The session's beginning and end: checklists, the document, and what stops it.

Decides spec 000's initialisation and shutdown checklists. Invariants: a blocked line blocks the
session; the session ends once, with its document, after everything before it is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ytc_tui.engine.decide.alarms import alert
from ytc_tui.engine.decide.flatten import flattening
from ytc_tui.engine.decide.own import side_met
from ytc_tui.engine.decide.phases import decide_clock
from ytc_tui.engine.document import session_document
from ytc_tui.engine.inputs import SessionOpened, StepsDone
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import ZERO
from ytc_tui.model.session import (
    PHASE_TABLE,
    STATUS_TABLE,
    Phase,
    PhaseTrigger,
    SessionStatus,
    StatusTrigger,
    StepResult,
)
from ytc_tui.model.tables import next_state

INITIALIZATION = "initialization"
SHUTDOWN = "shutdown"
FEED_ENDED = "feed ended"
# After the last line that the engine writes itself, the outside is asked for the others. A journal of
# release 0.1.0 may end with the line that was its last.
LAST_OWN_LINE = "Generate session report"
LAST_OWN_LINES = frozenset({LAST_OWN_LINE, "Prepare next session config"})


def decide_opened(sit: Situation, opened: SessionOpened) -> Iterator[ev.Event]:
    """The first entry, the initialisation checklist, and PRE_MARKET unless a line is blocked."""
    yield opened.started
    if opened.ledger is not None:
        yield opened.ledger
    for level in opened.levels:
        yield ev.LevelAdded(replace(level, met=side_met(sit, level.symbol, level.low, level.high)))
    for bias in opened.biases:
        yield ev.BiasSet(bias)
    blocked = []
    for step, result, detail in opened.checks:
        yield ev.ChecklistStepDone(INITIALIZATION, step, StepResult(result), detail)
        if result == StepResult.BLOCKED:
            blocked.append(f"{step}: {detail}")
    if opened.started.opening_balance <= ZERO:
        blocked.append(f"the account holds {opened.started.opening_balance}, nothing can be risked from it")
    if blocked:
        reason = f"initialisation blocked: {'; '.join(blocked)}"
        yield alert("init-blocked", "init_blocked", reason)
        yield ev.PhaseChanged(Phase.INIT, Phase.SHUTDOWN, PhaseTrigger.ABORTED, reason, end_reason=reason)
        return
    yield ev.StatusChanged(SessionStatus.INITIALIZED, SessionStatus.RUNNING, "session started")
    after = next_state(PHASE_TABLE, Phase.INIT, PhaseTrigger.CONFIGURED)
    yield ev.PhaseChanged(Phase.INIT, after, PhaseTrigger.CONFIGURED, "configuration loaded")


def decide_closing_steps(sit: Situation) -> Iterator[ev.Event]:
    """The lines of the shutdown checklist that the engine itself carries out or can see."""
    state = sit.state
    working = [record.request.client_id for record in state.working_orders()]
    positions = [f"{held.symbol} {held.quantity}" for held in state.positions.values()]
    running = [n for n, agent in state.agents.items() if n in sit.asked or agent.task_id in state.tasks]
    review = state.agents.get("session_review")
    reviewed = review is not None and bool(review.output)
    yield _line("Cancel all pending orders", not working, "none working", f"still working: {working}")
    closed = "flat" if sit.policy.close_on_shutdown else "flat (closing was not configured)"
    yield _line("Close all open positions (if configured)", not positions, closed, f"still open: {positions}")
    yield _line("Stop all active agents", not running, "all idle", f"still running: {running}")
    yield _line(LAST_OWN_LINE, reviewed, "session_review delivered", "no review was delivered")


def _line(step: str, ok: bool, good: str, bad: str) -> ev.ChecklistStepDone:
    result = StepResult.OK if ok else StepResult.WARN
    return ev.ChecklistStepDone(SHUTDOWN, step, result, good if ok else bad)


def decide_steps_done(sit: Situation, done: StepsDone) -> Iterator[ev.Event]:
    """The outside carried out its lines: the session ends, with its document."""
    state = sit.state
    if state.ended or state.phase is not Phase.SHUTDOWN:
        return
    for step, result, detail in done.lines:
        yield ev.ChecklistStepDone(SHUTDOWN, step, StepResult(result), detail)
    if state.status is not SessionStatus.EMERGENCY_STOP:
        after = next_state(STATUS_TABLE, state.status, StatusTrigger.COMPLETE)
        yield ev.StatusChanged(state.status, after, state.end_reason)
    yield ev.ChecklistStepDone(SHUTDOWN, "Update session status", StepResult.OK, state.end_reason)


def decide_end(sit: Situation) -> Iterator[ev.Event]:
    """The last entry, once the last line of the checklist is there."""
    state = sit.state
    yield ev.SessionEnded(state.end_reason, state.wallet, session_document(sit))


def decide_feed_ended(sit: Situation) -> Iterator[ev.Event]:
    """No price will come any more: what is still open cannot be closed and is said so."""
    state = sit.state
    if state.ended or state.phase is Phase.SHUTDOWN:
        return
    if state.positions or flattening(sit):
        left = ", ".join(f"{held.symbol} {held.quantity}" for held in state.positions.values())
        left = left or "the venue has not confirmed that all is flat"
        yield alert("feed-ended-open", "unconfirmed_exposure", f"feed ended with open positions: {left}")
    reason = FEED_ENDED
    if state.phase is Phase.POST_MARKET:
        yield from decide_clock(sit)
        return
    if state.phase is Phase.INIT:
        yield ev.PhaseChanged(state.phase, Phase.SHUTDOWN, PhaseTrigger.ABORTED, reason, end_reason=reason)
    else:
        yield ev.PhaseChanged(state.phase, Phase.POST_MARKET, PhaseTrigger.ABORTED, reason, end_reason=reason)
