"""The engine's sight: the facts beside state from which views are built.

Decides nothing; it reads the situation. Imports the situation, the deciders' reasons and the views' facts.
Invariant: reading changes nothing, and a figure that cannot be told is None.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.engine.decide.phases import delivered
from ytc_tui.engine.decide.tasks import idle_reason
from ytc_tui.engine.health import components
from ytc_tui.engine.limits_in_use import limits_in_use
from ytc_tui.engine.news import standing, told
from ytc_tui.engine.pnl_trace import PnlTrace
from ytc_tui.engine.risk.registry import RULES
from ytc_tui.engine.runner import AgentRunner
from ytc_tui.engine.situation import Situation
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.news import NewsState
from ytc_tui.model.session import Phase, SessionStatus
from ytc_tui.model.tasks import HandoffState
from ytc_tui.model.workflow import Step, Trigger
from ytc_tui.views.journal import utc
from ytc_tui.views.seen import AgentSeen, Hours, NewsSeen, Requirement, Seen, SymbolSeen

_OCCASIONS = {
    Trigger.PHASE: "its phase",
    Trigger.LOWER_CLOSE: "the lower bar",
    Trigger.TRADING_CLOSE: "the trading bar",
    Trigger.HIGHER_CLOSE: "the higher bar",
    Trigger.KERNEL: "the kernel",
}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the situation does not hold of a run: how fast its feed plays, what is behind its orders and how
    often it was asked, who watches from outside, how many entries its journal has and why it takes none
    (`stalled`, empty while it does), how long what waits for a person may still wait, by its id, and what its
    P&L was at the closes before. None is what is not known: of a past session, what nobody wrote down."""

    speed: str
    venue: str
    venue_requests: int | None = 0
    guard: str | None = ""
    journal_entries: int = 0
    stalled: str | None = ""
    left_s: Mapping[str, int | None] = field(default_factory=dict)
    trace: PnlTrace = field(default_factory=PnlTrace)


def see(sit: Situation, runner: AgentRunner, run: RunFacts, *, at_ns: int) -> Seen:
    """What can be seen at feed time `at_ns`."""
    state, market, window, limits = sit.state, sit.market, sit.window, sit.policy.limits
    try:
        equity: Decimal | None = sit.equity()
        pnl: Decimal | None = sit.equity() - sit.exit_fees() - sit.base_balance()
        pnl_pct: Decimal | None = sit.pnl_pct()
    except LookupError:
        equity = pnl = pnl_pct = None
    return Seen(
        at_ns=at_ns,
        mode=sit.policy.mode,
        account_id=sit.policy.account_id,
        currency=sit.policy.currency,
        software=sit.policy.software,
        speed=run.speed,
        feed_state=_feed_state(sit, run.stalled, run.left_s),
        journal_stalled=run.stalled,
        journal_entries=run.journal_entries,
        hours=Hours(
            window.init_ns, window.open_ns, window.active_ns, window.planned_end_ns, window.hard_end_ns
        ),
        base_balance=sit.base_balance(),
        equity=equity,
        pnl=pnl,
        pnl_pct=pnl_pct,
        loss_limit_pct=limits.max_session_loss_pct,
        entries_off_pct=limits.entries_off_loss_pct,
        venue=run.venue,
        venue_requests=run.venue_requests,
        guard=run.guard,
        correlation_threshold=float(limits.correlation_threshold),
        venue_guard="none: you and this engine are the only guard",
        symbols={
            symbol: SymbolSeen(
                market.instruments[symbol],
                market.mark(symbol),
                last.open_ns if (last := market.analysis[symbol].last) else 0,
                market.problem(symbol),
            )
            for symbol in market.symbols
        },
        protected={
            symbol: sit.covered_quantity(symbol, Side.SELL if held.quantity > ZERO else Side.BUY)
            for symbol, held in state.positions.items()
        },
        limits=limits_in_use(sit),
        agents=_agents(sit, runner),
        waits_for=tuple(_waits_for(sit)),
        components=tuple(components(sit)),
        left_s=run.left_s,
        news=_news(sit, at_ns),
        mistake_codes=sit.policy.mistake_codes,
        rules={rule.name: rule.summary for rule in RULES},
        timeframes=_timeframes(sit),
        pnl_trace=tuple(run.trace.lows),
        pnl_trace_ns=run.trace.since_ns,
    )


def _timeframes(sit: Situation) -> tuple[int, ...]:
    params = next(iter(sit.market.analysis.values())).params
    return 1, params.ttf_minutes, params.htf_minutes


def _news(sit: Situation, at_ns: int) -> NewsSeen:
    stands, following = standing(sit, at_ns), sit.policy.news.next_event(at_ns)
    return NewsSeen(
        standing=told(stands) if stands.windows else "",
        blackout=stands.state is NewsState.BLACKOUT,
        next_label=following.label if following else "",
        next_ns=following.at_ns if following else 0,
    )


def _feed_state(sit: Situation, stalled: str | None, waiting: Collection[str]) -> str:
    if sit.state.ended or sit.feed_over:
        return "ended"
    if stalled:
        return "stands still: the journal is away"
    if waiting:
        return f"waits for your answer to {', '.join(waiting)}"
    if sit.market.unknown:
        return "not known"
    late = [symbol for symbol in sit.market.symbols if sit.market.late_bars(symbol)]
    return f"late: {', '.join(late)}" if late else "on time"


def _agents(sit: Situation, runner: AgentRunner) -> dict[str, AgentSeen]:
    found = {}
    for name, agent in sit.registry.agents.items():
        steps = _steps_of(sit, name)
        found[name] = AgentSeen(
            title=agent.spec.title,
            critical=agent.spec.critical,
            why_idle=why_idle(sit, steps),
            next_due_ns=_due_ns(sit, steps),
            mean_ms=runner.mean_ms(name),
            recent_ms=runner.recent_ms(name),
            needs=agent.spec.needs,
        )
    return found


def agents_now(sit: Situation) -> dict[str, dict[str, str]]:
    """Why each agent does nothing now, and when it is due by the clock (UTC; empty = not by the clock)."""
    found = {}
    for name in sit.registry.agents:
        steps = _steps_of(sit, name)
        due_ns = _due_ns(sit, steps)
        found[name] = {"why_idle": why_idle(sit, steps), "next_due": utc(due_ns) if due_ns else ""}
    return found


def _steps_of(sit: Situation, name: str) -> list[Step]:
    plan = sit.workflow.phases.get(sit.state.phase)
    return [step for step in plan.steps if step.agent == name] if plan else []


def _due_ns(sit: Situation, steps: list[Step]) -> int:
    return min((due for step in steps if (due := _next_due(sit, step))), default=0)


def why_idle(sit: Situation, steps: list[Step]) -> str:
    """Why the agent of `steps` does not run now; the trigger it waits for when nothing else holds it."""
    if not steps:
        return f"not part of {sit.state.phase}"
    return idle_reason(sit, steps[-1]) or f"waits for {_OCCASIONS[steps[-1].on]}"


def _next_due(sit: Situation, step: Step) -> int:
    """When `step`'s trigger comes next by the clock (UTC ns); 0 = not by the clock, or idle."""
    if idle_reason(sit, step):
        return 0
    params = next(iter(sit.market.analysis.values())).params
    match step.on:
        case Trigger.LOWER_CLOSE:
            width_ns = NS_PER_MIN
        case Trigger.TRADING_CLOSE:
            width_ns = params.ttf_minutes * NS_PER_MIN
        case Trigger.HIGHER_CLOSE:
            width_ns = params.htf_minutes * NS_PER_MIN
        case Trigger.PHASE | Trigger.KERNEL:
            return 0
    return (sit.at_ns // width_ns + 1) * width_ns


def _waits_for(sit: Situation) -> Iterator[Requirement]:
    """What must be so before the session moves on."""
    state, window = sit.state, sit.window
    for record in state.handoffs.values():
        if record.state is HandoffState.PENDING:
            yield Requirement(f"approval of handoff {record.handoff.handoff_id}", met=False)
    if state.status is SessionStatus.EMERGENCY_STOP and state.flattening is not None:
        yield Requirement("verified flat", state.flattening.verified)
    match state.phase:
        case Phase.PRE_MARKET:
            yield Requirement("market open", sit.at_ns >= window.open_ns)
            yield from _deliveries(sit)
        case Phase.SESSION_OPEN:
            yield Requirement("opening minutes over", sit.at_ns >= window.active_ns)
            yield from _deliveries(sit)
        case Phase.ACTIVE_TRADING:
            yield Requirement("planned end", sit.at_ns >= window.planned_end_ns)
            yield Requirement("flat", not state.positions)
        case Phase.POST_MARKET:
            yield from _deliveries(sit)
        case Phase.INIT | Phase.SHUTDOWN:
            return


def _deliveries(sit: Situation) -> Iterator[Requirement]:
    done = delivered(sit)
    for name in sit.workflow.requires(sit.state.phase):
        record = sit.state.agents.get(name)
        ran = record is not None and record.runs > 0 and record.last_run_ns >= sit.state.phase_since_ns
        yield Requirement(f"{name} delivers", done or (ran and record is not None and not record.errors))
