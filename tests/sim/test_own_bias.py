"""The operator's bias in a session, what was said before it, and what a kill leaves of all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sim.asking import yes
from tests.sim.harness import Operator, Simulation
from tests.sim.laws import check_laws
from tests.sim.restarts import killed_and_resumed, outcome
from tests.sim.saying import UP, Line, Seen, bias, drop, level, minutes, note, spy, told
from tests.sim.stage import long_at, short_at, stage
from tests.sim.tape import Tape, on_day
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command
from ytc_tui.model.orders import OrderState
from ytc_tui.model.own import (
    Bias,
    LevelAlert,
    OwnBias,
    OwnLevel,
    level_id,
)
from ytc_tui.model.proposals import ProposalState
from ytc_tui.model.state import State
from ytc_tui.model.trades import ExitReason, TradeState

D = Decimal


# ---- bias --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "refused"), [(Bias.LONG_ONLY, False), (Bias.SHORT_ONLY, True), (Bias.NO_TRADES, True)]
)
async def test_a_bias_refuses_entries_against_it_alone(tmp_path: Path, wanted: Bias, refused: bool) -> None:
    operator = told(bias("12:30", wanted))
    simulation = stage(tmp_path, Tape().walk("12:41", *UP), long_at("12:41"), operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.refused_by == ("bias" if refused else "")
    assert state.refused == ({"bias": 1} if refused else {})
    if refused:
        assert decision.reason == f"a long is against the bias: {wanted} by ada: a meeting"


async def test_a_bias_pulls_entries_that_work_and_leaves_what_is_open(tmp_path: Path) -> None:
    operator = told(bias("12:42", Bias.SHORT_ONLY))
    simulation = stage(tmp_path, Tape(), long_at("12:41"), operator=operator)
    await simulation.run()
    state = check_laws(simulation)
    [trade] = state.trades.values()
    assert trade.state is TradeState.NOT_ENTERED
    [canceled] = [e for e in simulation.all(ev.CancelAsked) if "bias" in e.reason]
    assert state.orders[canceled.client_id].state is OrderState.CANCELED
    tape = Tape().walk("12:41", *UP)
    held = stage(tmp_path, tape, long_at("12:41"), operator=told(bias("12:46", Bias.NO_TRADES)))
    await held.run()
    [kept] = check_laws(held).trades.values()
    assert kept.exit_reason is ExitReason.TARGET


async def test_a_lifted_bias_lets_the_rules_decide_again(tmp_path: Path) -> None:
    operator = told(bias("12:30", Bias.LONG_ONLY), bias("12:38", Bias.NONE, name="lift"))
    simulation = stage(tmp_path, Tape(), short_at("12:41"), operator=operator)
    await simulation.run()
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.refused_by == ""


async def test_a_bias_ends_with_the_local_day(tmp_path: Path) -> None:
    # In Chatham the day of 2022-11-08 ends at 10:15 UTC; that of the open, 12:20 UTC, a day later.
    operator = told(bias("12:30", Bias.NO_TRADES))
    simulation = stage(
        tmp_path, Tape(), operator=operator, until="13:00", settings={"session.timezone": "Pacific/Chatham"}
    )
    await simulation.run()
    [said] = simulation.all(ev.BiasSet)
    assert said.bias.until_ns == on_day("2022-11-09T10:15")
    state = simulation.state()
    assert state.standing_bias("BTCUSDT", said.bias.until_ns - 1) is not None
    assert state.standing_bias("BTCUSDT", said.bias.until_ns) is None


async def test_a_yes_after_a_bias_is_asked_of_the_gate_again(tmp_path: Path) -> None:
    simulation = stage(tmp_path, Tape(), long_at("12:41"), settings={"trading.approval": "confirm"})
    said: list[str] = []

    def operator(state: State, now_ns: int) -> list[Command]:
        """No longs, while one waits for an answer; then a yes to it all the same."""
        if said or not state.pending_proposals():
            return []
        said.append("all")
        return [bias("12:41", Bias.SHORT_ONLY)[1], *yes(state.pending_proposals()[0].proposal)]

    simulation.operator = operator
    await simulation.run()
    assert not simulation.all(ev.OrderIntended)
    [decided] = simulation.all(ev.ProposalDecided)
    assert decided.state is ProposalState.VOID
    assert [verdict.rule for verdict in decided.verdicts if not verdict.ok] == ["bias"]


# ---- before the session ------------------------------------------------------------------------------


def kept_level(low: str, **more: Any) -> OwnLevel:
    name = level_id("BTCUSDT", D(low), D(low))
    begins_ns = on_day("12:00")
    return OwnLevel(
        name, "BTCUSDT", D(low), D(low), None, "", "ada", from_ns=begins_ns, armed_ns=begins_ns, **more
    )


async def test_what_was_said_before_a_session_is_the_first_thing_on_record(tmp_path: Path) -> None:
    seen: Seen = {}
    ends_ns = on_day("2022-11-09T00:00")
    simulation = stage(tmp_path, Tape(), long_at("12:41"), agents=(spy(seen),))
    simulation.said_before = (
        (kept_level("20300"),),
        (OwnBias("BTCUSDT", Bias.SHORT_ONLY, "trend", "ada", ends_ns),),
    )
    await simulation.run()
    assert [type(event) for _, event in simulation.events[2:4]] == [ev.LevelAdded, ev.BiasSet]
    assert minutes(seen) == sorted(seen)
    [decision] = simulation.all(ev.DecisionMade)
    assert decision.refused_by == "bias"
    [left] = simulation.kept
    assert list(left.levels) == ["BTCUSDT@20300"]


# ---- recovery ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kills", [((40, True),), ((55, False), (30, True))], ids=["once", "twice"])
async def test_a_killed_session_keeps_levels_bias_alerts_and_notes(
    tmp_path: Path, kills: tuple[tuple[int, bool], ...]
) -> None:
    seen: list[Seen] = []

    def build() -> Simulation:
        tape = Tape().bar("12:50", 19_990, 20_200, opens=20_000, closes=20_000)
        tape.bar("13:05", 19_990, 20_250, opens=20_000, closes=20_000)
        seen.append({})
        lines = (
            level("12:25", "20200", alert=LevelAlert.TOUCH),
            level("12:26", "19900", name="short-lived"),
            drop("12:45", "BTCUSDT@19900"),
            bias("12:27", Bias.LONG_ONLY),
            note("12:28", "quiet", tags=("range",)),
        )
        return stage(tmp_path, tape, short_at("12:41"), agents=(spy(seen[-1]),), operator=_until_heard(lines))

    whole = build()
    await whole.run()
    resumed = await killed_and_resumed(build, *kills)
    first, second = outcome(whole), outcome(resumed)
    assert second.recoveries == len(kills)
    for name in ("levels", "levels_gone", "biases", "notes"):
        assert _untimed(getattr(first.state, name)) == _untimed(getattr(second.state, name))
    reached_events = [event for event in second.events if isinstance(event, ev.LevelReached)]
    assert len(reached_events) == 1
    assert first.state.refused == second.state.refused == {"bias": 1}
    # What the analysis shows after the kill is what it showed without one.
    for at_ns, zones in seen[-1].items():
        if at_ns > on_day("12:46"):
            assert zones == seen[0][at_ns]


def _until_heard(lines: tuple[Line, ...]) -> Operator:
    """An operator who says each line as soon as it is time, until the session has heard it."""

    def operator(state: State, now_ns: int) -> list[Command]:
        return [
            command
            for at_ns, command in lines
            if at_ns <= now_ns and command.command_id not in state.commands
        ]

    return operator


def _untimed(values: Any) -> Any:
    """The values without the instant at which they were said, which a kill may put off by a minute."""
    items = values.values() if isinstance(values, dict) else values
    return [
        replace(item, from_ns=0, armed_ns=0, until_ns=0) if isinstance(item, OwnLevel) else item
        for item in items
    ]
