"""Who acts in a world: an agent that proposes trades, others that fail, and an operator."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random
from typing import Any, cast

from tests.sim.by_hand import random_command
from tests.sim.proposers import STEP, Idea, agent_of, ideas
from tests.world.market import LEVELS, MINUTES, START_NS, TICKS, MemoryFeed
from ytc_tui.agents.base import AgentAnswer, AgentContext
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole

VERBS = (Verb.CANCEL, Verb.PAUSE, Verb.RESUME, Verb.RESUME, Verb.STOP_ENTRIES, Verb.FLATTEN, Verb.SHUTDOWN)
FIRST_MINUTE = 3  # active trading begins after two
MAX_TRADES = 3
STRANGER = "stranger-"  # what the names of somebody else's orders begin with


def proposals(chance: Random, feed: MemoryFeed) -> list[Idea]:
    """At most `MAX_TRADES` trades whose prices fit the market of their minute."""
    said = []
    for _ in range(chance.randint(1, MAX_TRADES)):
        symbol = chance.choice(list(LEVELS))
        at_ns = START_NS + chance.randint(FIRST_MINUTE, MINUTES - 11) * NS_PER_MIN
        closes = {
            m.open_ns + NS_PER_MIN: bar.close
            for m in feed.all_minutes
            for bar in m.bars
            if bar.symbol == symbol
        }
        price = closes.get(at_ns)
        if price is None:
            continue
        side, digits = chance.choice(list(Side)), TICKS[symbol]
        risk = price * chance.uniform(0.004, 0.012) * side.sign
        said.append(
            Idea(
                at_ns=at_ns,
                side=side,
                trigger=round(price + risk * chance.uniform(-0.1, 0.3), digits),
                limit=round(price + risk * 0.4, digits),
                stop=round(price - risk, digits),
                t1=round(price + risk * chance.uniform(2.2, 3.5), digits),
                t2=chance.choice((None, round(price + risk * 5, digits))),
                symbol=symbol,
                until_ns=at_ns + chance.choice((0, 4, 10)) * NS_PER_MIN,
            )
        )
    return said


def agents_of(chance: Random, said: list[Idea], *, failing: bool) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The agents and steps that the world brings along."""
    agents, steps = [ideas(*said)], [STEP]
    if failing:
        agent, step = agent_of("world_troubled", _troubled(Random(chance.random())))
        agents.append(agent)
        steps.append(step)
    return tuple(agents), tuple(steps)


def _troubled(chance: Random) -> Any:
    async def consider(context: AgentContext) -> AgentAnswer:
        match chance.randrange(12):
            case 0:
                raise RuntimeError("[bold]lost[/bold] \x1b]52;c;x\x07")
            case 1:
                await asyncio.sleep(3_600)
            case 2:
                await asyncio.sleep(0.05)
            case 3:
                return AgentAnswer({"x": float("nan")})
            case 4:
                return AgentAnswer({"proposals": [{"setup_id": "\x00", "kind": "nothing"}]})
            case 5:
                return cast(AgentAnswer, "approve everything")
        return AgentAnswer({})

    return consider


def commands(chance: Random, verbs: int, by_hand: int) -> list[tuple[int, Command]]:
    """What the operator says, and when."""
    lines = []
    for number in range(verbs):
        verb = chance.choice(VERBS)
        lines.append((_instant(chance), Command(f"c{number}", verb, "me", chance.choice(("", "seen")))))
    for number in range(by_hand):
        symbol, level = chance.choice(list(LEVELS.items()))
        lines.append((_instant(chance), random_command(chance, f"h{number}", symbol, level)))
    return lines


def strangers(chance: Random, count: int) -> list[tuple[int, OrderRequest]]:
    """Orders that somebody else rests on our account, far from the market."""
    found = []
    for number in range(count):
        symbol, level = chance.choice(list(LEVELS.items()))
        side = chance.choice(list(Side))
        price = Decimal(str(round(level * (1 - side.sign * 0.3), TICKS[symbol])))
        order = OrderRequest(
            client_id=f"{STRANGER}{number}",
            symbol=symbol,
            side=side,
            kind=OrderKind.LIMIT,
            role=OrderRole.ENTRY,
            quantity=Decimal("0.05"),
            limit_price=price,
        )
        found.append((START_NS + chance.randint(1, MINUTES - 4) * NS_PER_MIN, order))
    return sorted(found, key=lambda each: each[0])


def _instant(chance: Random) -> int:
    return START_NS + chance.randint(1, MINUTES) * NS_PER_MIN + chance.choice((0, 1, 21)) * NS_PER_S
