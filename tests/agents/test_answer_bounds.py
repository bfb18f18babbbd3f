"""However many trades there were, an answer after the close fits into the journal's bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.agents.builders import answer, closed, context, minute_ns
from tests.agents.histories import known
from tests.analysis.metrics.results import MIDNIGHT_NS, ended
from ytc_tui.agents.registry import Registry, discover
from ytc_tui.engine.decide.tasks import MAX_ANSWER_BYTES
from ytc_tui.model.codec import canonical
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.session import Phase
from ytc_tui.model.trades import ExitReason


def test_a_thousand_bad_trades() -> None:
    trades = tuple(
        closed(
            f"-{1.3 + n / 1000:.3f}",
            "1.5",
            trade_id=f"T{n:04d}",
            exit_reason=ExitReason.STOP,
            exit_price="985",
            score=50.0,
            opened_ns=minute_ns(82) + n,
        )
        for n in range(1000)
    )
    past = [ended("-1", opened_ns=MIDNIGHT_NS + n * 37 * NS_PER_MIN) for n in range(1000)]
    ctx = context(trades=trades, history=known(*past), phase=Phase.POST_MARKET)
    reports: dict[str, dict[str, Any]] = {}
    for name, agent in Registry.build(discover()).agents.items():
        if agent.consider is not None and Phase.POST_MARKET in agent.spec.phases:
            needed = {need: reports[need] for need in agent.spec.needs if need in reports}
            reports[name] = answer(agent.consider, replace(ctx, reports=needed)).result
            assert len(canonical(reports[name]).encode()) < MAX_ANSWER_BYTES, name
    assert reports["session_review"]["stats"]["trades_taken"] == 1000
    assert reports["learning"]["parameter_recommendations"]
    assert reports["next_session_prep"]["settings"]
