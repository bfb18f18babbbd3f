"""Each of the five setups, long and short, on minutes of 2022 that really traded."""

from __future__ import annotations

import pytest

from tests.analysis.series import fed, mirrored
from tests.analysis.setups.golden_files import FOLDER, NAMES, analysis_of, bars_of, picture_of, setup_of
from ytc_tui.analysis.params import SetupParams
from ytc_tui.analysis.setups import finders
from ytc_tui.analysis.setups.bof import KIND as BOF
from ytc_tui.model.codec import from_json, to_json
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.model.signals import Setup, SetupKind, SetupScan

PARAMS = SetupParams()


def scanned(name: str, *, without: int = 0, upside_down: float = 0.0) -> SetupScan:
    bars = bars_of(name)[: len(bars_of(name)) - without]
    bars = tuple(mirrored(bars, upside_down)) if upside_down else bars
    return finders()[setup_of(name).kind](fed(analysis_of(name), bars), PARAMS)


def test_there_is_one_of_each_kind_long_and_short() -> None:
    assert {(setup_of(name).kind, setup_of(name).side) for name in NAMES} == {
        (kind, side) for kind in SetupKind for side in Side
    }
    assert len(NAMES) == 10
    assert all(len(bars_of(name)) <= 200 for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_setup_is_found_with_every_field(name: str) -> None:
    (found,) = scanned(name).setups
    expected = setup_of(name)
    # As the journal holds it: floats to the stated precision.
    assert from_json(Setup, to_json(found)) == expected
    assert expected.score >= 70
    assert expected.regime_fit >= 0.4


@pytest.mark.parametrize("name", NAMES)
def test_it_is_found_with_its_last_minute_and_not_before(name: str) -> None:
    expected = setup_of(name)
    assert bars_of(name)[-1].open_ns + NS_PER_MIN == expected.found_ns
    before = scanned(name, without=1)
    assert before.setups == () or before.setups[0].trigger != expected.trigger
    assert before.setups or before.missing[0]


@pytest.mark.parametrize("name", NAMES)
def test_upside_down_it_is_the_other_side(name: str) -> None:
    # Prices are multiples of 0.01 at most: around this price nothing comes near zero, and what is in
    # percent of the price (zone caps, fib tolerance) stays within its bounds.
    around = 2.0 * bars_of(name)[-1].close
    expected = setup_of(name)
    (found,) = scanned(name, upside_down=around).setups
    assert found.side is expected.side.opposite
    for price in ("trigger", "limit", "stop", "t1", "lwp"):
        assert around - getattr(found, price) == pytest.approx(getattr(expected, price), rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_a_last_minute_that_goes_on_against_it_is_no_trigger(name: str) -> None:
    """The same minutes, the last one closing at its end against the trade."""
    bars, setup = bars_of(name), setup_of(name)
    last, buying = bars[-1], setup.side is Side.BUY
    # Beyond the level too, for a failed breakout: the break goes on.
    step = 1.5 * abs(setup.trigger - setup.stop) if setup.kind is BOF else 0.0
    close = min(last.low, bars[-2].low) - step if buying else max(last.high, bars[-2].high) + step
    start = max(last.open, bars[-2].close) if buying else min(last.open, bars[-2].close)
    against = last._replace(open=start, high=max(start, close), low=min(start, close), close=close)
    scan = finders()[setup.kind](fed(analysis_of(name), [*bars[:-1], against]), PARAMS)
    assert all(found.side is not setup.side for found in scan.setups)


@pytest.mark.parametrize("name", NAMES)
def test_its_picture_shows_it(name: str) -> None:
    assert (FOLDER / f"{name}.svg").read_text() == picture_of(name)
