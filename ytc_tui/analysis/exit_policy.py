"""The contract of exit policies: what one may look at, what it may answer, and all their numbers.

Decides nothing but the shapes. Imports analysis and the model. Invariant: values only; a policy proposes,
the engine checks (a stop that does not tighten is never sent).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from ytc_tui.analysis.symbol import SymbolAnalysis
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import ONE, ZERO, floor_to_step, price_ceiling, price_floor
from ytc_tui.model.risk import TradePlan
from ytc_tui.model.trades import ExitReason, Trade, TradeState, price_r


@dataclass(frozen=True, slots=True)
class PercentRules:
    """Numbers of the policy `percent`, in percent of a price; a trailing distance of 0 trails nothing."""

    stop_loss_pct: Decimal = Decimal("0.5")
    take_profit_pct: Decimal = Decimal("1.5")
    trailing_pct: Decimal = Decimal("0.5")
    signal_exit: bool = True


@dataclass(frozen=True, slots=True)
class ProfitGuard:
    """When a profit that part two is giving back is taken (domain.md 2.10): R, ATR, share of the peak."""

    reached_r: Decimal = Decimal("1.2")
    bar_atr: Decimal = Decimal("1.6")
    given_back: Decimal = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class ManagementRules:
    """Numbers of trade management (domain.md 2.10): R multiples, ticks, bars, seconds, shares."""

    breakeven_r: Decimal
    trail_buffer_ticks: int
    time_exit_s: int
    time_exit_max_r: Decimal
    scratch_min_bars: int
    scratch_no_progress_bars: int
    scratch_extended_bars: int
    scratch_progress_r: Decimal
    scratch_bar_atr: Decimal
    scratch_risk_lost: Decimal
    scratch_ttf_risk_lost: Decimal = Decimal("0.5")
    scratch_t1_progress: Decimal = Decimal("0.4")
    scratch_flow_bars: int = 4
    breakeven_band_r: Decimal = Decimal("0.1")
    hard_exit_s: int = 4 * 3600
    profit_guard: ProfitGuard | None = None
    policy: str = "ytc"
    percent: PercentRules = PercentRules()


@dataclass(frozen=True, slots=True)
class OpenTrade:
    """An open trade as its policy may see it.

    `mark` is the last price met, `best` the most favourable one since entry; None = not known. `stop` is
    the stop in force, or the one that is about to be. `cost_bps` is a round trip's estimated cost.
    """

    trade: Trade
    market: SymbolAnalysis
    instrument: Instrument
    mark: Decimal | None
    best: Decimal | None
    stop: Decimal
    cost_bps: Decimal
    rules: ManagementRules

    @property
    def r_now(self) -> Decimal | None:
        """The move since entry in initial stop distances."""
        return None if self.mark is None else price_r(self.trade, self.mark)

    @property
    def secured(self) -> bool:
        """Whether the stop stands, or is about to stand, at or beyond the entry."""
        entry = self.trade.entry_price
        return entry is not None and (self.stop - entry) * self.trade.side.sign >= ZERO

    @property
    def part_one_done(self) -> bool:
        """Whether part one was taken at T1.

        The trade's state says so unless it was UNPROTECTED in between; then the quantity that is gone
        and a price that passed T1 say it.
        """
        trade = self.trade
        if trade.state is TradeState.T1_HIT:
            return True
        if trade.state is TradeState.TRAILING_STOP:
            return trade.part_one_quantity < trade.planned_quantity and trade.exited_quantity > ZERO
        if self.best is None or (self.best - trade.t1) * trade.side.sign < ZERO:
            return False
        part_one = trade.part_one_quantity
        if trade.entered_quantity != trade.planned_quantity:
            part_one = floor_to_step(trade.entered_quantity / 2, self.instrument.lot)
        return ZERO < part_one <= trade.exited_quantity

    def bars(self, at_most: int) -> int:
        """Closed one-minute bars that began after the entry, counted up to `at_most`."""
        recent = reversed(self.market.recent_ltf(at_most))
        return sum(1 for _ in takewhile(lambda bar: bar.open_ns >= self.trade.opened_ns, recent))


@dataclass(frozen=True, slots=True)
class StopIdea:
    """A stop that may be proposed, and why; an off-grid price is rounded by who proposes it."""

    price: Decimal
    basis: ExitReason
    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """That the trade is to be closed at the market now, and why."""

    reason: ExitReason
    words: str


class ExitPolicy(NamedTuple):
    """One policy: its name, one line for help, in how many parts it leaves, and its three answers, all pure.

    `shape` gives a setup's plan the stop and the targets that the policy trades; the plan's entry is the
    worst price, its size comes after. `stops` yields stops in order of preference, the tightest that
    protects is taken. `leave` says whether to close now.
    """

    name: str
    summary: str
    parts: int
    shape: Callable[[TradePlan, Instrument, ManagementRules], TradePlan]
    stops: Callable[[OpenTrade], Iterator[StopIdea]]
    leave: Callable[[OpenTrade], Leave | None]


def away(price: Decimal, side: Side, tick: Decimal) -> Decimal:
    """`price` on the tick grid, rounded away from the market of a trade on `side`."""
    return price_floor(price, tick) if side is Side.BUY else price_ceiling(price, tick)


def beyond(price: Decimal, share: Decimal, side: Side) -> Decimal:
    """`price` moved by `share` of itself in favour of `side` (a negative share: against it)."""
    return price * (ONE + share * side.sign)
