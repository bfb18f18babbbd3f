"""Settings reach the venue and the gate with the same figures."""

from __future__ import annotations

from decimal import Decimal

from ytc_tui.adapters.instruments import load_instruments
from ytc_tui.adapters.venues.matching_costs import FillCosts
from ytc_tui.config import load_settings
from ytc_tui.model.market import Side
from ytc_tui.wiring import paper_settings, policy_of

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
