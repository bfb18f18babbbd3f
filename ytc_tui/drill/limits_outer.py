"""Drills of the limits that venue, checks, agents and people set off.

Decides what each must do. Imports the scene, inputs and the model. Invariant: a boundary is that of the
settings in force; both sides of it are played.
"""

from __future__ import annotations

from collections.abc import Callable

from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.drill import tape
from ytc_tui.drill.limit_line import limit_line, reducing
from ytc_tui.drill.lines import DrillLine
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, ACTOR, ASK_MINUTE, Scene, spec_of
from ytc_tui.drill.scripts import holding, seconds
from ytc_tui.engine import inputs as inp
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Verb
from ytc_tui.model.market import NS_PER_MS, NS_PER_S
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.tasks import ResponseStatus
from ytc_tui.model.workflow import Step, Trigger


def connection_lost(box: Sandbox) -> DrillLine:
    """A venue that is silent: a millisecond short of the limit, and at it, and longer, acting once."""

    def play(outside: bool) -> Scene:
        async def act(scene: Scene) -> None:
            if not scene.once("silence", ACT_MINUTE):
                return
            run, begun_ns = scene.host.current, scene.now_ns
            assert run is not None
            limit_ns = scene.sit.policy.connection_timeout_ns
            last = (limit_ns, limit_ns + NS_PER_S) if outside else (limit_ns - NS_PER_MS,)
            for silent_ns in (0, *last):
                await run.kernel.take(begun_ns + silent_ns, (inp.VenueSilent("drill"),))
            scene.over()

        scene = holding(f"silence-{outside}", act=act)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        lost, last = scene.all(ev.ConnectionLost)[0][0], scene.state.now_ns
        fired = [at_ns for at_ns, _ in scene.all(ev.FlattenStarted)]
        return f"silent for {seconds(lost, fired[0] if fired else last):.3f} s, acted {len(fired)} times"

    def acts(scene: Scene) -> bool:
        started = [event for _, event in scene.all(ev.FlattenStarted)]
        return len(started) == 1 and started[0].final

    return limit_line("connection_lost", "connection_lost", play, told, acts)


def init_blocked(box: Sandbox) -> DrillLine:
    def play(outside: bool) -> Scene:
        scene = Scene(f"init-{outside}", blocked_probe="venue" if outside else "", until=tape.TRADING + 2)
        scene.play(box)
        return scene

    return limit_line(
        "init_blocked",
        "init_blocked",
        play,
        lambda scene: "the venue's check is blocked" if scene.blocked_probe else "every check is ok",
        lambda scene: scene.state.phase is Phase.SHUTDOWN,
    )


def critical_agent_failed(box: Sandbox) -> DrillLine:
    async def fails(context: AgentContext) -> AgentAnswer:
        return AgentAnswer({}, ResponseStatus.FAILURE, ("drill",))

    def play(outside: bool) -> Scene:
        agent = Agent(spec_of("drill_failing", critical=outside), fails)
        step = (Phase.ACTIVE_TRADING, Step("drill_failing", Trigger.LOWER_CLOSE))
        scene = Scene(f"agent-{outside}", agents=((agent, step),), until=ASK_MINUTE)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        critical = scene.agents[0][0].spec.critical
        return f"{'a critical' if critical else 'another'} agent failed"

    return limit_line("critical_agent_failed", "critical_agent_failed", play, told, reducing)


def handoff_blocked(box: Sandbox) -> DrillLine:
    def play(outside: bool) -> Scene:
        async def act(scene: Scene) -> None:
            for name, record in scene.state.handoffs.items():
                if record.handoff.needs_approval and scene.once(name, 0):
                    verb = Verb.REJECT if outside else Verb.APPROVE
                    scene.say(verb, name, record.handoff.content_hash)

        approved = {"handoff.approve.paper": '["PRE_MARKET->SESSION_OPEN"]'}
        scene = Scene(f"handoff-{outside}", act=act, settings=approved, until=ASK_MINUTE)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        [(_, decided)] = [(at, e) for at, e in scene.all(ev.HandoffDecided) if e.actor == ACTOR]
        return f"a handoff was {decided.state}"

    return limit_line(
        "handoff_blocked", "handoff_blocked", play, told, lambda s: s.state.status is SessionStatus.PAUSED
    )


def unreconciled(box: Sandbox) -> DrillLine:
    """The venue's account holds less than our books: for one comparison, and for longer."""

    def play(outside: bool) -> Scene:
        async def act(scene: Scene) -> None:
            if scene.once("differs", ACT_MINUTE):
                scene.venue.more_money = -ONE
            if scene.state.discrepancies and not outside:
                scene.venue.more_money = ZERO

        scene = holding(f"unreconciled-{outside}", act=act, default_limits=True, until=ACT_MINUTE + 2)
        scene.play(box)
        if not scene.all(ev.DiscrepancyFound):
            raise LookupError("the difference was not found")
        return scene

    def told(scene: Scene) -> str:
        resolved = scene.all(ev.DiscrepancyResolved)
        return f"a difference of 1 in the account {'was gone again' if resolved else 'stays'}"

    def paused(scene: Scene) -> bool:
        return scene.state.status is SessionStatus.PAUSED

    return limit_line("unreconciled", "unreconciled", play, told, paused)


LIMITS: dict[str, Callable[[Sandbox], DrillLine]] = {
    drill.__name__: drill
    for drill in (connection_lost, unreconciled, init_blocked, critical_agent_failed, handoff_blocked)
}
