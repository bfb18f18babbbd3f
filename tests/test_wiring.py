"""Settings reach the venue and the gate with the same figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.venues.matching_costs import FillCosts
from ytc_tui.analysis.exit_policy import PercentRules, ProfitGuard
from ytc_tui.analysis.params import AnalysisParams, BreakOn, SetupParams
from ytc_tui.config import Settings, load_settings
from ytc_tui.model.market import Side
from ytc_tui.settings.catalog import effective
from ytc_tui.wiring import analysis_params, management_rules, paper_settings, policy_of, setup_params

INSTRUMENTS = {"BTCUSDT": load_instruments(None)["BTCUSDT"]}
NONE_GIVEN: dict[str, str] = {}


def test_without_volume_the_gate_reckons_with_what_the_venue_charges() -> None:
    settings = load_settings(overrides={"paper.slippage_bps": "0"}, environment=NONE_GIVEN).settings
    wide_bps = settings.paper.slippage_unknown_volume_bps
    for known, slippage_bps in ((True, Decimal(0)), (False, wide_bps)):
        volume_known = {"BTCUSDT": known}
        policy = policy_of(settings, frozenset(), INSTRUMENTS, "test", volume_known)
        taker = INSTRUMENTS["BTCUSDT"].taker_fee
        assert policy.limits.slippage_bps == slippage_bps
        assert policy.round_trip_bps == settings.paper.spread_bps + 2 * slippage_bps + 2 * taker * 10_000
        costs = FillCosts(paper_settings(settings, Decimal(10_000), volume_known))
        point, instrument = Decimal(20_000), INSTRUMENTS["BTCUSDT"]
        charged = costs.stop(instrument, Side.BUY, point, point, None).price - point
        assert charged == point * slippage_bps / 10_000


def test_one_symbol_without_volume_makes_all_estimates_wide() -> None:
    settings = load_settings(environment=NONE_GIVEN).settings
    policy = policy_of(settings, frozenset(), INSTRUMENTS, "test", {"BTCUSDT": True, "ETHUSDT": False})
    assert policy.limits.slippage_bps == settings.paper.slippage_unknown_volume_bps


def test_the_numbers_of_leaving_are_the_settings() -> None:
    given = {
        "trading.exit_policy": "percent",
        "trading.percent.stop_loss_pct": "0.7",
        "trading.percent.take_profit_pct": "2.1",
        "trading.percent.trailing_pct": "0.6",
        "trading.percent.signal_exit": "false",
        "trading.scratch.flow_bars": "6",
        "trading.exits.hard_exit_hours": "3.5",
    }
    rules = management_rules(load_settings(overrides=given, environment=NONE_GIVEN).settings)
    assert rules.policy == "percent"
    assert rules.percent == PercentRules(Decimal("0.7"), Decimal("2.1"), Decimal("0.6"), False)
    assert (rules.scratch_flow_bars, rules.hard_exit_s) == (6, 12_600)
    assert rules.profit_guard is None
    guard = {"trading.exits.profit_guard": "true", "trading.exits.guard_given_back_pct": "40"}
    rules = management_rules(load_settings(overrides=guard, environment=NONE_GIVEN).settings)
    assert rules.profit_guard == ProfitGuard(given_back=Decimal("0.4"))
    assert rules.percent == PercentRules()


# What bounds memory, and what a definition fixes (four enclosed points make a range, Y-16), is no setting.
FIXED = {"ltf_bars_kept", "ttf_bars_kept", "htf_bars_kept", "swings_kept", "zones_kept", "max_enclosed"}
# These are settings of the session, its feed, its risk and its entries.
ELSEWHERE = {
    *("ttf_minutes", "htf_minutes", "max_hole_bars", "resume_bars", "correlation_days"),
    *("part_one_rr", "trigger_offset_ticks", "stop_buffer_ticks", "stop_range_factor", "expiry_bars"),
}


def other_than(default: Any) -> str:
    """A value that a setting may have and that is not its default."""
    if default is BreakOn.CLOSE:
        return BreakOn.TOUCH
    return str(default + 1 if isinstance(default, int) else default * Decimal("1.1"))


@pytest.mark.parametrize(
    ("made", "default"), [(analysis_params, AnalysisParams()), (setup_params, SetupParams())]
)
def test_every_number_of_the_method_is_a_setting(
    made: Callable[[Settings], AnalysisParams | SetupParams], default: AnalysisParams | SetupParams
) -> None:
    names = {field.name for field in fields(default)} - FIXED - ELSEWHERE
    plain = made(load_settings(environment=NONE_GIVEN).settings)
    assert {name: getattr(plain, name) for name in names} == {name: getattr(default, name) for name in names}
    moved = set()
    for key, value in effective(Settings()).items():
        if key.startswith("method."):
            changed = made(load_settings(None, {key: other_than(value)}, environment=NONE_GIVEN).settings)
            moved |= {name for name in names if getattr(changed, name) != getattr(plain, name)}
    assert moved == names
