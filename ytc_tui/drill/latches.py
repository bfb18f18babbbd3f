"""Drills of what keeps new risk out and closes nothing: pause, latch, cancel, a process that ends.

Decides what each must come to. Imports the scene, the emergencies' checks and the model. Invariant: what is
open stays open under its stop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from ytc_tui.drill import tape
from ytc_tui.drill.lines import DrillLine, Group, Tried
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, ASK_MINUTE, Scene, idle
from ytc_tui.drill.scripts import played, proposing, protected, says, trade_idea
from ytc_tui.engine.decide.entries import entry_order, plan_of, risk_request
from ytc_tui.engine.effects import SubmitOrder
from ytc_tui.engine.risk.gate import approve_entry, assess
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import Verb
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.signals import Setup

Act = Callable[[Scene], Awaitable[None]]


def _latched(name: str, box: Sandbox, verb: Verb, status: SessionStatus) -> DrillLine:
    """A verb after which nothing enters, and what is open is kept under its stop."""
    propose, late = proposing(ASK_MINUTE), proposing(ACT_MINUTE + 1, symbol=tape.SECOND)

    def both(sit: Situation) -> list[Setup]:
        return [*propose(sit), *late(sit)]

    free, latched = (
        played(box, Scene(f"{name}-{side}", propose=both, act=act, default_limits=True, until=ACT_MINUTE + 3))
        for side, act in (("inside", idle), ("outside", says(verb)))
    )
    entered, after = free.venue.count(OrderRole.ENTRY), latched.venue.count(OrderRole.ENTRY) - 1
    wrong = "" if entered == 2 else f"{entered} entries were sent"
    inside = Tried("before it a second trade is let through", wrong, orders=entered)
    problem = protected(latched)
    state = latched.state
    if after:
        problem = "an entry was sent after it"
    elif (state.gate, state.status) != (Gate.REDUCING, status):
        problem = f"gate {state.gate}, status {state.status}"
    outside = Tried("after it nothing enters; what is open stays under its stop", problem, orders=after)
    return DrillLine(Group.EMERGENCY, name, inside, outside, {"entries_after": after})


def pause(box: Sandbox) -> DrillLine:
    return _latched("pause", box, Verb.PAUSE, SessionStatus.PAUSED)


def stop_entries(box: Sandbox) -> DrillLine:
    return _latched("stop_entries", box, Verb.STOP_ENTRIES, SessionStatus.RUNNING)


def _resting(name: str, box: Sandbox, act: Act) -> Scene:
    """A position in the first symbol and an entry that rests in the second."""
    propose = proposing(ASK_MINUTE)

    def both(sit: Situation) -> list[Setup]:
        if sit.at_ns != tape.open_ns(ASK_MINUTE + 1):
            return list(propose(sit))
        setup = trade_idea(sit, symbol=tape.SECOND)
        return [replace(setup, trigger=setup.limit)]

    return played(box, Scene(name, propose=both, act=act, default_limits=True, until=ACT_MINUTE + 2))


def _pulled(name: str, box: Sandbox, told: str, act: Act) -> DrillLine:
    """A path that pulls the entry that rests and leaves the position under its stop."""
    kept, scene = _resting(f"{name}-inside", box, idle), _resting(f"{name}-outside", box, act)
    resting = kept.state.working_orders(role=OrderRole.ENTRY)
    inside = Tried("not asked for: the entry goes on resting", "" if resting else "the entry is gone")
    problem, cancels = protected(scene), len(scene.venue.canceled)
    if cancels != 1:
        problem = f"{cancels} cancels were sent"
    elif scene.state.working_orders(role=OrderRole.ENTRY):
        problem = "an entry still works"
    return DrillLine(Group.EMERGENCY, name, inside, Tried(told, problem), {"cancels": cancels})


def cancel(box: Sandbox) -> DrillLine:
    told = "the operator cancels: the entry that rests is pulled, the stop stays"
    return _pulled("cancel", box, told, says(Verb.CANCEL))


def process_stop(box: Sandbox) -> DrillLine:
    """SIGTERM's way: the host stops, the session does not."""

    async def act(scene: Scene) -> None:
        if scene.once("stop", ACT_MINUTE):
            scene.host.stop()

    told = "the process is told to end: the entry that rests is pulled, the stop stays, the session can go on"
    return _pulled("process_stop", box, told, act)


def sent_beyond_approval(box: Sandbox) -> DrillLine:
    """A second entry under a decision whose quantity is used up is stopped at the exit, behind the gate."""

    async def act(scene: Scene) -> None:
        run = scene.host.current
        if run is None or not scene.once("again", ACT_MINUTE):
            return
        sit = scene.sit
        (first,) = (held for held in sit.state.orders.values() if held.request.role is OrderRole.ENTRY)
        plan = plan_of(sit, trade_idea(sit, symbol=tape.SECOND))
        assessment = assess(risk_request(sit, plan), sit.policy.limits)
        approved = approve_entry(assessment, entry_order(sit, assessment.plan, first.decision_id))
        again = SubmitOrder(approved, first.decision_id, first.request.quantity)
        await run.kernel.outward.perform(again, durable=True)

    name = "sent_beyond_approval"
    once, twice = (
        played(box, Scene(f"{name}-{side}", propose, does, default_limits=True, until=ACT_MINUTE + 2))
        for side, propose, does in (
            ("inside", proposing(ASK_MINUTE), idle),
            ("outside", proposing(ASK_MINUTE), act),
        )
    )
    left = [scene.venue.count(OrderRole.ENTRY) for scene in (once, twice)]
    inside = Tried("the entry of a decision leaves", "" if left[0] == 1 else "none left", orders=left[0])
    problem = "" if left[1] == 1 else f"{left[1] - 1} more left than was approved"
    outside = Tried("a second one under the same decision does not", problem, orders=left[1] - 1)
    return DrillLine(Group.EMERGENCY, name, inside, outside)


LATCHES: Mapping[str, Callable[[Sandbox], DrillLine]] = {
    drill.__name__: drill for drill in (pause, stop_entries, cancel, process_stop, sent_beyond_approval)
}
