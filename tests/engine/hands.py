"""Situations with a trade of the demo's kind, and the commands by hand that are given in them."""

from __future__ import annotations

import asyncio
import copy
import tempfile
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from tests.sim.test_trade_life import mirrored
from ytc_tui.engine.decide.operator import decide_command
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.state import State

D = Decimal
WALK = (20_040, 20_056, 20_100, 20_105, 20_105, 20_105)
MARK = 20_105.0


@cache
def _captured(side: Side) -> Situation:
    """A session in trading hours with one open trade, its stop and two targets at the venue."""
    long = side is Side.BUY
    found: list[Situation] = []
    with tempfile.TemporaryDirectory() as folder:
        tape = Tape().walk("12:41", *(WALK if long else mirrored(*WALK)))
        idea = long_at("12:41") if long else short_at("12:41")
        simulation = stage(Path(folder), tape, idea, until="12:55")

        def watch(state: State, now_ns: int) -> list[Command]:
            run = simulation.host.current
            if run is not None and now_ns >= on_day("12:46") and not found:
                found.append(replace(run.kernel.sit, state=copy.deepcopy(state)))
            return []

        simulation.operator = watch
        asyncio.run(simulation.run())
    return found[0]


def held(side: Side = Side.BUY) -> Situation:
    """A fresh copy of it, at the price of its instant."""
    sit = _captured(side)
    sit.market.marks["BTCUSDT"] = MARK if side is Side.BUY else 40_000 - MARK
    return replace(sit, state=copy.deepcopy(sit.state))


def flat() -> Situation:
    """The same session without the trade."""
    sit = held()
    state = sit.state
    state.trades.clear()
    state.orders.clear()
    state.working.clear()
    state.positions.clear()
    return sit


def close(pct: str = "100", about: str = "T0001") -> Command:
    return Command("c", Verb.CLOSE, "ada", "enough", about, close=ClosePart(D(pct)))


def stop(price: str | None = None, about: str = "T0001") -> Command:
    return Command("c", Verb.STOP, "ada", "", about, move_stop=MoveStop(None if price is None else D(price)))


def target(price: str, part: int | None = None) -> Command:
    return Command("c", Verb.TARGET, "ada", "", "T0001", move_target=MoveTarget(D(price), part))


def ticket(stop: str = "19900", limit: str | None = None, symbol: str = "BTCUSDT") -> Command:
    wanted = Ticket(Side.BUY, D(stop), D(20_700), None if limit is None else D(limit))
    return Command("c", Verb.TICKET, "ada", "", symbol, ticket=wanted)


def answered(sit: Situation, command: Command) -> list[ev.Event]:
    return list(decide_command(sit, command))


def refused(sit: Situation, command: Command) -> str:
    [event] = answered(sit, command)
    assert isinstance(event, ev.CommandRefused)
    return event.reason


def intended(events: list[ev.Event]) -> list[ev.OrderIntended]:
    return [event for event in events if isinstance(event, ev.OrderIntended)]
