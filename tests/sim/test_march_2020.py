"""12 March 2020, 10:47 UTC: the session loss limit fires on the bar in which it is crossed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.data_files import shared_data
from tests.sim.harness import Simulation, at
from tests.sim.proposers import STEP, proposer
from ytc_tui.boot import RunRequest
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.orders import OrderRole
from ytc_tui.model.session import Gate, Phase, SessionStatus

RAISED = {
    "risk.risk_per_trade_pct": "6",
    "risk.max_open_risk_pct": "6",
    "risk.max_order_notional": "2500",  # 25 % of the balance
    "trading.setups": "[]",
    # The trade is to be there when the crash comes.
    "trading.scratch.flow_bars": "240",
}


@pytest.fixture
def crash() -> Simulation:
    path = shared_data("ohlcv/binance_spot_BTCUSDT_1m_2020-03.parquet")
    agent = proposer(at("2020-03-12T10:40"), Side.BUY, stop_share=0.20, reward_shares=(0.25, 0.45))
    request = RunRequest(
        data=(str(path),),
        from_ns=at("2020-03-12T09:55"),
        to_ns=at("2020-03-12T14:30"),
        agents=(agent,),
        steps=(STEP,),
    )
    return Simulation(request, dict(RAISED))


async def test_the_loss_limit_fires_on_the_bar_and_ends_verified_flat(crash: Simulation) -> None:
    run = await crash.run()
    found = [(entry.at, event) for entry, event in crash.events]
    opened = next(event for _, event in found if isinstance(event, ev.FillBooked))
    assert Decimal("0.23") < opened.fill.quantity * opened.fill.price / 10_000 <= Decimal("0.25")

    fired_ns, fired = next((at_ns, e) for at_ns, e in found if isinstance(e, ev.FlattenStarted))
    bar_ns = at("2020-03-12T10:47")
    assert bar_ns <= fired_ns <= bar_ns + NS_PER_MIN
    assert fired.final
    assert fired.pnl_pct is not None
    assert fired.pnl_pct <= -3

    flat_ns, flat = next((at_ns, e) for at_ns, e in found if isinstance(e, ev.FlatVerified))
    assert flat.beyond_limit_pct == min(fired.pnl_pct, flat.pnl_pct) + 3
    assert flat.beyond_limit_pct < 0
    [document] = run.documents
    assert document["session_status"] == SessionStatus.EMERGENCY_STOP
    assert document["current_phase"] == Phase.SHUTDOWN
    assert document["gate"]["state"] == Gate.HALTED
    assert document["active_positions"] == []
    assert not [e for at_ns, e in found if isinstance(e, ev.OrderIntended) and at_ns > flat_ns]
    after = [e for at_ns, e in found if isinstance(e, ev.OrderIntended) and at_ns >= fired_ns]
    assert {e.order.role for e in after} == {OrderRole.FLATTEN}
    assert any("past the limit" in alert["message"] for alert in document["alerts"])


async def test_no_fill_before_the_limit_was_crossed(crash: Simulation) -> None:
    await crash.run()
    fills = [event for _, event in crash.events if isinstance(event, ev.FillBooked)]
    assert fills[0].fill.side is Side.BUY
    assert {fill.fill.side for fill in fills[1:]} == {Side.SELL}
