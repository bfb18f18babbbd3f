"""June 2025, five symbols: what moves together counts together, measured on the data themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.data_files import shared_data
from tests.sim.harness import Simulation, at
from tests.sim.proposers import NAME, STEP, Idea, spec_of
from tests.sim.stage import PATIENT
from ytc_tui.agents.base import Agent, AgentAnswer, AgentContext
from ytc_tui.boot import RunRequest
from ytc_tui.engine.decide.entries import plan_of, risk_request
from ytc_tui.engine.risk.gate import Assessment, assess
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.codec import to_json
from ytc_tui.model.commands import Command
from ytc_tui.model.market import Side
from ytc_tui.model.state import State

FILES = (
    "binance_spot_BTCUSDT", "binance_spot_ETHUSDT", "bybit_ADAUSDT", "bybit_DOGEUSDT", "bybit_DOTUSDT",
)  # fmt: skip
SYMBOLS = ("ADAUSDT", "BTCUSDT", "DOGEUSDT", "DOTUSDT", "ETHUSDT")
BTC_AT, ETH_AT = at("2025-06-24T11:40"), at("2025-06-24T11:50")


def idea(symbol: str, side: Side, price: float, at_ns: int) -> Idea:
    """A trade at the market, 1 % to its stop and 3 and 5 % to its targets."""
    sign = side.sign
    return Idea(
        at_ns,
        side,
        trigger=price * (1 - 0.002 * sign),
        limit=price * (1 + 0.0005 * sign),
        stop=price * (1 - 0.01 * sign),
        t1=price * (1 + 0.03 * sign),
        t2=price * (1 + 0.05 * sign),
        symbol=symbol,
    )


async def consider(context: AgentContext) -> AgentAnswer:
    said = {BTC_AT: "BTCUSDT", ETH_AT: "ETHUSDT"}
    symbol = said.get(context.now_ns)
    if symbol is None:
        return AgentAnswer({})
    setup = idea(symbol, Side.BUY, context.marks[symbol], context.now_ns).setup()
    return AgentAnswer({"proposals": [to_json(setup)]})


def asked(sit: Situation, side: Side) -> Assessment:
    """The gate's answer to ETHUSDT on `side` at this instant."""
    price = float(sit.mark_of("ETHUSDT"))
    setup = idea("ETHUSDT", side, price, sit.at_ns).setup()
    return assess(risk_request(sit, plan_of(sit, setup)), sit.policy.limits)


async def test_long_and_long_count_together_and_long_and_short_do_not() -> None:
    data = tuple(str(shared_data(f"ohlcv/{name}_1m_2025-06.parquet")) for name in FILES)
    request = RunRequest(
        data=data,
        from_ns=at("2025-06-24T11:00"),
        to_ns=at("2025-06-24T12:30"),
        agents=(Agent(spec_of(NAME), consider),),
        steps=(STEP,),
    )
    given = {"trading.setups": "[]", "session.warmup_days": "22", **PATIENT}
    simulation = Simulation(request, given)
    answers: dict[Side, Assessment] = {}

    def ask(state: State, now_ns: int) -> list[Command]:
        run = simulation.host.current
        if run is not None and "BTCUSDT" in state.positions and now_ns < ETH_AT and not answers:
            answers.update({side: asked(run.kernel.sit, side) for side in Side})
        return []

    simulation.operator = ask
    run = await simulation.run()

    # Long BTCUSDT is open: long ETHUSDT is cut by what it shares with it, short is not.
    together, against = answers[Side.BUY], answers[Side.SELL]
    assert Decimal(0) < together.granted < together.asked
    assert together.cut is not None
    assert together.cut.rule == "open_risk"
    assert "correlated with BTCUSDT |rho| 0." in together.reason
    assert against.granted == against.asked
    assert not any("correlated" in verdict.reason for verdict in against.verdicts)

    # And so it went in the session itself.
    first, second = simulation.all(ev.DecisionMade)
    assert first.granted == first.asked
    assert Decimal(0) < second.granted < second.asked
    assert "open_risk" in second.reason
    assert "correlated with BTCUSDT" in second.reason

    # The matrix is measured over twenty whole days, and agent 02 reports it.
    [document] = run.documents
    matrix: list[dict[str, Any]] = document["agent_states"]["risk_management"]["output"]["correlation_matrix"]
    assert len(matrix) == 10
    assert [(row["first"], row["second"]) for row in matrix][:2] == [SYMBOLS[:2], ("ADAUSDT", "DOGEUSDT")]
    assert all((row["days"], row["days_needed"], row["assumed"]) == (20, 20, False) for row in matrix)
    assert all(0.7 < row["rho"] < 1.0 for row in matrix)
    pair = next(row for row in matrix if (row["first"], row["second"]) == ("BTCUSDT", "ETHUSDT"))
    assert pair["told"] == f"{pair['rho']:+.2f}"


async def test_where_the_check_is_off_long_and_long_do_not_count_together() -> None:
    data = tuple(str(shared_data(f"ohlcv/{name}_1m_2025-06.parquet")) for name in FILES[:2])
    request = RunRequest(
        data=data,
        from_ns=at("2025-06-24T11:00"),
        to_ns=at("2025-06-24T12:30"),
        agents=(Agent(spec_of(NAME), consider),),
        steps=(STEP,),
    )
    off = {"trading.setups": "[]", "trading.enable_correlation_check": "false", **PATIENT}
    simulation = Simulation(request, off)
    await simulation.run()
    first, second = simulation.all(ev.DecisionMade)
    assert first.granted == first.asked
    assert second.granted == second.asked
    [open_risk] = [verdict for verdict in second.verdicts if verdict.rule == "open_risk"]
    assert open_risk.used is not None
    assert Decimal("1.5") < open_risk.used < Decimal(2)


async def test_with_less_history_the_careful_assumption_is_shown() -> None:
    data = tuple(str(shared_data(f"ohlcv/{name}_1m_2025-06.parquet")) for name in FILES[:2])
    request = RunRequest(data=data, from_ns=at("2025-06-24T11:00"), to_ns=at("2025-06-24T12:00"))
    simulation = Simulation(request, {"trading.setups": "[]", "session.warmup_days": "3"})
    run = await simulation.run()
    [document] = run.documents
    [row] = document["agent_states"]["risk_management"]["output"]["correlation_matrix"]
    assert row["told"] == "+1.00 assumed, 3 of 20 days"
    assert (row["rho"], row["assumed"]) == (1.0, True)
