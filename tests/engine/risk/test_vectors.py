"""The money vectors of domain.md 2.13 that the gate decides, each through the gate where it can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ytc_tui.engine.risk import risk_per_trade
from ytc_tui.engine.risk.gate import approve_reducing, assess
from ytc_tui.engine.risk.open_risk import correlated_pairs
from ytc_tui.model.market import Side
from ytc_tui.model.risk import RiskRequest, Verdict, session_pnl_pct
from ytc_tui.model.session import Gate

from .builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, STOP, D, asking, held, traded

_WHOLE_LOTS = replace(REQUEST, instrument=replace(FREE_PERP, lot=D(1)))
_FX = traded(
    asking(_WHOLE_LOTS, entry=D("1.2500"), stop=D("1.2475"), t1=D("1.2550"), t2=D("1.2600"), quantity=D(5)),
    tick=D("0.0001"),
    contract_size=D(100_000),
    max_leverage=D(50),
)
_FX = replace(_FX, last_price=D("1.25"), atr=D("0.001"))
_FX_LIMITS = replace(FREE_LIMITS, max_leverage=D(50), max_order_notional=D(1_000_000))


def _after(equity: str) -> RiskRequest:
    pnl = session_pnl_pct(
        wallet_balance=D(equity), unrealised=D(0), exit_fees=D(0), start_balance=REQUEST.start_balance
    )
    return replace(REQUEST, equity=D(equity), session_pnl_pct=pnl)


def test_size_900_ticks_buy_111_units_that_risk_999() -> None:
    limits = replace(FREE_LIMITS, max_order_notional=D(1_000_000))
    assessment = assess(asking(_WHOLE_LOTS, quantity=D(150)), limits)
    assert (assessment.granted, assessment.asked) == (D(111), D(150))
    assert assessment.cut is not None
    assert assessment.cut.rule == "risk_per_trade"
    used = next(verdict.used for verdict in assessment.verdicts if verdict.rule == "risk_per_trade")
    assert used == D("0.999")


def test_size_exactly_25_ticks_buy_4_lots_that_risk_1000() -> None:
    assessment = assess(_FX, _FX_LIMITS)
    assert assessment.granted == 4
    used = next(verdict.used for verdict in assessment.verdicts if verdict.rule == "risk_per_trade")
    assert used == 1


def test_reject_a_balance_too_small_for_one_lot() -> None:
    assessment = assess(replace(_FX, start_balance=D(200), equity=D(200)), _FX_LIMITS)
    assert assessment.granted == 0
    verdict = risk_per_trade.check(replace(_FX, start_balance=D(200), equity=D(200)), _FX_LIMITS)
    assert not verdict.ok
    assert verdict.max_qty == 0
    assert "not even 1 fits" in verdict.reason


@pytest.mark.parametrize(
    ("equity", "refused_by"),
    [
        ("97000", "session_loss"),
        ("97000.01", "session_loss"),
        ("97500", "session_loss"),
        ("97500.01", ""),
        ("97600", ""),
        ("97600.01", ""),
        ("98500", ""),
        ("98500.01", ""),
    ],
)
def test_session_boundaries_are_inclusive(equity: str, refused_by: str) -> None:
    assert assess(_after(equity), LIMITS).refused_by == refused_by


def test_session_at_97500_has_a_capacity_of_exactly_half_a_percent_which_is_not_enough() -> None:
    verdicts = {verdict.rule: verdict for verdict in assess(_after("97500"), LIMITS).verdicts}
    assert (verdicts["capacity"].ok, verdicts["capacity"].used) == (False, D("0.5"))


@pytest.mark.parametrize(
    ("losses", "refused_by"),
    [(2, ""), (3, ""), (4, ""), (5, "losing_streak")],
)
def test_a_streak_stops_entries_at_5(losses: int, refused_by: str) -> None:
    assert assess(replace(REQUEST, consecutive_losses=losses), LIMITS).refused_by == refused_by


@pytest.mark.parametrize(
    ("side", "rho", "flagged"),
    [
        (Side.BUY, "0.8", True),
        (Side.SELL, "0.8", False),
        (Side.SELL, "-0.8", True),
        (Side.BUY, "-0.8", False),
        (Side.BUY, "0.7", True),
        (Side.BUY, "0.6999", False),
    ],
)
def test_correlation_of_long_eth_with_btc(side: Side, rho: str, flagged: bool) -> None:
    request = replace(
        REQUEST, open_risks=(held("BTCUSDT", side),), correlations=(("BTCUSDT", D(rho), "20 of 20 days"),)
    )
    pairs = correlated_pairs(request, LIMITS)
    assert [strength for _, strength in pairs] == ([abs(D(rho))] if flagged else [])
    reason = next(
        verdict.reason for verdict in assess(request, LIMITS).verdicts if verdict.rule == "open_risk"
    )
    assert ("correlated with BTCUSDT" in reason) is flagged


def test_stop_of_a_long_at_100_is_not_moved_to_99() -> None:
    verdict = approve_reducing(replace(STOP, stop_price=D(99)), D(50), Gate.ACTIVE, D(100))
    assert isinstance(verdict, Verdict)
    assert (verdict.rule, verdict.used, verdict.limit) == ("stop_never_wider", D(99), D(100))
