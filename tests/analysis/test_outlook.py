from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.analysis.series import bar, demo_bars, fed, minutes_of
from tests.analysis.setups.test_pb import TURNING, TURNS, walk
from ytc_tui.analysis.outlook import Outlook, Principle, adverse_conditions, future_direction
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.structure import Regime, TrendDirection

Turns = Sequence[tuple[float, float]]
FAR = (1500.0, 500.0, 501.0)


def market(turns: Turns, *after: float, prior: tuple[float, float, float] = FAR) -> SymbolAnalysis:
    analysis = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    analysis.set_prior_session(*prior)
    return fed(analysis, minutes_of([*walk(turns), *after], wick=0.2))


def expected(analysis: SymbolAnalysis) -> Outlook:
    outlook = future_direction(analysis)
    assert outlook is not None
    return outlook


RISING = (*TURNS[:4], (1024.0, 1.0), (1066.0, 1.2))


def test_nothing_is_expected_before_there_is_a_trend() -> None:
    assert future_direction(market(RISING[:2])) is None
    assert future_direction(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())) is None
    assert adverse_conditions(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())) == ()


def test_1_a_trend_without_weakness_goes_on_to_the_next_zone() -> None:
    found = [
        (analysis.trend, expected(analysis))
        for analysis in demo_moments(Principle.TREND_CONTINUES)
        if analysis.trend.leading is not None
    ]
    assert found
    for trend, outlook in found:
        assert trend.leading is not None
        assert outlook.sign == trend.direction.sign
        assert outlook.wrong_beyond == trend.leading.price


def test_2_weakness_means_a_complex_pullback_and_no_reversal() -> None:
    analysis = market(TURNS, *TURNING)
    analysis_weak = market((*TURNS[:-1], (1052.0, 1.0), (1058.0, 1.0), (1048.0, 0.6)), *TURNING)
    assert analysis.trend.direction is TrendDirection.UP
    outlook = expected(analysis_weak)
    assert (outlook.principle, outlook.sign) == (Principle.COMPLEX_PULLBACK, -1)
    leading = analysis_weak.trend.leading
    assert leading is not None
    assert outlook.wrong_beyond == leading.price
    assert "intermediate swing broken" in outlook.because or "weakening" in " ".join(outlook.because)


def test_5_and_6_the_frame_holds_unless_the_approach_is_strong() -> None:
    base = ((1000.0, 0.0), (1005, 0.5), (998, 0.5), (1006, 0.5), (999, 0.5))
    weak = expected(market((*base, (1009.6, 0.15)), prior=(1010.0, 500.0, 900.0)))
    assert (weak.principle, weak.sign, weak.wrong_beyond) == (Principle.FRAME_HOLDS, -1, 1010.1)
    assert weak.toward == 900.1
    assert weak.because
    strong = expected(market((*base, (1009.6, 0.9)), prior=(1010.0, 500.0, 900.0)))
    assert (strong.principle, strong.sign, strong.wrong_beyond) == (Principle.FRAME_BREAKS, 1, 1009.9)
    assert strong.toward is None


def demo_moments(principle: Principle, most: int = 40) -> list[SymbolAnalysis]:
    """Analyses of the demo at TTF closes at which a principle applies, at most so many."""
    found: list[SymbolAnalysis] = []
    analysis = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    for number, each in enumerate(demo_bars()[:4000], start=1):
        if analysis.on_minute(each).ttf is None:
            continue
        outlook = future_direction(analysis)
        if outlook is not None and outlook.principle is principle:
            found.append(fed(SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams()), demo_bars()[:number]))
            if len(found) >= min(most, 3):
                break
    return found


def test_on_market_data_each_principle_speaks_of_its_own_situation() -> None:
    analysis = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    seen: Counter[Principle] = Counter()
    for each in demo_bars():
        if analysis.on_minute(each).ttf is None:
            continue
        outlook = future_direction(analysis)
        if outlook is None:
            continue
        seen[outlook.principle] += 1
        direction = analysis.trend.direction
        match outlook.principle:
            case Principle.TREND_CONTINUES:
                assert outlook.sign == direction.sign != 0
                assert not analysis.trend.weakened
            case Principle.COMPLEX_PULLBACK:
                assert outlook.sign == -direction.sign != 0
            case Principle.RANGE_CONTINUES | Principle.RANGE_EDGE_BREAKS:
                assert direction is TrendDirection.SIDEWAYS
            case Principle.FRAME_HOLDS | Principle.FRAME_BREAKS:
                assert analysis.zones
                assert outlook.sign
    assert set(seen) == set(Principle)


def test_too_little_room_before_the_next_zone() -> None:
    roomy, narrow = market(TURNS, *TURNING), market(TURNS, *TURNING, prior=(1050.0, 500.0, 501.0))
    assert not any("room" in reason for reason in adverse_conditions(roomy))
    (reason,) = (reason for reason in adverse_conditions(narrow) if "room" in reason)
    assert reason.startswith("too little room: 0.")


def test_compressed_without_direction() -> None:
    analysis = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    fed(analysis, [bar(i, 1000, 1003, 997, 1000) for i in range(60)])
    # Bars of one height at one price: ten of them span a single range.
    assert any(reason.startswith("compressed") for reason in adverse_conditions(analysis))
    moving = fed(
        SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams()), minutes_of([1000.0 + i for i in range(60)])
    )
    assert not any(reason.startswith("compressed") for reason in adverse_conditions(moving))


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_on_market_data_adverse_conditions_say_what_is(symbol: str) -> None:
    analysis = SymbolAnalysis(symbol, 0.1 if symbol == "BTCUSDT" else 0.01, AnalysisParams())
    seen: Counter[str] = Counter()
    for each in demo_bars(symbol)[:7000]:
        if analysis.on_minute(each).ttf is None:
            continue
        reasons = adverse_conditions(analysis)
        assert len(set(reasons)) == len(reasons) <= 6
        names = {reason.split(":")[0] for reason in reasons}
        seen.update(names)
        assert ("disordered structure" in names) is (analysis.regime is Regime.CHOPPY)
        if "compressed without direction" in names:
            assert analysis.trend.direction.sign == 0
        if "background against" in names:
            assert analysis.trend.direction.sign != 0
    assert {"too little room", "background against", "disordered structure"} <= set(seen)
    # Never so often that the word means nothing.
    assert all(count < 7000 / 3 for count in seen.values())
