from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.analysis.series import START_NS, fed, minutes_of, mirrored
from ytc_tui.analysis.params import AnalysisParams, SetupParams
from ytc_tui.analysis.setup_steps import fib_points
from ytc_tui.analysis.setups import pb
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.signals import Setup, SetupKind, SetupScan

PARAMS = SetupParams()
MIRROR = 2055.0

# An uptrend of three pushes in one-minute closes; the last pullback leaves 1066 and turns at 1048.
TURNS = ((1000.0, 0.0), (1030, 1.0), (1010, 1.0), (1045, 1.0), (1024, 1.0), (1066, 1.2), (1048, 0.6))
TURNING = (1048.3, 1048.8, 1048.6, 1049.0, 1048.8, 1049.2, 1049.0, 1049.4, 1049.0)
TRIGGER = 1049.2


def walk(turns: Sequence[tuple[float, float]]) -> list[float]:
    """Closes of straight legs; each turn comes with its speed in price a minute."""
    price = turns[0][0]
    closes = []
    for target, speed in turns[1:]:
        count = round(abs(target - price) / speed)
        closes += [round(price + (target - price) * (i + 1) / count, 1) for i in range(count)]
        price = target
    return closes


def scenario(*after: float, turns: Sequence[tuple[float, float]] = TURNS) -> list[Bar]:
    return minutes_of([*walk(turns), *after], wick=0.2)


def analysed(bars: Sequence[Bar], prior: tuple[float, float, float] | None = None) -> SymbolAnalysis:
    market = fed(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams()), bars)
    if prior is not None:
        market.set_prior_session(*prior)
    return market


def scanned(*after: float, prior: tuple[float, float, float] | None = None) -> SetupScan:
    return pb.find(analysed(scenario(*after), prior), PARAMS)


def only(scan: SetupScan) -> Setup:
    (setup,) = scan.setups
    assert scan.missing == ()
    return setup


def missing(scan: SetupScan) -> str:
    assert scan.setups == ()
    (reason,) = scan.missing
    return reason


def test_pullback_in_an_uptrend_is_found_with_every_price_known_before_entry() -> None:
    setup = only(scanned(*TURNING, TRIGGER))
    assert (setup.kind, setup.side, setup.symbol) == (SetupKind.PB, Side.BUY, "BTCUSDT")
    assert setup.trigger == 1049.6  # two ticks above the trigger bar's high of 1049.4
    assert setup.lwp == pytest.approx(1049.6)  # the high of the stall
    assert setup.stop == 1047.6  # two ticks below the low of 1047.8
    assert setup.t1 == 1066.2  # the high of the trend
    assert setup.t2 is None  # no HTF zone is known above
    assert setup.lrp == pytest.approx((1066.2 + 1047.6) / 2)
    assert setup.limit == 1049.6
    assert setup.expires_ns - setup.found_ns == 4 * NS_PER_MIN
    assert setup.anchor_ns == START_NS + 171 * NS_PER_MIN


def test_score_is_shown_in_its_parts() -> None:
    setup = only(scanned(*TURNING, TRIGGER))
    parts = {part.name: (part.points, part.of) for part in setup.score_parts}
    assert parts == {"fib": (30, 30), "trend confidence": (pytest.approx(24), 30), "confluence": (10, 40)}
    assert setup.score == pytest.approx(64)
    assert setup.confluence == ("pullback slower than the trend leg",)
    assert setup.grade == "C"
    assert setup.regime_fit == 1.0


def test_downtrend_is_the_mirror() -> None:
    up = only(scanned(*TURNING, TRIGGER))
    down = only(pb.find(analysed(mirrored(scenario(*TURNING, TRIGGER), MIRROR)), PARAMS))
    assert down.side is Side.SELL
    for name in ("trigger", "limit", "stop", "t1", "lwp", "lrp"):
        assert getattr(down, name) == pytest.approx(MIRROR - getattr(up, name), abs=1e-6)
    assert down.score == pytest.approx(up.score)
    assert down.confluence == up.confluence


def test_next_zone_beyond_the_trend_extreme_is_t2() -> None:
    setup = only(scanned(*TURNING, TRIGGER, prior=(1080.0, 900.0, 950.0)))
    assert (setup.t1, setup.t2) == (1066.2, 1079.9)


def test_a_zone_before_the_trend_extreme_is_t1() -> None:
    setup = only(scanned(*TURNING, TRIGGER, prior=(1060.0, 900.0, 950.0)))
    assert (setup.t1, setup.t2) == (1059.9, None)
    assert setup.lrp == pytest.approx((1059.9 + 1047.6) / 2)


def test_setup_keeps_its_id_from_bar_to_bar() -> None:
    market = analysed(scenario(*TURNING, TRIGGER))
    first = only(pb.find(market, PARAMS))
    market = analysed(scenario(*TURNING, TRIGGER, 1048.9, 1049.2))
    second = only(pb.find(market, PARAMS))
    assert second.setup_id == first.setup_id == f"PB-BTCUSDT-buy-{first.anchor_ns // 10**9}"
    assert second.found_ns == first.found_ns + 2 * NS_PER_MIN


def test_missing_too_few_bars() -> None:
    market = analysed(scenario()[:20])
    assert "not ready" in missing(pb.find(market, PARAMS))


def test_missing_a_trend() -> None:
    market = analysed(scenario()[:70])
    assert missing(pb.find(market, PARAMS)).startswith("trend is undetermined")


def test_missing_the_turn_until_its_swing_is_confirmed() -> None:
    assert "has not turned" in missing(scanned(*TURNING[:8]))
    assert "has not turned" not in missing(scanned(*TURNING))


def test_missing_a_trigger_bar() -> None:
    assert missing(scanned(*TURNING)).startswith("no trigger")


def test_missing_wholesale_price_when_the_trigger_leaves_the_stall() -> None:
    assert "beyond the LWP 1049.6" in missing(scanned(*TURNING, 1049.4))


def test_missing_reward_when_a_zone_is_too_near() -> None:
    assert "beyond the LRP" in missing(scanned(*TURNING, TRIGGER, prior=(1051.0, 900.0, 950.0)))


def test_missing_a_stall_or_spring() -> None:
    reason = missing(scanned(*TURNING[:-1], 1051.5, 1050.2, 1052.0))
    assert reason.startswith("no stall or spring")


def test_missing_distance_from_support_and_resistance() -> None:
    turned = scanned(*TURNING, TRIGGER, prior=(1080.0, 1047.8, 950.0))
    assert "turned inside an HTF zone" in missing(turned)
    entry = scanned(*TURNING, TRIGGER, prior=(1080.0, 900.0, 1049.5))
    assert "entry lies inside an HTF zone" in missing(entry)


def test_missing_once_the_turning_swing_is_lost() -> None:
    assert "closed beyond" in missing(scanned(*TURNING, 1047.5))


def test_missing_once_the_trend_extreme_is_reached_again() -> None:
    assert "already reached" in missing(scanned(*TURNING, 1050.0, 1066.1))


def test_missing_when_there_is_more_than_one_leg() -> None:
    complex_pullback = [*TURNS[:-1], (1052.0, 1.0), (1058.0, 1.0), (1048.0, 0.6)]
    scan = pb.find(analysed(scenario(*TURNING, TRIGGER, turns=complex_pullback)), PARAMS)
    assert "more than one leg" in missing(scan)


def test_missing_when_deep_and_fast() -> None:
    plunge = [*TURNS[:-1], (1048.0, 3.0)]
    scan = pb.find(analysed(scenario(*TURNING, TRIGGER, turns=plunge)), PARAMS)
    assert "neither shallow nor slowing" in missing(scan)


def test_missing_when_a_wick_took_the_leading_swing() -> None:
    slow = [*TURNS[:-1], (1025.0, 0.6)]
    bars = scenario(*(close - 23.0 for close in (*TURNING, TRIGGER)), turns=slow)
    lowest = min(range(len(bars) - 20, len(bars)), key=lambda i: bars[i].low)
    bars[lowest] = bars[lowest]._replace(low=1023.5)
    assert "took the leading swing" in missing(pb.find(analysed(bars), PARAMS))


def test_turn_at_an_earlier_broken_swing_is_confluence() -> None:
    held = [*TURNS[:-1], (1045.3, 0.6)]
    bars = scenario(*(round(close - 2.7, 1) for close in (*TURNING, TRIGGER)), turns=held)
    setup = only(pb.find(analysed(bars), PARAMS))
    assert "earlier swing broken and held" in setup.confluence


def test_spring_lends_its_high_as_wholesale_price_and_its_low_to_the_stop() -> None:
    bars = scenario(*TURNING)
    last = bars[-1]
    # One wide minute dips below the swing low at 1047.8, closes back, and is followed by a turn bar.
    spring = Bar("BTCUSDT", last.open_ns + NS_PER_MIN, 1049.0, 1051.0, 1046.0, 1048.5, 1.0)
    turn = Bar("BTCUSDT", last.open_ns + 2 * NS_PER_MIN, 1048.5, 1050.0, 1048.4, 1049.8, 1.0)
    setup = only(pb.find(analysed([*bars, spring, turn]), PARAMS))
    assert setup.lwp == 1051.0
    assert setup.stop == 1045.8
    assert "spring" in setup.confluence


@pytest.mark.parametrize(
    ("depth", "points"), [(0.382, 30), (0.5, 30), (0.618, 30), (0.191, 15), (0.809, 15), (1.0, 0)]
)
def test_fib_points(depth: float, points: float) -> None:
    assert fib_points(depth, 1000.0, 10.0, PARAMS) == pytest.approx(points)


def test_fib_points_need_a_level_within_half_a_percent() -> None:
    # 0.559 is 0.059 of the leg from the nearest level; of a leg of 100 that is 0.59 % of 1000.
    assert fib_points(0.559, 1000.0, 100.0, PARAMS) == 0.0
    assert fib_points(0.559, 1000.0, 80.0, PARAMS) == 30.0
