"""What scenes have in common: the trade that is proposed, what an operator says, what is looked at in the
end.

Decides the usual trade. Imports the scene and the model. Invariant: under the settings in force the usual
trade passes every rule and fills at the next price.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ytc_tui.drill import tape
from ytc_tui.drill.sandbox import Sandbox
from ytc_tui.drill.scene import ACT_MINUTE, ASK_MINUTE, Propose, Scene
from ytc_tui.engine.risk.exposure import cost_per_unit
from ytc_tui.engine.situation import Situation
from ytc_tui.model.commands import ClosePart, Verb
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.signals import ScorePart, Setup, SetupKind, setup_id
from ytc_tui.model.structure import Regime


def proposing(*minutes: int, symbol: str = tape.FIRST) -> Propose:
    """Proposes the usual trade at the close before each of `minutes`."""
    asked_ns = {tape.open_ns(minute) for minute in minutes}
    return lambda sit: [trade_idea(sit, symbol=symbol)] if sit.at_ns in asked_ns else []


def holding(name: str, **more: Any) -> Scene:
    """A scene that holds a long under its stop from `ASK_MINUTE` on."""
    return Scene(name, propose=proposing(ASK_MINUTE), **more)


def played(box: Sandbox, scene: Scene) -> Scene:
    """`scene`, after it was played."""
    scene.play(box)
    return scene


def says(
    verb: Verb, minute: float = ACT_MINUTE, close: ClosePart | None = None
) -> Callable[[Scene], Awaitable[None]]:
    """An operator who gives one command at `minute`."""

    async def act(scene: Scene) -> None:
        if scene.once(verb, minute):
            target = next(iter(scene.state.positions), "") if verb is Verb.CLOSE else ""
            scene.say(verb, target, close=close)

    return act


def protected(scene: Scene) -> str:
    """What is wrong with a position that should be open under a working stop, empty when nothing is."""
    state = scene.state
    held = state.positions.get(tape.FIRST)
    if held is None or not held.quantity:
        return "the position is gone"
    stops = state.working_orders(tape.FIRST, OrderRole.PROTECTIVE_STOP)
    if sum(stop.remaining for stop in stops if stop.state is OrderState.ACKED) < abs(held.quantity):
        return "its stop does not cover it"
    return ""


def seconds(from_ns: int, until_ns: int) -> Decimal:
    """Feed time between two instants in seconds."""
    return Decimal(until_ns - from_ns) / NS_PER_S


def trade_idea(
    sit: Situation, side: Side = Side.BUY, symbol: str = tape.FIRST, **changes: float | None
) -> Setup:
    """A setup that every rule lets through and whose entry fills at the next price.

    Its stop is half a percent away, or as far as its costs ask for; its targets pay more than the settings
    ask for, and its worst entry is well within the collar.
    """
    price = sit.market.marks[symbol]
    limits = sit.policy.limits
    sign = side.sign
    digits = max(0, -int(sit.market.instruments[symbol].tick.normalize().as_tuple().exponent))
    cost = cost_per_unit(sit.market.instruments[symbol], Decimal(repr(price)), Decimal(repr(price)), limits)
    distance = max(price * 0.005, 1.5 * float(limits.min_stop_cost_multiple * cost))
    collar = float(limits.price_collar_atr) * (sit.market.analysis[symbol].atr_ttf or 0.0)
    need = float(max(limits.min_rr_part_one, limits.min_rr_blended))
    limit = changes.get("limit") or price + min(distance * 0.1, collar * 0.5) * sign
    prices: dict[str, float | None] = {
        "trigger": price - distance * 0.5 * sign,
        "limit": limit,
        "stop": price - distance * sign,
        "t1": max(price * 0.2, limit + distance * 2 * (need + 1) * sign),
        "t2": max(price * 0.1, limit + distance * 3 * (need + 1) * sign),
        **changes,
    }
    told: dict[str, Any] = {
        name: None if value is None else round(value, digits) for name, value in prices.items()
    }
    found = replace(
        _PATTERN, setup_id=setup_id(SetupKind.PB, symbol, side, sit.at_ns), symbol=symbol, side=side
    )
    found = replace(found, found_ns=sit.at_ns, anchor_ns=sit.at_ns, expires_ns=sit.at_ns + 4 * NS_PER_MIN)
    return replace(found, lwp=told["limit"], lrp=told["t1"], **told)


_PATTERN = Setup(
    setup_id="",
    kind=SetupKind.PB,
    symbol="",
    side=Side.BUY,
    found_ns=0,
    anchor_ns=0,
    trigger=0.0,
    limit=0.0,
    stop=0.0,
    t1=0.0,
    t2=None,
    lwp=0.0,
    lrp=0.0,
    score=100.0,
    score_parts=(ScorePart("drill", 100.0, 100.0),),
    confluence=(),
    regime=Regime.STEADY_TREND,
    regime_fit=1.0,
    expires_ns=0,
    grade="A",
)
