"""A drill for each limit that acts by itself: what a session does at the limit, and not before it.

Decides what each limit must do. Imports the scene, inputs and the model. Invariant: a boundary is that of the
settings in force; both sides of it are played.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from ytc_tui.adapters.venues.faults import FaultKind, FaultRule, FaultScript
from ytc_tui.drill import tape
from ytc_tui.drill.limit_line import Play, limit_line, reducing
from ytc_tui.drill.limits_outer import LIMITS as OUTER_LIMITS
from ytc_tui.drill.lines import DrillLine, Group, guarded
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, ASK_MINUTE, Scene
from ytc_tui.drill.scripts import holding, trade_idea
from ytc_tui.drill.told import HAIR, stands
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.money import HUNDRED, ONE
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.signals import Setup

_STILL = {(minute, tape.FIRST): tape.still(20_000.0) for minute in range(ASK_MINUTE, ACT_MINUTE + 3)}

# ---- session loss -------------------------------------------------------------------------------------


def _at_pnl(
    box: Sandbox, code: str, line_pct: Callable[[Situation], Decimal]
) -> tuple[Play, dict[str, Decimal]]:
    """Plays an open position whose session P&L comes to the line, or a hair short of it, at one path
    point."""
    met: dict[str, Decimal] = {}

    def play(outside: bool) -> Scene:
        async def act(scene: Scene) -> None:
            if scene.once("loss", ACT_MINUTE):
                sit = scene.sit
                pct = line_pct(sit) - (0 if outside else HAIR)
                worth = sit.base_balance() * (ONE - pct / HUNDRED)
                scene.lose(sit.state.wallet - (worth - sit.unrealised() + sit.exit_fees()))
                met[scene.name] = sit.pnl_pct()

        scene = holding(f"{code}-{outside}", act=act, bars=_STILL, until=ACT_MINUTE + 3)
        scene.play(box)
        return scene

    return play, met


def _loss(
    box: Sandbox, code: str, pct: Callable[[Situation], Decimal], acts: Callable[[Scene], bool]
) -> DrillLine:
    play, met = _at_pnl(box, code, pct)
    return limit_line(code, code, play, lambda scene: f"session P&L {met[scene.name]:.4f} %", acts)


def _ends_flat(scene: Scene) -> bool:
    started = [event for _, event in scene.all(ev.FlattenStarted)]
    return (
        bool(started) and started[0].final and bool(scene.all(ev.FlatVerified)) and not scene.state.positions
    )


def loss_medium(box: Sandbox) -> DrillLine:
    return _loss(
        box,
        "loss_medium",
        lambda sit: sit.policy.alert_medium_pct,
        lambda scene: bool(scene.alerted("loss_medium")),
    )


def loss_high(box: Sandbox) -> DrillLine:
    return _loss(
        box,
        "loss_high",
        lambda sit: sit.policy.alert_high_pct,
        lambda scene: bool(scene.alerted("loss_high")),
    )


def entries_off(box: Sandbox) -> DrillLine:
    return _loss(box, "entries_off", lambda sit: sit.policy.limits.entries_off_loss_pct, reducing)


def session_loss_limit(box: Sandbox) -> DrillLine:
    return _loss(box, "session_loss_limit", lambda sit: sit.policy.limits.max_session_loss_pct, _ends_flat)


# ---- counts -------------------------------------------------------------------------------------------


def losing_streak_limit(box: Sandbox) -> DrillLine:
    """The last loss that is allowed, by a stop that fills."""
    risk = box.wanted.risk
    settings = {
        "risk.max_consecutive_losses": str(risk.max_consecutive_losses),
        "risk.alert_consecutive_losses": str(risk.alert_consecutive_losses),
    }

    def play(outside: bool) -> Scene:
        async def act(scene: Scene) -> None:
            if scene.once("streak", ACT_MINUTE - 1):
                limit = scene.sit.policy.limits.max_consecutive_losses
                scene.state.consecutive_losses = limit - (1 if outside else 2)

        scene = holding(
            f"streak-{outside}",
            act=act,
            bars={(ACT_MINUTE, tape.FIRST): tape.moved(20_000.0, 19_850.0)},
            settings=settings,
            default_limits=True,
            until=ACT_MINUTE + 2,
        )
        scene.play(box)
        if not scene.all(ev.TradeClosed):
            raise LookupError("the trade was not stopped out")
        return scene

    def told(scene: Scene) -> str:
        limit = scene.sit.policy.limits.max_consecutive_losses
        return f"{scene.state.consecutive_losses} losses in a row of {limit}"

    return limit_line(
        "losing_streak_limit",
        "losing_streak_limit",
        play,
        told,
        lambda s: bool(s.alerted("losing_streak_limit")),
    )


def rejects_in_row(box: Sandbox) -> DrillLine:
    """The last reject that is allowed, by a venue that rejects."""

    def play(outside: bool) -> Scene:
        def propose(sit: Situation) -> list[Setup]:
            if sit.at_ns != tape.open_ns(ASK_MINUTE):
                return []
            limit = sit.policy.limits.max_rejects_in_row
            sit.state.rejects_in_row = limit - (1 if outside else 2)
            return [trade_idea(sit)]

        faults = FaultScript((FaultRule(FaultKind.REJECT, role=OrderRole.ENTRY, nth=1),))
        scene = Scene(f"rejects-{outside}", propose=propose, faults=faults, until=ASK_MINUTE + 2)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        return (
            f"{scene.state.rejects_in_row} rejects in a row of {scene.sit.policy.limits.max_rejects_in_row}"
        )

    return limit_line("rejects_in_row", "rejects_in_row", play, told, reducing)


def order_rate(box: Sandbox) -> DrillLine:
    def play(outside: bool) -> Scene:
        def propose(sit: Situation) -> list[Setup]:
            if sit.at_ns != tape.open_ns(ASK_MINUTE):
                return []
            sit.state.order_times_ns = (sit.at_ns,) * (
                sit.policy.limits.max_orders_per_minute - (not outside)
            )
            return [trade_idea(sit)]

        scene = Scene(f"rate-{outside}", propose=propose, until=ASK_MINUTE + 1)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        [(_, made)] = scene.all(ev.DecisionMade)
        return next(verdict.reason for verdict in made.verdicts if verdict.rule == "order_rate")

    return limit_line("order_rate", "order_rate", play, told, reducing)


def slippage(box: Sandbox) -> DrillLine:
    limit = box.wanted.risk.max_slippage_bps

    def slips(outside: bool) -> Decimal:
        return limit + (HAIR if outside else -HAIR)

    def play(outside: bool) -> Scene:
        scene = holding(f"slippage-{outside}", slips_bps=slips(outside), until=ASK_MINUTE + 2)
        scene.play(box)
        return scene

    def told(scene: Scene) -> str:
        return f"a fill slipped {scene.venue.slips_bps} bps of {limit}"

    return limit_line("slippage", "slippage", play, told, reducing)


def correlated_risk(box: Sandbox) -> DrillLine:
    """A second trade that profits from the same move: with the check both risks count more."""

    def play(outside: bool) -> Scene:
        def propose(sit: Situation) -> list[Setup]:
            if sit.at_ns != tape.open_ns(ASK_MINUTE):
                return []
            limits = sit.policy.limits
            # What is left for this trade is what it asks for, if nothing is counted twice.
            room = sit.base_balance() * (limits.max_open_risk_pct - limits.risk_per_trade_pct) / HUNDRED
            contract = sit.market.instruments[tape.SECOND].contract_size
            stands(sit, tape.SECOND, risk=room / contract, notional=room / contract)
            return [trade_idea(sit)]

        check = {"trading.enable_correlation_check": "true" if outside else "false"}
        scene = Scene(
            f"correlated-{outside}",
            propose=propose,
            settings=check,
            default_limits=True,
            until=ASK_MINUTE + 1,
        )
        scene.play(box)
        return scene

    def smaller(scene: Scene) -> bool:
        [(_, made)] = scene.all(ev.DecisionMade)
        return made.granted < made.asked

    return limit_line(
        "correlated_risk", "correlated_risk", play, lambda s: s.all(ev.DecisionMade)[0][1].reason, smaller
    )


LIMITS: dict[str, Callable[[Sandbox], DrillLine]] = {
    drill.__name__: drill
    for drill in (
        loss_medium,
        loss_high,
        entries_off,
        session_loss_limit,
        losing_streak_limit,
        rejects_in_row,
        order_rate,
        slippage,
        correlated_risk,
    )
}


def drill_limits(box: Sandbox) -> list[DrillLine]:
    """One line for each limit."""
    return [
        guarded(Group.LIMIT, name, partial(drill, box)) for name, drill in {**LIMITS, **OUTER_LIMITS}.items()
    ]
