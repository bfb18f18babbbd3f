"""TST, BOF and BPB at a resistance of 1010, on bars that have the pattern and on bars that just lack it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.analysis.series import START_NS, bar, fed, minutes_of, mirrored
from tests.analysis.setups.test_pb import MIRROR, PARAMS, missing, only, walk
from ytc_tui.analysis.params import AnalysisParams
from ytc_tui.analysis.setups import finders
from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import NS_PER_MIN, Bar, Side
from ytc_tui.model.signals import Setup, SetupKind, SetupScan

LEVEL = (1010.0, 900.0, 950.0)  # prior session: the high is a zone from 1009.9 to 1010.1
Prices = tuple[float, float, float, float]

BASE = ((1000.0, 0.0), (1005.0, 0.5), (998.0, 0.5), (1006.0, 0.5), (999.0, 0.5))
FAST = (*BASE, (1009.0, 0.5))
SLOW = (*BASE, (1009.0, 0.15))
BROKEN = (*FAST, (1016.0, 1.5), (1010.6, 0.3))

UPTHRUST: Prices = (1009.0, 1011.2, 1008.8, 1009.4)
TESTED: tuple[Prices, ...] = (
    (1009.0, 1009.9, 1008.9, 1009.6),
    (1009.6, 1010.0, 1009.3, 1009.5),
    (1009.5, 1009.9, 1009.2, 1009.7),
    (1009.7, 1009.8, 1009.4, 1009.5),
)
BACK: tuple[Prices, ...] = (
    (1010.6, 1010.9, 1010.2, 1010.7),
    (1010.7, 1011.0, 1010.3, 1010.5),
    (1010.5, 1010.8, 1010.2, 1010.7),
)


def minutes(turns: Sequence[tuple[float, float]], *after: Prices) -> list[Bar]:
    bars = minutes_of(walk(turns), wick=0.2)
    return bars + [bar(len(bars) + i, *prices) for i, prices in enumerate(after)]


def found_in(
    kind: SetupKind, bars: Sequence[Bar], prior: tuple[float, float, float] | None = LEVEL
) -> SetupScan:
    market = SymbolAnalysis("BTCUSDT", 0.1, AnalysisParams())
    if prior is not None:
        market.set_prior_session(*prior)
    return finders()[kind](fed(market, bars), PARAMS)


def tst(*after: Prices, turns: Sequence[tuple[float, float]] = SLOW) -> SetupScan:
    return found_in(SetupKind.TST, minutes(turns, *after))


def bof(*after: Prices, turns: Sequence[tuple[float, float]] = FAST) -> SetupScan:
    return found_in(SetupKind.BOF, minutes(turns, *after))


def bpb(*after: Prices, turns: Sequence[tuple[float, float]] = BROKEN) -> SetupScan:
    return found_in(SetupKind.BPB, minutes(turns, *after))


def parts(setup: Setup) -> dict[str, float]:
    assert setup.score == sum(part.points for part in setup.score_parts)
    return {part.name: part.points for part in setup.score_parts}


@pytest.mark.parametrize(
    ("kind", "bars"),
    [
        (SetupKind.TST, minutes(SLOW, *TESTED)),
        (SetupKind.BOF, minutes(FAST, UPTHRUST)),
        (SetupKind.BPB, minutes(BROKEN, *BACK)),
    ],
)
def test_upside_down_is_the_other_side(kind: SetupKind, bars: list[Bar]) -> None:
    up = only(found_in(kind, bars))
    prior = (MIRROR - LEVEL[1], MIRROR - LEVEL[0], MIRROR - LEVEL[2])
    down = only(found_in(kind, mirrored(bars, MIRROR), prior))
    assert down.side is up.side.opposite
    for name in ("trigger", "limit", "stop", "t1", "lwp", "lrp"):
        assert getattr(down, name) == pytest.approx(MIRROR - getattr(up, name), abs=1e-6)
    assert down.score == pytest.approx(up.score)
    assert [name.replace("spring", "upthrust") for name in down.confluence] == list(up.confluence)


# ---- TST ------------------------------------------------------------------------------------------------


def test_a_weak_test_of_resistance_is_sold() -> None:
    setup = only(tst(*TESTED))
    assert setup.side is Side.SELL
    assert setup.trigger == setup.limit == setup.lwp == 1009.2  # the stall's low, two ticks below the bar
    assert setup.stop == 1010.3  # two ticks beyond the zone's far edge, which the test did not pass
    assert setup.t1 == 998.8  # the newest swing low
    assert setup.anchor_ns == START_NS + 122 * NS_PER_MIN  # the bar of the test's high
    assert parts(setup) == {"zone strength": 12.0, "trend alignment": 15.0, "confluence": 30.0}


def test_no_test_without_its_level() -> None:
    assert "no HTF zone was tested" in missing(found_in(SetupKind.TST, minutes(SLOW, *TESTED), None))


def test_no_test_when_the_approach_is_strong() -> None:
    strong = minutes(FAST, *TESTED)
    assert "no weakness on the approach" in missing(found_in(SetupKind.TST, strong))


def test_no_test_when_the_far_edge_was_passed() -> None:
    passed = (TESTED[0], (1009.6, 1010.2, 1009.3, 1009.5), *TESTED[2:])
    assert "no HTF zone was tested" in missing(tst(*passed))


def test_no_test_when_the_turn_is_older_than_five_minutes() -> None:
    hover = ((1009.5, 1009.7, 1009.3, 1009.5),) * 4
    assert "no HTF zone was tested" in missing(tst(*TESTED, *hover))


def test_no_test_without_rejection() -> None:
    up = (1009.7, 1010.0, 1009.6, 1010.0)
    plain = (1009.5, 1009.8, 1009.4, 1009.7)
    assert "was not rejected" in missing(tst(*TESTED[:2], plain, up))


def test_no_test_after_a_climax_that_was_not_rejected() -> None:
    climax = (1007.0, 1009.95, 1006.9, 1009.9)
    after = (1009.9, 1010.0, 1009.3, 1009.4)
    reason = missing(tst((1009.0, 1009.1, 1006.9, 1007.0), climax, after))
    assert "climax" in reason


def test_no_test_without_a_stall_or_upthrust() -> None:
    loose = ((1009.0, 1009.85, 1007.0, 1009.2), (1009.2, 1009.6, 1007.9, 1008.5))
    assert "last wholesale price is unknown" in missing(tst(*loose))


# ---- BOF ------------------------------------------------------------------------------------------------


def test_an_upthrust_through_resistance_is_sold_at_its_close() -> None:
    setup = only(bof(UPTHRUST))
    assert setup.side is Side.SELL
    assert (setup.trigger, setup.lwp, setup.limit) == (1009.4, 1008.8, 1008.8)
    assert setup.stop == 1012.3  # 1.2 ranges of the bar from the entry: further than two ticks past 1011.2
    assert setup.anchor_ns == START_NS + 74 * NS_PER_MIN
    assert "upthrust" in setup.confluence
    # A quarter of the bar was left below the close, and it failed at once.
    assert parts(setup)["quality of the failure"] == pytest.approx(35 * (0.75 + 1.0) / 2)


def test_closes_beyond_the_level_are_trapped_and_cost_speed() -> None:
    setup = only(bof((1009.0, 1011.2, 1008.8, 1010.8), (1010.8, 1011.0, 1009.0, 1009.4)))
    assert "closes beyond the level are trapped" in setup.confluence
    assert parts(setup)["quality of the failure"] == pytest.approx(35 * (0.8 + 0.9) / 2)
    assert setup.anchor_ns == START_NS + 74 * NS_PER_MIN


def test_no_failure_while_price_is_beyond() -> None:
    assert "price has not closed back" in missing(bof((1009.0, 1011.2, 1008.8, 1010.8)))


def test_no_failure_when_nothing_was_broken() -> None:
    assert "no HTF zone was broken" in missing(bof((1009.0, 1010.0, 1008.8, 1009.4)))


def test_no_failure_ten_minutes_after_the_break() -> None:
    beyond = (1010.5, 1010.9, 1010.3, 1010.5)
    soon = [(*UPTHRUST[:3], 1010.5), *[beyond] * 8, (1010.5, 1010.6, 1009.0, 1009.2)]
    assert bof(*soon).setups
    late = [(*UPTHRUST[:3], 1010.5), *[beyond] * 10, (1010.5, 1010.6, 1009.0, 1009.2)]
    assert not bof(*late).setups


def test_no_failure_when_price_came_from_beyond() -> None:
    above = (*BASE, (1020.0, 1.0), (1010.4, 1.0))
    dip_and_out = ((1010.4, 1010.5, 1009.95, 1010.0), (1010.0, 1010.8, 1009.9, 1010.0))
    assert not any(setup.side is Side.SELL for setup in bof(*dip_and_out, turns=above).setups)


def test_no_trigger_when_the_minute_after_goes_up_again() -> None:
    assert "did not turn back" in missing(bof(UPTHRUST, (1009.4, 1010.0, 1009.3, 1009.9)))


def test_no_chasing_below_the_upthrust() -> None:
    assert "beyond the LWP 1008.8" in missing(bof(UPTHRUST, (1009.4, 1009.5, 1008.0, 1008.2)))


# ---- BPB ------------------------------------------------------------------------------------------------


def test_a_weak_return_to_broken_resistance_is_bought() -> None:
    setup = only(bpb(*BACK))
    assert setup.side is Side.BUY
    assert (setup.trigger, setup.limit) == (1011.0, 1011.1)
    assert setup.lwp == pytest.approx(1011.1)
    assert setup.stop == 1010.0  # two ticks below the pullback's low
    assert setup.t1 == 1016.2  # the high of the breakout
    assert set(parts(setup)) == {"zone strength", "quality of the break", "confluence"}
    assert "strong breakout bar" in setup.confluence


def test_no_pullback_before_price_is_back() -> None:
    early = (*FAST, (1016.0, 1.5), (1012.0, 0.3))
    assert "did not come back" in missing(bpb(turns=early))


def test_no_pullback_when_the_break_did_not_hold() -> None:
    lost = (*FAST, (1016.0, 1.5), (1008.0, 0.3), (1010.6, 0.3))
    assert "did not come back" in missing(bpb(*BACK, turns=lost))


def test_no_pullback_when_it_is_strong() -> None:
    fast = (*FAST, (1016.0, 1.5), (1010.6, 2.0))
    assert "shows no weakness" in missing(bpb(*BACK, turns=fast))


def test_no_pullback_without_a_turn() -> None:
    down = (1010.5, 1010.6, 1010.2, 1010.3)
    assert "did not turn" in missing(bpb(*BACK[:2], down))


def test_no_pullback_when_price_came_from_above() -> None:
    """Price stands above the level, dips on to it and goes on: support that held, nothing was broken."""
    above = (*BASE, *((price, 0.3) for price in (1016.0, 1012.0, 1016.0, 1010.4, 1016.0, 1010.6)))
    reason = missing(found_in(SetupKind.BPB, minutes(above, *BACK), (1010.0, 900.0, 950.0)))
    assert "did not come back" in reason
