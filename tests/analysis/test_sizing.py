from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from ytc_tui.analysis.sizing import (
    Parts,
    PositionSize,
    net_reward_risk,
    round_trip_cost,
    size_position,
    split_parts,
    tick_value,
)
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import Instrument, InstrumentKind

PERP = Instrument(
    symbol="BTCUSDT",
    kind=InstrumentKind.LINEAR_PERP,
    tick=Decimal("0.1"),
    lot=Decimal("0.001"),
    min_notional=Decimal(100),
    contract_size=Decimal(1),
    quote="USDT",
    maker_fee=Decimal("0.0002"),
    taker_fee=Decimal("0.0004"),
    max_leverage=Decimal(20),
    maintenance_margin=Decimal("0.004"),
)


def size(balance: str, entry: str, stop: str, tick: str, value: str) -> PositionSize:
    return size_position(
        base=Decimal(balance),
        risk_pct=Decimal(1),
        entry=Decimal(entry),
        stop=Decimal(stop),
        tick=Decimal(tick),
        tick_value=Decimal(value),
    )


def test_short_position_sizes_alike() -> None:
    assert size("100000", "2478", "2487", "0.01", "0.01") == size("100000", "2487", "2478", "0.01", "0.01")


def test_stop_between_ticks_counts_the_whole_tick() -> None:
    assert size("100000", "100.00", "99.985", "0.01", "1").stop_ticks == 2


def test_costs_are_part_of_the_risk() -> None:
    sized = size_position(
        base=Decimal(10000),
        risk_pct=Decimal(1),
        entry=Decimal(20000),
        stop=Decimal(19960),
        tick=Decimal("0.1"),
        tick_value=tick_value(PERP),
        lot=PERP.lot,
        cost_per_unit=round_trip_cost(PERP, Decimal(20000), Decimal(19960)),
    )
    # 40 of distance and 0.0004 x (20000 + 19960) = 15.984 of fees for each unit.
    assert sized.quantity == Decimal("1.786")
    assert sized.cost == Decimal("1.786") * Decimal("15.984")
    assert sized.risk == Decimal("1.786") * Decimal("55.984")
    assert sized.risk <= 100


def test_limit_and_minimum_quantity() -> None:
    arguments = {
        "base": Decimal(100000),
        "risk_pct": Decimal(1),
        "entry": Decimal(2487),
        "stop": Decimal(2478),
        "tick": Decimal("0.01"),
        "tick_value": Decimal("0.01"),
    }
    assert size_position(**arguments, max_quantity=Decimal("50.9")).quantity == 50
    assert size_position(**arguments, min_quantity=Decimal(111)).quantity == 111
    assert size_position(**arguments, min_quantity=Decimal(112)).quantity == 0


def test_no_distance_and_no_money_are_refused() -> None:
    assert "same price" in size("100000", "100", "100", "0.01", "1").refusal
    assert size("-5", "100", "99", "0.01", "1").quantity == 0


@pytest.mark.parametrize("field", ["tick", "tick_value", "lot"])
def test_instrument_steps_must_be_positive(field: str) -> None:
    arguments = {
        "base": Decimal(1000),
        "risk_pct": Decimal(1),
        "entry": Decimal(100),
        "stop": Decimal(99),
        "tick": Decimal(1),
        "tick_value": Decimal(1),
        "lot": Decimal(1),
    }
    with pytest.raises(DataInvalid, match=field):
        size_position(**{**arguments, field: Decimal(0)})


def test_negative_cost_is_refused() -> None:
    with pytest.raises(DataInvalid, match="cost_per_unit"):
        size_position(
            base=Decimal(1000),
            risk_pct=Decimal(1),
            entry=Decimal(100),
            stop=Decimal(99),
            tick=Decimal(1),
            tick_value=Decimal(1),
            cost_per_unit=Decimal(-1),
        )


def test_quotient_rounded_up_by_the_context_does_not_exceed_the_budget() -> None:
    sized = size("899.9999999999999999999999999", "103", "100", "1", "1")
    assert sized.quantity == 2
    assert sized.risk <= sized.budget


@given(
    base=st.decimals("1", "1000000", places=2),
    risk_pct=st.decimals("0.01", "2", places=2),
    entry=st.decimals("0.5", "50000", places=4),
    distance=st.integers(1, 100_000),
    tick=st.sampled_from([Decimal("0.0001"), Decimal("0.01"), Decimal("0.1"), Decimal("0.25")]),
    value=st.sampled_from([Decimal("0.0001"), Decimal("0.1"), Decimal(10), Decimal("12.5")]),
    lot=st.sampled_from([Decimal("0.001"), Decimal("0.3"), Decimal(1), Decimal(100)]),
    cost=st.decimals("0", "50", places=3),
)
def test_risk_never_exceeds_the_budget_and_one_lot_more_would(
    base: Decimal,
    risk_pct: Decimal,
    entry: Decimal,
    distance: int,
    tick: Decimal,
    value: Decimal,
    lot: Decimal,
    cost: Decimal,
) -> None:
    sized = size_position(
        base=base,
        risk_pct=risk_pct,
        entry=entry,
        stop=entry + distance * tick,
        tick=tick,
        tick_value=value,
        lot=lot,
        cost_per_unit=cost,
    )
    assert sized.risk <= sized.budget == base * risk_pct / 100
    assert sized.quantity % lot == 0
    assert (sized.quantity == 0) == bool(sized.refusal)
    per_unit = distance * value + cost
    assert sized.stop_ticks == distance
    assert sized.risk == sized.quantity * per_unit
    assert (sized.quantity + lot) * per_unit > sized.budget


def test_halves_and_odd_lots() -> None:
    assert split_parts(Decimal(4), Decimal(1)) == Parts(Decimal(2), Decimal(2))
    assert split_parts(Decimal(111), Decimal(1)) == Parts(Decimal(56), Decimal(55))
    assert split_parts(Decimal("0.003"), Decimal("0.001")) == Parts(Decimal("0.002"), Decimal("0.001"))


def test_what_cannot_be_split_is_one_part_and_says_so() -> None:
    one = split_parts(Decimal(1), Decimal(1))
    assert one.first == 1
    assert one.second == 0
    assert "one part" in one.note
    assert split_parts(Decimal(10), Decimal(1), min_part=Decimal(6)).second == 0


@given(st.integers(1, 10**6), st.sampled_from([Decimal("0.001"), Decimal(1), Decimal(5)]))
def test_parts_are_whole_lots_and_add_up(lots: int, lot: Decimal) -> None:
    parts = split_parts(lots * lot, lot)
    assert parts.first + parts.second == lots * lot
    assert parts.first % lot == 0 and parts.second % lot == 0
    assert 0 <= parts.first - parts.second <= lot or parts.second == 0


def test_round_trip_cost() -> None:
    assert round_trip_cost(PERP, Decimal(20000), Decimal(20000)) == 16
    assert round_trip_cost(PERP, Decimal(20000), Decimal(20000), exit_fee=PERP.maker_fee) == 12
    assert round_trip_cost(PERP, Decimal(20000), Decimal(20000), slippage_ticks=4) == Decimal("16.4")


def test_reward_to_risk_is_net_of_costs() -> None:
    halves = Parts(Decimal(1), Decimal(1))
    ratio = net_reward_risk(
        PERP, entry=Decimal(20000), stop=Decimal(19900), t1=Decimal(20150), t2=Decimal(20300), parts=halves
    )
    risk = 100 + Decimal("0.0004") * (20000 + 19900)
    first = 150 - Decimal("0.0004") * (20000 + 20150)
    second = 300 - Decimal("0.0004") * (20000 + 20300)
    assert ratio.part_one == first / risk
    assert ratio.blended == (first + second) / 2 / risk
    assert ratio.part_one < Decimal("1.5")


def test_short_is_the_mirror_and_one_part_blends_to_part_one() -> None:
    whole = Parts(Decimal(1), Decimal(0), "one part")
    long_ratio = net_reward_risk(
        PERP, entry=Decimal(20000), stop=Decimal(19900), t1=Decimal(20150), t2=Decimal(20300), parts=whole
    )
    assert long_ratio.blended == long_ratio.part_one
    short = net_reward_risk(
        PERP,
        entry=Decimal(20000),
        stop=Decimal(20100),
        t1=Decimal(19850),
        t2=None,
        parts=Parts(Decimal(1), Decimal(1)),
    )
    assert short.blended == short.part_one
    assert short.part_one == pytest.approx(long_ratio.part_one, rel=Decimal("0.01"))


def test_uneven_parts_weigh_by_size() -> None:
    uneven = net_reward_risk(
        PERP,
        entry=Decimal(20000),
        stop=Decimal(19900),
        t1=Decimal(20150),
        t2=Decimal(20300),
        parts=Parts(Decimal(2), Decimal(1)),
    )
    even = net_reward_risk(
        PERP,
        entry=Decimal(20000),
        stop=Decimal(19900),
        t1=Decimal(20150),
        t2=Decimal(20300),
        parts=Parts(Decimal(1), Decimal(1)),
    )
    assert even.part_one < uneven.blended < even.blended


@pytest.mark.parametrize(("stop", "t1"), [("100", "101"), ("99", "98"), ("101", "102")])
def test_prices_on_the_wrong_side_are_refused(stop: str, t1: str) -> None:
    with pytest.raises(DataInvalid, match="opposite sides"):
        net_reward_risk(
            PERP,
            entry=Decimal(100),
            stop=Decimal(stop),
            t1=Decimal(t1),
            t2=None,
            parts=Parts(Decimal(1), Decimal(1)),
        )
