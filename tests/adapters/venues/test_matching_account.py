"""The paper account's arithmetic, exact also where prices and lots have many decimals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, strategies as st

from tests.adapters.venues.paper_bench import ABC
from ytc_tui.adapters.venues.matching_account import Account
from ytc_tui.model.market import Side
from ytc_tui.model.money import booked

FINE = replace(ABC, contract_size=Decimal("0.001"), tick=Decimal("0.00001"), lot=Decimal("0.001"))
fills = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.integers(1, 9_999).map(lambda lots: lots * FINE.lot),
        st.integers(1, 99_999_999).map(lambda ticks: ticks * FINE.tick),
    ),
    max_size=20,
)


@given(fills)
def test_no_decimal_of_money_is_lost(done: list[tuple[Side, Decimal, Decimal]]) -> None:
    account = Account("USDT", Decimal(1_000))
    cash, held = Decimal(1_000), Decimal(0)
    for side, quantity, price in done:
        account.book_fill(FINE, side, quantity, price, Decimal("0.01"))
        cash -= side.sign * quantity * price * FINE.contract_size + Decimal("0.01")
        held += side.sign * quantity
        position = account.positions.get(FINE.symbol)
        if position is None:
            assert held == 0
            assert account.wallet == cash
        else:
            assert position.quantity == held
            assert account.wallet == cash + position.sign * position.cost


def test_a_part_releases_its_share_of_the_cost_booked_to_eight_places() -> None:
    account = Account("USDT", Decimal(0))
    account.book_fill(ABC, Side.BUY, Decimal(3), Decimal(100), Decimal(0))
    account.book_fill(ABC, Side.BUY, Decimal(4), Decimal("100.1"), Decimal(0))
    account.book_fill(ABC, Side.SELL, Decimal(1), Decimal(110), Decimal(0))
    cost = 3 * Decimal(100) + 4 * Decimal("100.1")
    assert account.positions[ABC.symbol].cost == cost - booked(cost / 7)
    assert account.realised == 110 - booked(cost / 7)
    account.book_fill(ABC, Side.SELL, Decimal(6), Decimal(110), Decimal(0))
    assert account.positions == {}
    assert account.wallet == 770 - cost


def test_an_open_position_costs_its_entry_notional() -> None:
    account = Account("USDT", Decimal(0))
    account.book_fill(FINE, Side.SELL, Decimal("0.003"), Decimal("0.00007"), Decimal(0))
    position = account.positions[FINE.symbol]
    assert position.cost == Decimal("0.00000000021")  # eleven places: a booked cost would be zero
    assert account.view({FINE.symbol: FINE}, {FINE.symbol: 0.00007}).equity == 0
    account.book_fill(FINE, Side.BUY, Decimal("0.003"), Decimal("0.00007"), Decimal(0))
    assert account.wallet == 0
