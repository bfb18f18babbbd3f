"""Every line of the table of vectors (domain.md 2.13), by its name, through what decides it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.analysis.series import bars_of_highs
from tests.analysis.test_swings import feed, tracker
from tests.analysis.test_trend import DOWN, RISING, UNDETERMINED, UP, both
from tests.engine.risk.builders import FREE_LIMITS, FREE_PERP, LIMITS, REQUEST, STOP, asking, held, traded
from tests.engine.situations import SYMBOL, book, long_entry, settle, trading
from tests.sim.stage import long_at, stage
from tests.sim.tape import Tape
from tests.sim.test_trade_life import only_trade, target_orders
from ytc_tui.analysis import levels
from ytc_tui.analysis.sizing import PositionSize, size_position
from ytc_tui.engine import inputs as inp
from ytc_tui.engine.decide.entries import risk_request
from ytc_tui.engine.decide.loss import decide_loss
from ytc_tui.engine.risk.gate import approve_reducing, assess
from ytc_tui.engine.risk.open_risk import correlated_pairs
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_MS, Side
from ytc_tui.model.risk import RiskRequest, TradePlan, Verdict, session_pnl_pct
from ytc_tui.model.session import Gate, SessionStatus, Severity
from ytc_tui.model.structure import SwingKind, TrendLabel
from ytc_tui.model.trades import ExitReason, TradeOutcome, TradeState

D = Decimal

_WHOLE_LOTS = replace(REQUEST, instrument=replace(FREE_PERP, lot=D(1)))
_FX = traded(
    asking(_WHOLE_LOTS, entry=D("1.2500"), stop=D("1.2475"), t1=D("1.2550"), t2=D("1.2600"), quantity=D(5)),
    tick=D("0.0001"),
    contract_size=D(100_000),
    max_leverage=D(50),
)
_FX = replace(_FX, last_price=D("1.25"), atr=D("0.001"))
_FX_LIMITS = replace(FREE_LIMITS, max_leverage=D(50), max_order_notional=D(1_000_000))


def sized(balance: str, entry: str, stop: str, tick: str, tick_value: str) -> PositionSize:
    return size_position(
        base=D(balance),
        risk_pct=D(1),
        entry=D(entry),
        stop=D(stop),
        tick=D(tick),
        tick_value=D(tick_value),
    )


def after_a_loss(equity: str) -> RiskRequest:
    """The gate's question once an account that began with 100,000 is worth `equity`."""
    pnl = session_pnl_pct(
        wallet_balance=D(equity), unrealised=D(0), exit_fees=D(0), start_balance=REQUEST.start_balance
    )
    return replace(REQUEST, equity=D(equity), session_pnl_pct=pnl)


def loss_of(folder: Path, equity: str) -> tuple[list[ev.Event], Situation]:
    """What the engine decides in a session that began with 100,000 and stands at `equity`."""
    sit = trading(folder)
    sit.state.start_balance, sit.state.wallet = D(100_000), D(equity)
    events = list(decide_loss(sit))
    book(sit, *events)
    settle(sit, *(inp.Happened(event, number) for number, event in enumerate(events)))
    return events, sit


def raised(events: list[ev.Event]) -> dict[str, Severity]:
    return {event.code: event.severity for event in events if isinstance(event, ev.AlertRaised)}


# ---- size --------------------------------------------------------------------------------------------


def test_size_100000_at_2487_stop_2478_is_900_ticks_111_units_risk_999() -> None:
    size = sized("100000", "2487", "2478", "0.01", "0.01")
    assert (size.stop_ticks, size.quantity, size.risk, size.refusal) == (900, D(111), D(999), "")
    granted = assess(
        asking(_WHOLE_LOTS, quantity=D(150)), replace(FREE_LIMITS, max_order_notional=D(1_000_000))
    )
    assert (granted.granted, granted.asked) == (D(111), D(150))
    assert granted.cut is not None
    assert granted.cut.rule == "risk_per_trade"
    assert next(v.used for v in granted.verdicts if v.rule == "risk_per_trade") == D("0.999")


def test_size_100000_at_1_2500_stop_1_2475_is_exactly_25_ticks_4_lots_risk_1000() -> None:
    size = sized("100000", "1.2500", "1.2475", "0.0001", "10")
    assert (size.stop_ticks, size.quantity, size.risk) == (25, D(4), D(1000))
    granted = assess(_FX, _FX_LIMITS)
    assert granted.granted == 4
    assert next(v.used for v in granted.verdicts if v.rule == "risk_per_trade") == 1


def test_reject_balance_200_is_size_0_and_never_1() -> None:
    size = sized("200", "1.2500", "1.2475", "0.0001", "10")
    assert (size.quantity, size.risk, size.budget) == (D(0), D(0), D(2))
    assert "least tradable size is 1" in size.refusal
    refused = assess(replace(_FX, start_balance=D(200), equity=D(200)), _FX_LIMITS)
    assert refused.granted == 0
    [verdict] = [v for v in refused.verdicts if v.rule == "risk_per_trade"]
    assert (verdict.ok, verdict.max_qty) == (False, D(0))


# ---- session -----------------------------------------------------------------------------------------


def test_session_100000_to_97000_is_minus_3_00_an_emergency_inclusive(tmp_path: Path) -> None:
    events, sit = loss_of(tmp_path, "97000")
    assert sit.pnl_pct() == -3
    assert raised(events) == {"session_loss_limit": Severity.CRITICAL}
    [flatten] = [event for event in events if isinstance(event, ev.FlattenStarted)]
    assert flatten.final
    assert (sit.state.gate, sit.state.status) == (Gate.HALTED, SessionStatus.EMERGENCY_STOP)
    just_above, _ = loss_of(tmp_path, "97000.0000001")
    assert not [event for event in just_above if isinstance(event, ev.FlattenStarted)]


def test_session_97500_has_capacity_0_5_which_is_not_more_than_0_5_so_no_new_trades() -> None:
    verdicts = {verdict.rule: verdict for verdict in assess(after_a_loss("97500"), LIMITS).verdicts}
    assert (verdicts["capacity"].ok, verdicts["capacity"].used) == (False, D("0.5"))
    assert not verdicts["session_loss"].ok
    assert assess(after_a_loss("97500"), LIMITS).granted == 0
    assert assess(after_a_loss("97500.01"), LIMITS).refused_by == ""


def test_session_98500_is_a_medium_alert_inclusive(tmp_path: Path) -> None:
    at_the_level, sit = loss_of(tmp_path, "98500")
    assert raised(at_the_level) == {"loss_medium": Severity.WARNING}
    assert sit.state.gate is Gate.ACTIVE
    just_above, _ = loss_of(tmp_path, "98500.01")
    assert just_above == []


# ---- streak and correlation --------------------------------------------------------------------------


def test_streak_of_3_losses_alerts_5_stop_entries_and_breakeven_neither_adds_nor_resets(
    tmp_path: Path,
) -> None:
    sit = trading(tmp_path)
    plan = TradePlan(SYMBOL, Side.BUY, D(0), D(20_060), D(19_950), D(20_260), D(20_400), D(0))
    told: list[tuple[int, str]] = []

    def close(outcome: TradeOutcome, r: str) -> None:
        long_entry(sit)
        book(sit, ev.TradeMoved("T0001", TradeState.PENDING_ENTRY, TradeState.IN_POSITION, "entry filled"))
        closed = ev.TradeClosed(
            "T0001", TradeState.FULLY_CLOSED, ExitReason.STOP, D(0), D(r), D(0), D(0), outcome
        )
        book(sit, closed)
        found = settle(sit, inp.Happened(closed, 1))
        told.extend((sit.state.consecutive_losses, code) for code in raised(found))

    def streak_allows() -> bool:
        verdicts = assess(risk_request(sit, plan), sit.policy.limits).verdicts
        return next(verdict.ok for verdict in verdicts if verdict.rule == "losing_streak")

    for _ in range(3):
        close(TradeOutcome.LOSS, "-1")
    assert told == [(3, "losing_streak")]
    close(TradeOutcome.BREAKEVEN, "-0.05")
    close(TradeOutcome.LOSS, "-1")
    assert (sit.state.consecutive_losses, streak_allows()) == (4, True)
    close(TradeOutcome.LOSS, "-1")
    assert (sit.state.consecutive_losses, streak_allows()) == (5, False)
    assert told[-1] == (5, "losing_streak_limit")


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
def test_correlation_long_eth_with_long_btc_at_0_8_is_flagged_and_with_short_btc_not(
    side: Side, rho: str, flagged: bool
) -> None:
    request = replace(
        REQUEST, open_risks=(held("BTCUSDT", side),), correlations=(("BTCUSDT", D(rho), "20 of 20 days"),)
    )
    pairs = correlated_pairs(request, LIMITS)
    assert [strength for _, strength in pairs] == ([abs(D(rho))] if flagged else [])
    [verdict] = [v for v in assess(request, LIMITS).verdicts if v.rule == "open_risk"]
    assert ("correlated with BTCUSDT" in verdict.reason) is flagged


# ---- swings, trend, LRP ------------------------------------------------------------------------------


def test_swing_highs_1_2_3_3_2_1_are_one_swing_high_at_the_3s() -> None:
    changes = feed(tracker(), bars_of_highs([1, 2, 3, 3, 2, 1]))
    assert [(c.swing.kind, c.swing.price) for c in changes] == [(SwingKind.HIGH, 3)]


def test_swing_highs_1_2_3_2_are_not_yet_confirmed() -> None:
    assert feed(tracker(), bars_of_highs([1, 2, 3, 2])) == []


def test_trend_up_that_breaks_an_intermediate_low_is_still_up_and_weakening() -> None:
    # 120 high, pullback to 112 (intermediate), lower high 116, then a close below 112 above 105.
    for state, direction in zip(both((*RISING, 112, 116, 110)), (UP, DOWN), strict=True):
        assert (state.direction, state.label) == (direction, TrendLabel.WEAKENING)
        assert state.weakened
        assert state.structure_breaks == 1


def test_trend_up_that_closes_below_the_leading_low_is_violated() -> None:
    for state in both((*RISING, 112, 116, 104)):
        assert (state.direction, state.label) == (UNDETERMINED, TrendLabel.REVERSING)
        assert state.structure_breaks == 2  # the intermediate low, then the leading one
        assert state.leading is None
        assert state.confidence == 0.0


def test_lrp_of_stop_2478_t1_2500_m_1_is_2489() -> None:
    assert levels.lrp(2478, 2500, 1.0) == 2489


# ---- stop, bar, connection ---------------------------------------------------------------------------


def test_stop_of_a_long_at_100_is_not_moved_to_99() -> None:
    verdict = approve_reducing(replace(STOP, stop_price=D(99)), D(50), Gate.ACTIVE, D(100))
    assert isinstance(verdict, Verdict)
    assert (verdict.rule, verdict.used, verdict.limit) == ("stop_never_wider", D(99), D(100))


async def test_bar_that_hits_stop_and_t1_counts_the_stop_first(tmp_path: Path) -> None:
    tape = Tape().walk("12:41", 20_040, 20_056).bar("12:43", 19_900, 20_300, opens=20_056, closes=20_200)
    simulation = stage(tmp_path, tape, long_at("12:41"))
    await simulation.run()
    trade = only_trade(simulation)
    assert (trade.state, trade.exit_reason) == (TradeState.STOPPED_OUT, ExitReason.STOP)
    assert not any(target.filled for target in target_orders(simulation))


@pytest.mark.parametrize(
    ("silent_ms", "code", "severity"),
    [
        (29_900, "connection_degraded", Severity.WARNING),
        (29_999, "connection_degraded", Severity.WARNING),
        (30_000, "connection_lost", Severity.CRITICAL),
        (30_100, "connection_lost", Severity.CRITICAL),
    ],
)
def test_connection_lost_for_29_9_s_is_a_warning_and_for_30_1_s_critical(
    tmp_path: Path, silent_ms: int, code: str, severity: Severity
) -> None:
    sit = trading(tmp_path)
    silent = inp.VenueSilent("no connection")
    settle(sit, silent)
    sit.at_ns += silent_ms * NS_PER_MS
    events = settle(sit, silent)
    assert next(iter(raised(events).items())) == (code, severity)
    flattens = [(event.cause, event.final) for event in events if isinstance(event, ev.FlattenStarted)]
    critical = severity is Severity.CRITICAL
    assert flattens == ([("critical", True)] if critical else [])
    assert sit.state.gate is (Gate.HALTED if critical else Gate.ACTIVE)
    assert (sit.state.status is SessionStatus.EMERGENCY_STOP) is critical
