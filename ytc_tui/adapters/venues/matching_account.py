"""The paper account: wallet, one-way positions, equity and margin.

Decides how a fill changes money (semantics.md 4 and 5). Imports the model only; no I/O.
Invariants: wallet = start + realised - fees + funding to the last decimal; a full close releases
the whole cost; a position is held only while its quantity is not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import ZERO, booked, decimal_from_float
from ytc_tui.model.orders import VenueAccount, VenuePosition

# Far above the rounding of a few hundred float operations, far below any amount that matters.
_FLOAT_GUARD = 1e-9


@dataclass(slots=True)
class Position:
    """Signed quantity (contracts, long > 0) and the exact entry notional of it."""

    quantity: Decimal
    cost: Decimal

    @property
    def sign(self) -> int:
        return 1 if self.quantity > 0 else -1


@dataclass(slots=True)
class Account:
    """One account in one currency, cross margin over all symbols."""

    currency: str
    start: Decimal
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    positions: dict[str, Position] = field(default_factory=dict)
    _rough_wallet: float = field(init=False, default=0.0)
    _rough: dict[str, tuple[float, float, float]] = field(init=False, default_factory=dict)

    @property
    def wallet(self) -> Decimal:
        return self.start + self.realised - self.fees + self.funding

    def sign(self, symbol: str) -> int:
        """+1 long, -1 short, 0 flat."""
        position = self.positions.get(symbol)
        return 0 if position is None else position.sign

    def book_fill(
        self, instrument: Instrument, side: Side, quantity: Decimal, price: Decimal, fee: Decimal
    ) -> None:
        """Apply one execution: release cost on what it closes, add cost on what it opens."""
        symbol, unit = instrument.symbol, price * instrument.contract_size
        position = self.positions.get(symbol)
        self.fees += fee
        closing = ZERO
        if position is not None and position.sign != side.sign:
            held = abs(position.quantity)
            closing = min(quantity, held)
            released = position.cost if closing == held else booked(position.cost * closing / held)
            self.realised += position.sign * (closing * unit - released)
            position.quantity += side.sign * closing
            position.cost -= released
            if not position.quantity:
                del self.positions[symbol]
                position = None
        opening = quantity - closing
        if opening:
            if position is None:
                position = self.positions[symbol] = Position(ZERO, ZERO)
            position.quantity += side.sign * opening
            position.cost += opening * unit

    def refresh(self, instruments: Mapping[str, Instrument]) -> None:
        """Renew the float copies behind `surely_safe`; call it after every change of money."""
        self._rough_wallet = float(self.wallet)
        self._rough = {
            symbol: (
                float(position.quantity * instruments[symbol].contract_size),
                float(position.sign * position.cost),
                float(instruments[symbol].maintenance_margin),
            )
            for symbol, position in self.positions.items()
        }

    def surely_safe(self, marks: Mapping[str, float]) -> bool:
        """True when equity is above the maintenance margin by more than floats can err.

        False says nothing: ask `breached`.
        """
        spare = self._rough_wallet
        gross = abs(spare)
        for symbol, (quantity, cost, margin) in self._rough.items():
            notional = quantity * marks[symbol]
            size = abs(notional)
            spare += notional - cost - size * margin
            gross += size + abs(cost)
        return spare > gross * _FLOAT_GUARD

    def breached(self, instruments: Mapping[str, Instrument], marks: Mapping[str, float]) -> bool:
        """Whether equity is at or below the maintenance margin of all positions."""
        maintenance = sum(
            (
                notional_at(instruments[s], abs(p.quantity), decimal_from_float(marks[s]))
                * instruments[s].maintenance_margin
                for s, p in self.positions.items()
            ),
            ZERO,
        )
        return bool(self.positions) and self.equity(instruments, marks) <= maintenance

    def equity(self, instruments: Mapping[str, Instrument], marks: Mapping[str, float]) -> Decimal:
        """Wallet plus unrealised profit at the marks, exact."""
        return self.wallet + sum(
            (
                notional_at(instruments[s], p.quantity, decimal_from_float(marks[s])) - p.sign * p.cost
                for s, p in self.positions.items()
            ),
            ZERO,
        )

    def view(self, instruments: Mapping[str, Instrument], marks: Mapping[str, float]) -> VenueAccount:
        used = sum(
            (
                notional_at(instruments[s], abs(p.quantity), decimal_from_float(marks[s]))
                / instruments[s].max_leverage
                for s, p in self.positions.items()
            ),
            ZERO,
        )
        return VenueAccount(self.currency, self.wallet, self.equity(instruments, marks), booked(used))

    def position_views(self) -> tuple[VenuePosition, ...]:
        """Open positions in symbol order."""
        return tuple(VenuePosition(s, p.quantity, p.cost) for s, p in sorted(self.positions.items()))


def notional_at(instrument: Instrument, quantity: Decimal, price: Decimal) -> Decimal:
    """Quote value of `quantity` contracts at `price`; signed as `quantity` is."""
    return quantity * price * instrument.contract_size
