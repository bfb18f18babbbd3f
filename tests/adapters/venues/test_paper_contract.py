"""The paper venue meets the contract of every venue."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.adapters.venues.paper_bench import ABC, COSTLY, Bench
from tests.contracts.venue_contract import VenueBench, VenueContract
from ytc_tui.model.orders import VenueReport


class PaperBench(VenueBench):
    def __init__(self) -> None:
        self._bench = Bench(settings=COSTLY)
        self.venue = self._bench.venue
        self.symbol, self.price, self.quantity = ABC.symbol, Decimal("100.0"), Decimal(2)
        self._bench.flat(100.0)

    async def trade_at(self, price: Decimal) -> Sequence[VenueReport]:
        return self._bench.flat(float(price))


class TestPaperVenue(VenueContract):
    @pytest.fixture
    def bench(self) -> VenueBench:
        return PaperBench()
