"""Laws of the paper venue over random order flows: money, quantities, time, and kills at any step."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from decimal import Decimal

from hypothesis import HealthCheck, event, given, settings, strategies as st

from tests.properties.paper_flows import INSTRUMENTS, Driver, Flow, Key, final_state, flows
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import Change, PaperStore
from ytc_tui.model.market import NS_PER_MIN, NS_PER_MS, PATH_OFFSETS_NS, Side
from ytc_tui.model.money import decimal_from_float, floor_to_step
from ytc_tui.model.orders import Acked, Fill, Funding, Liquidated, Liquidity, OrderRequest

SOME = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def open_venue(flow: Flow, store: PaperStore) -> PaperVenue:
    return PaperVenue(INSTRUMENTS, flow.settings, store, flow.faults)


def run(flow: Flow, skip_idle: bool = False) -> tuple[Driver, PaperVenue]:
    driver, venue = Driver(flow, skip_idle), open_venue(flow, PaperStore.in_memory())
    asyncio.run(driver.run(venue))
    return driver, venue


def client_ids(flow: Flow) -> list[str]:
    found = set()
    for commands in flow.commands.values():
        for command in commands:
            found.add(command.client_id)
            if command.request is not None and command.request.attached_stop_id:
                found.add(command.request.attached_stop_id)
    return sorted(found)


def requests_of(driver: Driver) -> dict[str, OrderRequest]:
    """Every order that was ever at the venue, as first asked; attached stops as last enlarged."""
    asked: dict[str, OrderRequest] = {}
    for commands in driver.flow.commands.values():
        for command in commands:
            if command.request is not None:
                asked.setdefault(command.client_id, command.request)
    for report in driver.reports():
        if isinstance(report, Acked) and report.request is not None:
            asked[report.client_id] = report.request
    return asked


@SOME
@given(flows(faults=True))
def test_money_is_conserved_to_the_last_decimal(flow: Flow) -> None:
    driver, venue = run(flow)
    state = asyncio.run(final_state(venue, []))
    cash = flow.settings.start_balance
    marked = Decimal(0)
    for fill in state["fills"]:
        unit = INSTRUMENTS[fill.symbol].contract_size
        cash -= fill.side.sign * fill.quantity * fill.price * unit + fill.fee
    cash += sum((r.amount for r in driver.reports() if isinstance(r, Funding)), Decimal(0))
    marks = {
        price.symbol: price.price for key in sorted(driver.events) for price in driver.events[key][0] or ()
    }
    cost = Decimal(0)
    for position in state["positions"]:
        unit = INSTRUMENTS[position.symbol].contract_size
        marked += position.quantity * unit * decimal_from_float(marks[position.symbol])
        cost += position.cost if position.quantity > 0 else -position.cost
    # equity does not depend on how cost was split; the wallet adds back exactly what is still held
    assert state["account"].equity == cash + marked
    assert state["account"].wallet_balance == cash + cost
    event(f"liquidated: {any(isinstance(r, Liquidated) for r in driver.reports())}")
    event(f"fills: {min(len(state['fills']), 20) // 4 * 4}+")


@SOME
@given(flows(faults=True))
def test_positions_are_the_sum_of_fills_and_no_order_overfills(flow: Flow) -> None:
    driver, venue = run(flow)
    asked = requests_of(driver)
    state = asyncio.run(final_state(venue, sorted(asked)))
    held: dict[str, Decimal] = defaultdict(Decimal)
    filled: dict[str, Decimal] = defaultdict(Decimal)
    for fill in state["fills"]:
        assert fill.quantity > 0 and fill.quantity % INSTRUMENTS[fill.symbol].lot == 0
        assert fill.price > 0 and fill.price % INSTRUMENTS[fill.symbol].tick == 0
        held[fill.symbol] += fill.side.sign * fill.quantity
        filled[fill.client_id] += fill.quantity
    assert {p.symbol: p.quantity for p in state["positions"]} == {s: q for s, q in held.items() if q}
    for order in state["orders"]:
        if order is not None:
            assert order.filled == filled[order.request.client_id] <= order.request.quantity
    assert len({fill.venue_fill_id for fill in state["fills"]}) == len(state["fills"])
    reported = {r.venue_fill_id: r for r in driver.reports() if isinstance(r, Fill)}
    assert list(reported.values()) == list(state["fills"])


@SOME
@given(flows(faults=True))
def test_the_volume_share_of_a_bar_is_never_passed(flow: Flow) -> None:
    _, venue = run(flow)
    caps: dict[tuple[str, int], Decimal] = {}
    for minute in flow.minutes:
        for bar in minute.bars:
            instrument = INSTRUMENTS[bar.symbol]
            share = decimal_from_float(bar.volume) * flow.settings.fill_volume_share
            caps[bar.symbol, bar.open_ns] = floor_to_step(share / instrument.contract_size, instrument.lot)
    taken: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for fill in asyncio.run(venue.fills(0)):
        if flow.settings.volume_known.get(fill.symbol, True):
            taken[fill.symbol, fill.at_ns // NS_PER_MIN * NS_PER_MIN] += fill.quantity
    assert all(quantity <= caps[key] for key, quantity in taken.items())


@SOME
@given(flows(faults=True))
def test_reduce_only_never_opens_or_flips_and_spot_is_never_short(flow: Flow) -> None:
    driver, venue = run(flow)
    asked = requests_of(driver)
    held: dict[str, Decimal] = defaultdict(Decimal)
    for fill in asyncio.run(venue.fills(0)):
        before = held[fill.symbol]
        held[fill.symbol] += fill.side.sign * fill.quantity
        liquidates = fill.client_id.startswith("liquidation-")
        if liquidates or asked[fill.client_id].reduce_only:
            assert before * fill.side.sign < 0
            assert abs(held[fill.symbol]) == abs(before) - fill.quantity >= 0
        assert held[fill.symbol] >= 0 or not fill.symbol.startswith("SPOT")


@SOME
@given(flows())
def test_nothing_fills_before_its_latency_or_beyond_its_limit(flow: Flow) -> None:
    driver, venue = run(flow)
    asked = requests_of(driver)
    accepted: dict[str, int] = {}
    born: dict[str, int] = {}
    for report in driver.reports():
        if isinstance(report, Acked):
            (born if report.request is not None else accepted).setdefault(report.client_id, report.at_ns)
    bars = {(bar.symbol, bar.open_ns): bar for minute in flow.minutes for bar in minute.bars}
    for fill in asyncio.run(venue.fills(0)):
        if fill.client_id.startswith("liquidation-"):
            continue
        if fill.client_id in born:
            assert fill.at_ns >= born[fill.client_id]
        else:
            assert fill.at_ns >= accepted[fill.client_id] + flow.settings.latency_ms * NS_PER_MS
        request = asked[fill.client_id]
        if request.expires_ns:
            assert fill.at_ns < request.expires_ns
        bar = bars[fill.symbol, fill.at_ns // NS_PER_MIN * NS_PER_MIN]
        if request.limit_price is not None:
            assert (fill.price - request.limit_price) * fill.side.sign <= 0
            if fill.liquidity is Liquidity.MAKER:
                through = bar.low if fill.side is Side.BUY else bar.high
                assert (decimal_from_float(through) - request.limit_price) * fill.side.sign < 0
        elif request.stop_price is not None:
            # An attached stop can be met at the point at which its entry fills.
            since_ns = born.get(fill.client_id, accepted.get(fill.client_id, 0) + 1) - 1
            met = met_prices(driver, fill.symbol, since_ns, fill.at_ns)
            assert any((price - request.stop_price) * fill.side.sign >= 0 for price in met)


def met_prices(driver: Driver, symbol: str, since_ns: int, until_ns: int) -> list[Decimal]:
    """The prices of a symbol at the path points after `since_ns`, up to `until_ns`."""
    found = []
    for (index, point, _), (prices, _) in driver.events.items():
        at_ns = driver.flow.minutes[index].open_ns + PATH_OFFSETS_NS[point]
        if since_ns < at_ns <= until_ns:
            found += [decimal_from_float(p.price) for p in prices or () if p.symbol == symbol]
    return found


@SOME
@given(flows(faults=True))
def test_skipping_idle_minutes_equals_matching_them(flow: Flow) -> None:
    matched, full = run(flow)
    skipped, quick = run(flow, skip_idle=True)
    assert skipped.reports() == matched.reports()
    ids = client_ids(flow)
    assert asyncio.run(final_state(quick, ids)) == asyncio.run(final_state(full, ids))


def place_minute(flow: Flow, store: PaperStore) -> int:
    """The index of the last minute that had begun at the venue's recorded place."""
    place_ns = open_venue(flow, store).place_ns()
    begun = [index for index, minute in enumerate(flow.minutes) if minute.open_ns <= place_ns]
    return max(begun, default=0)


class Killed(Exception):
    """The engine died here."""


class DyingStore(PaperStore):
    """A store whose process dies at its n-th write: before the commit, or after it unseen."""

    dies_at = -1
    committed = False

    def write(self, change: Change) -> None:
        self.dies_at -= 1
        if self.dies_at == 0 and not self.committed:
            raise Killed
        super().write(change)
        if self.dies_at == 0:
            raise Killed


@settings(SOME, max_examples=60)
@given(flows(faults=True), st.data())
def test_a_kill_at_any_step_changes_nothing(flow: Flow, data: st.DataObject) -> None:
    whole, venue = run(flow)
    expected = asyncio.run(final_state(venue, client_ids(flow)))
    store = DyingStore.in_memory()
    assert isinstance(store, DyingStore)
    keys = sorted(whole.events)
    driver = Driver(flow, skip_idle=data.draw(st.booleans(), "skips"))
    driver.events = dict(whole.events)
    first = 0
    for _ in range(data.draw(st.integers(1, 3), "kills")):
        place, reached = data.draw(st.sampled_from(keys), "place"), (0, 0, 0)
        store.dies_at, store.committed = data.draw(st.integers(0, 12), "write"), data.draw(st.booleans())

        def die(key: Key, place: Key = place) -> None:
            nonlocal reached
            reached = key
            if key >= place:
                raise Killed

        try:
            asyncio.run(driver.run(open_venue(flow, store), first, die))
        except Killed:
            first = data.draw(st.integers(0, min(reached[0], place_minute(flow, store))), "from minute")
        else:
            first = 0
    store.dies_at = -1
    survivor = open_venue(flow, store)
    asyncio.run(driver.run(survivor, first))
    assert driver.reports() == whole.reports()
    assert asyncio.run(final_state(survivor, client_ids(flow))) == expected
