"""A drill for each emergency path: what stops a session, and what is in the way of closing it.

Decides what each path must come to. Imports the scene, faults, commands and the model. Invariants: flat is
what venue, books and journal all say; a position that nobody asked to close stays open under its stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from ytc_tui.adapters.venues.faults import FaultKind, FaultRule, FaultScript, Outage
from ytc_tui.drill import tape
from ytc_tui.drill.latches import LATCHES
from ytc_tui.drill.lines import DrillLine, Group, Tried, guarded
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, ASK_MINUTE, Scene
from ytc_tui.drill.scripts import holding, played, proposing, protected, says, seconds
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Verb
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, SessionStatus
from ytc_tui.model.trades import TradeState

# Regulators ask for an alert within so many seconds (safety.md 1.2); for a naked position it is the limit.
ALARM_S = Decimal(5)

Figures = dict[str, Decimal | int]


def flat(scene: Scene, box: Sandbox) -> str:
    """What is not flat at the end, empty when venue, books and journal say that nothing is left."""
    left = [
        f"{held.symbol} {held.quantity}" for held in asyncio.run(scene.venue.positions()) if held.quantity
    ]
    left += [f"order {order.request.client_id}" for order in asyncio.run(scene.venue.open_orders())]
    if left:
        return f"the venue still holds {', '.join(left)}"
    if scene.state.positions or scene.state.working:
        return "our books are not flat"
    recovered = scene.recovered(box)
    if recovered.positions or recovered.working:
        return "the journal says that something is open"
    return ""


def default_holding(name: str, **more: Any) -> Scene:
    """A position of the default limits: these paths are not about limits."""
    return holding(name, default_limits=True, **more)


def _raised(*scenes: Scene) -> tuple[str, ...]:
    return tuple(sorted({event.code for scene in scenes for _, event in scene.all(ev.AlertRaised)}))


def undisturbed(box: Sandbox, name: str) -> Tried:
    """The inner side of most paths: nothing is asked, and the position stays open under its stop."""
    scene = played(box, default_holding(f"{name}-inside", until=ACT_MINUTE + 3))
    problem = protected(scene) or ("something was closed" if scene.venue.count(OrderRole.FLATTEN) else "")
    return Tried("not asked for: the position stays open under its stop", problem)


def flattened(
    name: str, box: Sandbox, scene: Scene, *, gate: Gate, status: SessionStatus, told: str
) -> DrillLine:
    """The line of a path that must end verified flat, with this gate and status."""
    inside = undisturbed(box, name)
    scene.play(box)
    started, verified = scene.all(ev.FlattenStarted), scene.all(ev.FlatVerified)
    problem = flat(scene, box)
    if not started or not verified:
        problem = "no flatten was begun" if not started else "it was never verified flat"
    elif len(started) > 1:
        problem = f"{len(started)} flattens were begun"
    elif (scene.state.gate, scene.state.status) != (gate, status):
        problem = f"gate {scene.state.gate}, status {scene.state.status}"
    figures: Figures = {"closes": scene.venue.count(OrderRole.FLATTEN)}
    if started and verified:
        figures["to_flat_s"] = seconds(started[0][0], verified[0][0])
    outside = Tried(told, problem, orders=len(scene.venue.sent))
    return DrillLine(Group.EMERGENCY, name, inside, outside, figures, _raised(scene))


def _operator_flatten(name: str, box: Sandbox, told: str, *rules: FaultRule, **more: Any) -> DrillLine:
    scene = default_holding(
        f"{name}-outside", act=says(Verb.FLATTEN), faults=FaultScript(rules), until=ACT_MINUTE + 6, **more
    )
    return flattened(name, box, scene, gate=Gate.REDUCING, status=SessionStatus.PAUSED, told=told)


def flatten_operator(box: Sandbox) -> DrillLine:
    return _operator_flatten("flatten_operator", box, "the operator flattens: verified flat, then paused")


def close_rejected(box: Sandbox) -> DrillLine:
    rule = FaultRule(FaultKind.REJECT, role=OrderRole.FLATTEN, nth=1)
    return _operator_flatten(
        "close_rejected", box, "the venue rejects the first close: it is sent anew", rule
    )


def close_answer_lost(box: Sandbox) -> DrillLine:
    rule = FaultRule(FaultKind.LOST_ANSWER, role=OrderRole.FLATTEN, nth=1)
    told = "the answer to the close is lost: it is asked for, not sent again"
    line = _operator_flatten("close_answer_lost", box, told, rule)
    return _exactly(line, "closes", 1)


def close_timed_out(box: Sandbox) -> DrillLine:
    told = "the venue never answers the first close: its fate is read, then it is sent anew"
    return _operator_flatten("close_timed_out", box, told, hangs=OrderRole.FLATTEN)


def close_partly_filled(box: Sandbox) -> DrillLine:
    rule = FaultRule(FaultKind.PARTIAL, role=OrderRole.FLATTEN, nth=1, share=Decimal("0.5"))
    told = "half of the close fills: the same order goes on until flat"
    return _exactly(_operator_flatten("close_partly_filled", box, told, rule), "closes", 1)


def _exactly(line: DrillLine, figure: str, wanted: int) -> DrillLine:
    found = line.figures.get(figure)
    return line if found == wanted else replace(line, problem=f"{figure} is {found}, not {wanted}")


def close_by_hand_rejected(box: Sandbox) -> DrillLine:
    """A close by hand that the venue rejects: told, and closed all the same."""
    inside = undisturbed(box, "close_failed")
    faults = FaultScript((FaultRule(FaultKind.REJECT, role=OrderRole.EXIT, nth=1),))
    act = says(Verb.CLOSE, close=ClosePart())
    scene = played(box, default_holding("close_failed-outside", act=act, faults=faults, until=ACT_MINUTE + 4))
    problem = flat(scene, box) or ("" if scene.alerted("close_failed") else "no alert close_failed")
    figures: Figures = {"closes": scene.venue.count(OrderRole.EXIT)}
    outside = Tried("the venue rejects a close by hand: told, and closed by the next", problem)
    return DrillLine(Group.EMERGENCY, "close_by_hand_rejected", inside, outside, figures, _raised(scene))


def line_cut(box: Sandbox) -> DrillLine:
    """The line to the venue is cut for longer than the limit: flat once it is back, and sent once."""
    from_ns = tape.open_ns(ACT_MINUTE)
    limit_s = box.wanted.risk.connection_timeout_s
    until_ns = from_ns + (limit_s + 120) * NS_PER_S
    scene = default_holding(
        "line_cut-outside",
        settings={"risk.connection_timeout_s": str(limit_s)},
        faults=FaultScript(outages=(Outage(from_ns, until_ns),)),
        until=ACT_MINUTE + limit_s // 60 + 10,
    )
    told = f"the line is cut for {limit_s + 120} s: one flatten, flat once it is back, session over"
    return flattened("line_cut", box, scene, told=told, gate=Gate.HALTED, status=SessionStatus.EMERGENCY_STOP)


def journal_away(box: Sandbox) -> DrillLine:
    """Another process holds the journal: closes leave, entries do not, and the record is whole again
    later."""
    inside = undisturbed(box, "journal_away")
    held = box.journal_held()

    async def act(scene: Scene) -> None:
        if scene.once("hold", ACT_MINUTE):
            held.__enter__()
        if scene.once("flatten", ACT_MINUTE + 2):
            scene.say(Verb.FLATTEN)
        if scene.once("release", ACT_MINUTE + 5):
            held.__exit__(None, None, None)

    propose = proposing(ASK_MINUTE)
    late = proposing(ACT_MINUTE + 1, symbol=tape.SECOND)
    scene = Scene(
        "journal_away-outside",
        propose=lambda sit: [*propose(sit), *late(sit)],
        act=act,
        default_limits=True,
        feed_can_wait=False,
        until=ACT_MINUTE + 8,
    )
    scene.play(box)
    entries = scene.venue.count(OrderRole.ENTRY)
    closes = [at_ns for at_ns, sent in scene.venue.sent if sent.role is OrderRole.FLATTEN]
    problem = flat(scene, box)
    if entries != 1:
        problem = f"{entries - 1} entries left while the journal was away"
    elif not closes or closes[0] >= tape.open_ns(ACT_MINUTE + 5):
        problem = "no close left while the journal was away"
    elif not scene.all(ev.EmergencyActed):
        problem = "what was sent meanwhile was not journalled later"
    figures: Figures = {"closes": len(closes), "entries_meanwhile": entries - 1}
    outside = Tried(
        "the journal is held elsewhere: closes leave, entries do not, all is journalled later", problem
    )
    return DrillLine(Group.EMERGENCY, "journal_away", inside, outside, figures, _raised(scene))


def stop_rejected(box: Sandbox) -> DrillLine:
    """The venue refuses the attached stop: alarm, and a stop anew at the same instant."""
    inside = undisturbed(box, "stop_rejected")
    faults = FaultScript((FaultRule(FaultKind.REJECT, role=OrderRole.PROTECTIVE_STOP, nth=1),))
    scene = played(box, default_holding("stop_rejected-outside", faults=faults, until=ACT_MINUTE))
    outside, figures = _naked(scene, "the venue refuses the attached stop: alarm, and a stop anew")
    if not outside.problem and protected(scene):
        outside = Tried(outside.told, protected(scene))
    return DrillLine(Group.EMERGENCY, "stop_rejected", inside, outside, figures, _raised(scene))


def stop_impossible(box: Sandbox) -> DrillLine:
    """No stop can be had: alarm, and the position is closed."""
    inside = undisturbed(box, "stop_impossible")
    faults = FaultScript((FaultRule(FaultKind.REJECT, role=OrderRole.PROTECTIVE_STOP),))
    scene = played(box, default_holding("stop_impossible-outside", faults=faults, until=ACT_MINUTE + 3))
    outside, figures = _naked(scene, "no stop can be had: alarm, and the position is closed")
    closed = scene.all(ev.TradeClosed)
    if closed:
        figures["to_flat_s"] = seconds(_entered_ns(scene), closed[0][0])
    problem = outside.problem or flat(scene, box)
    return DrillLine(
        Group.EMERGENCY, "stop_impossible", inside, Tried(outside.told, problem), figures, _raised(scene)
    )


def _entered_ns(scene: Scene) -> int:
    return scene.all(ev.FillBooked)[0][0]


def _naked(scene: Scene, told: str) -> tuple[Tried, Figures]:
    """How long a position was without a stop before its alarm."""
    alarms = scene.alerted("unprotected")
    if not alarms:
        return Tried(told, "no alarm was raised"), {}
    alarm_s = seconds(_entered_ns(scene), alarms[0])
    moved = [event for _, event in scene.all(ev.TradeMoved) if event.after is TradeState.UNPROTECTED]
    problem = "" if alarm_s <= ALARM_S else f"the alarm came after {alarm_s} s, {ALARM_S} s are allowed"
    return Tried(told, problem if moved else "the trade was never UNPROTECTED"), {"alarm_s": alarm_s}


def shutdown(box: Sandbox) -> DrillLine:
    """The session is ended: everything closed, verified, and on record."""
    scene = default_holding("shutdown-outside", act=says(Verb.SHUTDOWN), until=ACT_MINUTE + 12)
    line = flattened(
        "shutdown",
        box,
        scene,
        told="the operator ends the session: verified flat, completed",
        gate=Gate.REDUCING,
        status=SessionStatus.COMPLETED,
    )
    return line if scene.state.ended else replace(line, problem="the session did not end")


EMERGENCIES: Mapping[str, Callable[[Sandbox], DrillLine]] = {
    drill.__name__: drill
    for drill in (
        flatten_operator,
        line_cut,
        close_rejected,
        close_timed_out,
        close_answer_lost,
        close_partly_filled,
        close_by_hand_rejected,
        journal_away,
        stop_rejected,
        stop_impossible,
        shutdown,
    )
}


def drill_emergencies(box: Sandbox) -> list[DrillLine]:
    """One line for each emergency path of a session."""
    drills: dict[str, Callable[[Sandbox], DrillLine]] = {**EMERGENCIES, **LATCHES}
    return [guarded(Group.EMERGENCY, name, partial(drill, box)) for name, drill in drills.items()]
