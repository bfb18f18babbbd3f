from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.agents.builders import SYMBOL, context, market, quiet, result
from tests.analysis.series import START_NS, demo_bars, minutes_of, zigzag
from ytc_tui.agents import market_structure, strength_weakness, trend_definition
from ytc_tui.agents.base import AgentContext
from ytc_tui.analysis.outlook import swing_structure
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.codec import canonical, to_json
from ytc_tui.model.structure import Swing, SwingKind, ZoneRole


@cache
def demo(minutes: int = 3 * 24 * 60) -> SymbolAnalysis:
    analysis = market(demo_bars()[:minutes])
    analysis.set_prior_session(20_700.0, 20_300.0, 20_500.0)
    return analysis


def swings(*prices: float, first: SwingKind = SwingKind.HIGH) -> list[Swing]:
    kinds = [first, SwingKind.LOW if first is SwingKind.HIGH else SwingKind.HIGH]
    return [Swing(kinds[i % 2], price, i, i + 1, i, price) for i, price in enumerate(prices)]


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ((10, 5, 11, 6), "up"),
        ((11, 6, 10, 5), "down"),
        ((10, 5, 11, 4), "sideways"),
        ((10, 5, 10, 6), "sideways"),
        ((10, 5, 11, 5), "sideways"),
        ((10, 5, 10, 4), "sideways"),
        ((10, 5, 9, 5), "sideways"),
        ((10, 5, 11), "undetermined"),
        ((), "undetermined"),
    ],
)
def test_higher_timeframe_structure(prices: tuple[float, ...], told: str) -> None:
    assert swing_structure(swings(*prices)) == told


def test_zones_are_those_of_analysis_nearest_first_and_bounded() -> None:
    analysis = demo()
    framework = result(market_structure.consider, context(analysis))["structural_framework"][SYMBOL]
    assert framework["zones_known"] == len(analysis.zones)
    assert analysis.last is not None
    price = analysis.last.close
    for key, role in (("resistance_zones", ZoneRole.RESISTANCE), ("support_zones", ZoneRole.SUPPORT)):
        told = framework[key]
        known = [zone for zone in analysis.zones if zone.role is role]
        assert len(told) == min(8, len(known))
        away = [max(z["zone_range"][0] - price, price - z["zone_range"][1], 0.0) for z in told]
        assert away == sorted(away)
        assert {tuple(z["zone_range"]) for z in told} <= {tuple(to_json((z.low, z.high))) for z in known}
        assert all(1 <= zone["strength"] <= 10 for zone in told)


def placed(price_close: float, *, prior: tuple[float, float, float]) -> dict[str, Any]:
    """The place of a last close among the prior session's levels alone."""
    analysis = market(minutes_of([*quiet(30), price_close]))
    analysis.set_prior_session(*prior)
    place: dict[str, Any] = result(market_structure.consider, context(analysis))["current_context"][SYMBOL]
    return place


def test_place_between_levels() -> None:
    place = placed(1000.0, prior=(1010.0, 980.0, 990.0))
    assert place["price_location"] == "in_range"
    assert place["nearest_resistance"] == 1010.0
    assert place["nearest_support"] == 990.0
    assert place["distance_to_resistance_pct"] == pytest.approx((1009.9 - 1000.0) / 10)
    assert place["distance_to_support_pct"] == pytest.approx((1000.0 - 990.1) / 10)


@pytest.mark.parametrize(
    ("close", "where"), [(1009.8, "in_range"), (1009.9, "at_resistance"), (1010.1, "at_resistance")]
)
def test_place_at_resistance_is_inside_its_zone(close: float, where: str) -> None:
    assert placed(close, prior=(1010.0, 900.0, 990.0))["price_location"] == where


def test_place_at_support() -> None:
    place = placed(990.1, prior=(1010.0, 900.0, 990.0))
    assert place["price_location"] == "at_support"
    assert place["distance_to_support_pct"] == 0.0


def test_no_bar_no_place() -> None:
    told = result(market_structure.consider, context(market()))
    assert told["current_context"] == {SYMBOL: None}
    assert told["prior_session"] == {SYMBOL: None}


def test_prior_session_is_told_as_given() -> None:
    told = result(market_structure.consider, context(demo(), prior_sessions={SYMBOL: (3.0, 1.0, 2.0)}))
    assert told["prior_session"] == {SYMBOL: {"high": 3.0, "low": 1.0, "close": 2.0}}


def test_trend_report_names_direction_pivots_and_leading_swing() -> None:
    minutes = [
        bar
        for wide in zigzag((100.0, 130.0, 110.0, 150.0, 128.0, 170.0, 150.0), leg_bars=4, width=3)
        for bar in _minutes(wide.open, wide.close, wide.open_ns)
    ]
    analysis = market(minutes)
    told = result(trend_definition.consider, context(analysis))
    trend = analysis.trend
    assert told["trend_state"][SYMBOL]["direction"] == "uptrend" == trend.direction.value
    assert told["trend_state"][SYMBOL]["since_timestamp"] == trend.since_ns
    assert told["trend_integrity"][SYMBOL] == {
        "structure_intact": True,
        "structure_breaks": 0,
        "reversal_warning": False,
    }
    pivots = told["pivot_structure"][SYMBOL]
    assert trend.leading is not None
    assert pivots["current_leading_swing_low"] == trend.leading.price
    assert pivots["current_leading_swing_high"] is None
    leading = [low for low in pivots["swing_lows"] if low["is_leading"]]
    assert [low["price"] for low in leading] == [trend.leading.price]
    assert not any(high["is_leading"] for high in pivots["swing_highs"])
    lows = [s.price for s in analysis.swings_ttf if s.kind is SwingKind.LOW]
    assert [low["price"] for low in pivots["swing_lows"]] == lows[-4:]


def _minutes(open_: float, close: float, open_ns: int) -> list[Any]:
    """Three one-minute bars that walk from `open_` to `close`."""
    step = (close - open_) / 3
    first = minutes_of([open_ + step, open_ + 2 * step, close], wick=0.0)
    return [
        bar._replace(
            open_ns=open_ns + bar.open_ns - START_NS,
            open=bar.open if i else open_,
            high=max(bar.high, open_) if i == 0 else bar.high,
            low=min(bar.low, open_) if i == 0 else bar.low,
        )
        for i, bar in enumerate(first)
    ]


def test_strength_report_gives_the_scores_of_analysis() -> None:
    analysis = demo()
    strength = analysis.strength
    told = result(strength_weakness.consider, context(analysis))
    scores = told["strength_analysis"][SYMBOL]
    assert scores["combined_score"] == pytest.approx(strength.combined)
    assert scores["momentum_score"] == pytest.approx(strength.momentum)
    assert scores["strength_rating"] == strength.rating.value
    assert set(told["signals"][SYMBOL]) == {"increasing_strength", "weakening", "divergence"}
    assert [name for name, on in told["signals"][SYMBOL].items() if on] == [
        name for name in told["signals"][SYMBOL] if name in {s.value for s in strength.signals}
    ]


@pytest.mark.parametrize("agent", [market_structure, trend_definition, strength_weakness])
def test_reports_of_five_symbols_stay_far_below_the_answer_limit(agent: Any) -> None:
    ctx: AgentContext = context(demo())
    names = ("A", "B", "C", "D", "E")
    many = context(demo(), symbols=names, analysis=dict.fromkeys(names, demo()))
    assert len(canonical(result(agent.consider, many))) < 32 * 1024
    assert result(agent.consider, ctx)


@pytest.mark.parametrize(("minutes", "age", "where"), [(401, 9, "breakout"), (402, 10, "in_range")])
def test_a_breakout_is_told_for_ten_trading_bars(minutes: int, age: int, where: str) -> None:
    analysis = market(demo_bars()[:minutes])
    assert analysis.breakout_age_bars == age
    place = result(market_structure.consider, context(analysis))["current_context"][SYMBOL]
    assert place["price_location"] == where


def test_a_weakened_or_reversing_trend_is_a_warning() -> None:
    analysis = market()
    warned = set()
    for each in demo_bars()[:1500]:
        if analysis.on_minute(each).ttf is None:
            continue
        trend = analysis.trend
        told = result(trend_definition.consider, context(analysis))
        warning = told["trend_integrity"][SYMBOL]["reversal_warning"]
        assert warning is (trend.label.value in ("weakening", "reversing"))
        warned.add(trend.label.value)
        pivots = told["pivot_structure"][SYMBOL]
        if trend.direction.sign <= 0:
            assert pivots["current_leading_swing_low"] is None
        if trend.direction.sign >= 0:
            assert pivots["current_leading_swing_high"] is None
    assert {"weakening", "reversing", "developing"} <= warned
