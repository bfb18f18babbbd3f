"""The shared figures: costs rounded up, quantities rounded down, never past the budget."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from ytc_tui.engine.risk.exposure import (
    cost_per_unit,
    largest_quantity,
    loss_per_unit,
    parts_of,
    slippage_ticks,
)

from .builders import LIMITS, PERP, REQUEST, D, traded


def test_slippage_of_both_ways_in_whole_ticks_up() -> None:
    # (2487 + 2478) x 1.5 bps = 0.74475 = 74.475 ticks.
    assert slippage_ticks(PERP, D(2487), D(2478), LIMITS) == 75


def test_cost_of_a_quantity_of_one() -> None:
    # Fees 4965 x 0.0004 = 1.986, slippage 0.75.
    assert cost_per_unit(PERP, D(2487), D(2478), LIMITS) == D("2.736")


def test_loss_takes_whole_ticks_up() -> None:
    assert loss_per_unit(PERP, D(2487), D(2478), LIMITS) == D("11.736")
    assert loss_per_unit(PERP, D("2487.001"), D(2478), LIMITS) > D("9.01") + D("1.986")


@given(
    st.decimals(0, 10**6, places=8),
    st.decimals("0.00000001", 10**5, places=8),
    st.decimals("0.00000001", 100, places=8),
)
def test_the_largest_quantity_is_within_and_one_more_lot_is_not(
    budget: Decimal, per_unit: Decimal, lot: Decimal
) -> None:
    quantity = largest_quantity(budget, per_unit, lot)
    assert (Fraction(quantity) / Fraction(lot)).denominator == 1
    assert quantity >= 0
    assert Fraction(quantity) * Fraction(per_unit) <= Fraction(budget)
    assert Fraction(quantity + lot) * Fraction(per_unit) > Fraction(budget)


def test_a_quotient_that_rounds_up_is_taken_back() -> None:
    # The quotient is 3 - 1E-29, which 28 digits round to 3.
    assert (
        largest_quantity(D("2.9999999999999999999999999999"), D("1.00000000000000000000000000001"), D(1)) == 2
    )


def test_no_budget_buys_nothing() -> None:
    assert largest_quantity(D(-5), D(1), D(1)) == 0


def test_a_free_quantity_is_an_error() -> None:
    with pytest.raises(ValueError, match="use something"):
        largest_quantity(D(5), D(0), D(1))


def test_parts_are_tradable_each() -> None:
    # A part of 0.002 is worth 4.97, one of 0.003 is worth 7.46.
    assert parts_of(REQUEST, D("0.005")).second == 0
    assert parts_of(REQUEST, D("0.007")).second == D("0.003")
    assert parts_of(traded(min_notional=D(0)), D("0.005")).second == D("0.002")
