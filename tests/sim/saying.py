"""What an operator says of the market, as tests say it, and an agent that looks on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sim.harness import Operator, said_at
from tests.sim.proposers import agent_of
from tests.sim.tape import on_day
from ytc_tui.agents.base import AgentAnswer, AgentContext
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.own import (
    AddLevel,
    ArmLevel,
    Bias,
    LevelAlert,
    SetBias,
    WriteNote,
)
from ytc_tui.model.structure import ZoneSource

D = Decimal
Line = tuple[int, Command]
Seen = dict[int, list[tuple[float, float, str]]]
UP = (20_040, 20_056, 20_120, 20_200, 20_270, 20_300, 20_330, 20_410)


def level(
    clock: str, low: str, high: str = "", name: str = "level", symbol: str = "BTCUSDT", **more: Any
) -> Line:
    said = AddLevel(D(low), D(high or low), **more)
    return on_day(clock), Command(name, Verb.LEVEL, "ada", "", symbol, level=said)


def drop(clock: str, wanted: str, name: str = "drop") -> Line:
    return on_day(clock), Command(name, Verb.DROP_LEVEL, "ada", "", wanted)


def arm(clock: str, wanted: str, alert: LevelAlert, name: str = "arm") -> Line:
    return on_day(clock), Command(name, Verb.ARM_LEVEL, "ada", "", wanted, arm_level=ArmLevel(alert))


def bias(clock: str, wanted: Bias, name: str = "bias", symbol: str = "BTCUSDT") -> Line:
    return on_day(clock), Command(name, Verb.BIAS, "ada", "a meeting", symbol, bias=SetBias(wanted))


def note(clock: str, text: str, about: str = "", name: str = "note", **more: Any) -> Line:
    return on_day(clock), Command(name, Verb.NOTE, "ada", "", about, note=WriteNote(text, **more))


def spy(seen: Seen) -> tuple[Any, Any]:
    """An agent that notes, at each minute's close, the operator's zones as an agent is given them."""

    async def consider(context: AgentContext) -> AgentAnswer:
        zones = context.analysis["BTCUSDT"].zones
        seen[context.now_ns] = [
            (zone.low, zone.high, zone.role.value) for zone in zones if zone.sources == (ZoneSource.OPERATOR,)
        ]
        return AgentAnswer({})

    return agent_of("spy", consider)


def minutes(seen: Seen) -> list[int]:
    """The closes at which a zone of the operator's was there."""
    return [at_ns for at_ns, zones in sorted(seen.items()) if zones]


def told(*lines: Line) -> Operator:
    return said_at(*lines)
