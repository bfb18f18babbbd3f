"""Executions: the one place where a fill comes to be, and what a bar's volume still allows.

Decides quantities under the volume share and keeps the account and the list of fills in step.
Imports the model and the matching files below it; no I/O.
Invariants: the account changes by a fill only here; fills of one symbol in one bar stay within its cap.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from decimal import Decimal

from ytc_tui.adapters.venues.matching_account import Account, notional_at
from ytc_tui.adapters.venues.matching_costs import Execution, FillCosts, PaperSettings, fee_of
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import Bar, Instrument, Side
from ytc_tui.model.money import ZERO
from ytc_tui.model.orders import Fill


class Executions:
    """Account, fills and volume taken, of all symbols."""

    def __init__(self, instruments: Mapping[str, Instrument], settings: PaperSettings) -> None:
        self.instruments = dict(instruments)
        self.costs = FillCosts(settings)
        self.account = Account(settings.currency, settings.start_balance)
        self.account.refresh(self.instruments)
        self.fills: list[Fill] = []
        self.taken: dict[str, Decimal] = {}
        self.bar_open_ns = -1
        self._turns: dict[str, tuple[list[int], list[int]]] = {}

    def enter_bar(self, open_ns: int) -> None:
        """Begin a minute; calling it again within the minute keeps what was taken."""
        if open_ns != self.bar_open_ns:
            self.bar_open_ns = open_ns
            self.taken.clear()

    def volume_left(self, minute: Minute, symbol: str) -> Decimal | None:
        """Contracts that may still fill in this bar; None = no cap, 0 when the symbol has no bar."""
        bar = _bar_of(minute, symbol)
        if bar is None:
            return ZERO
        cap = self.costs.volume_cap(self.instruments[symbol], bar.volume)
        return None if cap is None else cap - self.taken.get(symbol, ZERO)

    def execute(
        self, client_id: str, symbol: str, side: Side, quantity: Decimal, at: Execution, at_ns: int
    ) -> Fill:
        """Book one fill of `quantity` (already within every limit) and return it."""
        instrument = self.instruments[symbol]
        fee = fee_of(instrument, notional_at(instrument, quantity, at.price), at.liquidity)
        self.account.book_fill(instrument, side, quantity, at.price, fee)
        self.account.refresh(self.instruments)
        self.taken[symbol] = self.taken.get(symbol, ZERO) + quantity
        fill = Fill(
            venue_fill_id=f"paper-fill-{len(self.fills) + 1}",
            client_id=client_id,
            symbol=symbol,
            side=side,
            quantity=quantity,
            price=at.price,
            fee=fee,
            liquidity=at.liquidity,
            at_ns=at_ns,
            reference_price=at.reference,
        )
        self.fills.append(fill)
        self._note_turn(symbol, at_ns, self.account.sign(symbol))
        return fill

    def fills_since(self, since_ns: int) -> tuple[Fill, ...]:
        """Fills at or after `since_ns`, oldest first."""
        return tuple(self.fills[bisect_left(self.fills, since_ns, key=lambda fill: fill.at_ns) :])

    def sign_at(self, symbol: str, at_ns: int) -> int:
        """The sign of the position after everything that filled up to and including `at_ns`."""
        turns = self._turns.get(symbol)
        if turns is None:
            return 0
        times, signs = turns
        index = bisect_right(times, at_ns)
        return signs[index - 1] if index else 0

    def restore_fills(self, fills: list[Fill]) -> None:
        """Take over stored fills, without booking them: the stored account has them already."""
        self.fills = list(fills)
        self._turns.clear()
        held: dict[str, Decimal] = {}
        for fill in fills:
            total = held[fill.symbol] = held.get(fill.symbol, ZERO) + fill.side.sign * fill.quantity
            self._note_turn(fill.symbol, fill.at_ns, (total > 0) - (total < 0))

    def _note_turn(self, symbol: str, at_ns: int, sign: int) -> None:
        times, signs = self._turns.setdefault(symbol, ([], []))
        times.append(at_ns)
        signs.append(sign)


def _bar_of(minute: Minute, symbol: str) -> Bar | None:
    return next((bar for bar in minute.bars if bar.symbol == symbol), None)
