"""The second reckoning gives the same money as the engine's, on any fills."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, strategies as st

from tests.views.journals import D, Journal, started
from ytc_tui.model.market import Side
from ytc_tui.model.money import ZERO
from ytc_tui.views.ledger import check_ledger
from ytc_tui.views.sums import Holding

amounts = st.decimals(min_value=D("0.001"), max_value=D(500), places=3)
prices = st.decimals(min_value=D("0.01"), max_value=D(90_000), places=2)
fills = st.lists(
    st.tuples(st.sampled_from(["BTCUSDT", "ETHUSDT"]), st.sampled_from(Side), amounts, prices), max_size=25
)


@given(fills)
def test_wallet_fees_and_positions_equal_the_engines_to_the_last_decimal(
    drawn: list[tuple[str, Side, Decimal, Decimal]],
) -> None:
    journal = Journal()
    journal.add(started())
    for symbol, side, quantity, price in drawn:
        journal.fill("liquidation-x", side, str(quantity), str(price), symbol=symbol)
    report = check_ledger(journal.records)
    state = journal.state
    assert report.differences == ()
    assert (report.sums.wallet, report.sums.fees) == (state.wallet, state.fees_paid)
    assert report.sums.open_positions() == {name: held.quantity for name, held in state.positions.items()}
    for name, held in state.positions.items():
        assert abs(report.sums.holdings[name].book) == held.cost


@given(st.lists(st.tuples(st.sampled_from(Side), amounts, prices), min_size=1, max_size=20), prices)
def test_a_round_trip_is_its_cash_flow(drawn: list[tuple[Side, Decimal, Decimal]], last: Decimal) -> None:
    holding, realised, cash = Holding(), ZERO, ZERO
    for side, quantity, price in drawn:
        realised += holding.take(side, quantity, price)
        cash -= quantity * price * side.sign
    if holding.quantity:
        side = Side.SELL if holding.quantity > ZERO else Side.BUY
        cash += holding.quantity * last
        realised += holding.take(side, abs(holding.quantity), last)
    assert holding == Holding()
    assert realised == cash


def test_a_part_releases_its_share_rounded_as_money_is_booked() -> None:
    holding = Holding()
    assert holding.take(Side.BUY, D(3), D("33.333333333")) == ZERO
    assert holding.take(Side.SELL, D(1), D(40)) == D(40) - D("33.33333333")
    assert holding.book == D("99.999999999") - D("33.33333333")


def test_a_fill_through_zero_opens_the_rest_at_its_own_price() -> None:
    holding = Holding()
    holding.take(Side.BUY, D(1), D(100))
    assert holding.take(Side.SELL, D(3), D(110)) == D(10)
    assert (holding.quantity, holding.book) == (D(-2), D(-220))
    assert holding.take(Side.BUY, D(2), D(100)) == D(20)
