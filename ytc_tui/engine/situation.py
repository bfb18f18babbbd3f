"""The situation: what every decider reads, with the sums that follow from it.

Decides the one way in which equity, session P&L and open risk are added up. Imports the engine's
market and policy, the registry and the model. Invariant: reading never changes anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ytc_tui.agents.base import NO_HISTORY, AccountView, Probe
from ytc_tui.agents.registry import Registry
from ytc_tui.analysis.correlation import correlation
from ytc_tui.engine.external import external_risks
from ytc_tui.engine.index import Index
from ytc_tui.engine.market import MarketView
from ytc_tui.engine.policy import Policy, Window
from ytc_tui.model.history import History
from ytc_tui.model.market import Side
from ytc_tui.model.money import HUNDRED, ZERO
from ytc_tui.model.orders import OrderRole, OrderState
from ytc_tui.model.risk import OpenRisk, session_pnl_pct
from ytc_tui.model.state import OrderRecord, State
from ytc_tui.model.tasks import TaskMessage
from ytc_tui.model.trades import OPEN_TRADE_STATES, Trade
from ytc_tui.model.workflow import Workflow


@dataclass(slots=True)
class Situation:
    state: State
    market: MarketView
    policy: Policy
    window: Window
    registry: Registry
    workflow: Workflow
    probes: tuple[Probe, ...] = ()
    at_ns: int = 0
    asked: dict[str, TaskMessage] = field(default_factory=dict)  # by agent: asked, and not on record yet
    _flat_counts: tuple[object, ...] = ()
    _flat_view: AccountView | None = None
    feed_over: bool = False  # no further price will come
    journal_away: bool = False  # the journal does not accept writes now
    chain_unchecked: bool = False  # of a recovered session, while its whole chain is being verified
    history: History = NO_HISTORY  # what is known of the sessions before this one
    _trades: Index[Trade] = field(default_factory=lambda: Index(lambda trade: trade.symbol), repr=False)
    _entries: Index[OrderRecord] = field(
        default_factory=lambda: Index(lambda record: record.request.attached_stop_id), repr=False
    )

    def mark_of(self, symbol: str) -> Decimal:
        """The last price met, at which an open position is valued; LookupError when there is none."""
        mark = self.market.mark(symbol)
        if mark is None:
            raise LookupError(f"no price was met for {symbol}")
        return mark

    def _unit_of(self, symbol: str) -> Decimal:
        """What one contract of an open position is worth at the mark."""
        return self.mark_of(symbol) * self.market.instruments[symbol].contract_size

    def unrealised(self) -> Decimal:
        return sum(
            (held.unrealised(self.mark_of(symbol)) for symbol, held in self.state.positions.items()), ZERO
        )

    def exit_fees(self) -> Decimal:
        """Estimated taker fees of closing everything at the marks."""
        return sum(
            (
                abs(held.quantity) * self._unit_of(symbol) * self.market.instruments[symbol].taker_fee
                for symbol, held in self.state.positions.items()
            ),
            ZERO,
        )

    def equity(self) -> Decimal:
        return self.state.wallet + self.unrealised()

    def base_balance(self) -> Decimal:
        """Start balance once fixed, before that the opening balance."""
        state = self.state
        return state.start_balance if state.start_balance is not None else state.opening_balance

    def pnl_pct(self) -> Decimal:
        """Session P&L in percent of the start balance (semantics.md 5); 0 for a session without any
        balance, which is blocked as it opens."""
        if self.base_balance() <= ZERO:
            return ZERO
        return session_pnl_pct(
            wallet_balance=self.state.wallet,
            unrealised=self.unrealised(),
            exit_fees=self.exit_fees(),
            start_balance=self.base_balance(),
        )

    def trade_on(self, symbol: str) -> Trade | None:
        """The trade that holds `symbol`, if there is one; one whose first fill was just booked counts,
        although its state has not moved yet."""
        return next((trade for trade in self.trades_in(symbol) if _holds(trade)), None)

    def trades_in(self, symbol: str) -> Iterator[Trade]:
        """Every trade in `symbol` that was ever planned, oldest first."""
        return self._trades.find(self.state.trades, symbol)

    def entry_with_stop(self, client_id: str) -> OrderRecord | None:
        """The entry order that carries the stop `client_id`."""
        return next(self._entries.find(self.state.orders, client_id), None) if client_id else None

    def covered_quantity(self, symbol: str, side: Side) -> Decimal:
        """Quantity of `symbol` under protective stops on the closing side `side`: those that the venue
        works, and those sent at this very instant. A stop that is unanswered, UNKNOWN, or not at the venue as
        it is here covers nothing."""
        return sum(
            (
                record.remaining
                for record in self.state.working_orders(symbol, OrderRole.PROTECTIVE_STOP)
                if record.request.side is side
                and (
                    self.works_at_venue(record)
                    or (record.state is OrderState.INTENT and record.created_ns == self.at_ns)
                )
            ),
            ZERO,
        )

    def works_at_venue(self, record: OrderRecord) -> bool:
        """Whether the venue has confirmed the order and has not shown since that it is gone or another."""
        name, known = record.request.client_id, self.state.discrepancies
        differs = f"missing-{name}" in known or f"content-{name}" in known
        return record.state in (OrderState.ACKED, OrderState.PARTIAL) and not differs

    def open_risks(self) -> tuple[OpenRisk, ...]:
        """Open positions at their stops, and working or unknown entries at their worst case."""
        risks = []
        for symbol, held in self.state.positions.items():
            side = Side.BUY if held.quantity > ZERO else Side.SELL
            mark = self.mark_of(symbol)
            trade = self.trade_on(symbol)
            stop = trade.stop if trade is not None else None
            covered = self.covered_quantity(symbol, side.opposite) >= abs(held.quantity)
            quantity = abs(held.quantity) * held.contract_size
            money = quantity * mark
            at_breakeven = False
            if stop is not None and covered:
                money = max(ZERO, (mark - stop) * side.sign * quantity)
                at_breakeven = (stop - held.average_price) * side.sign >= ZERO
                if at_breakeven:
                    money = ZERO
            risks.append(OpenRisk(symbol, side, quantity * mark, money, at_breakeven))
        for record in self.state.working_orders(role=OrderRole.ENTRY):
            request = record.request
            price = request.limit_price or request.stop_price or self.market.mark(request.symbol) or ZERO
            stop = request.attached_stop_price
            distance = abs(price - stop) if stop is not None else price
            quantity = record.remaining * self.market.instruments[request.symbol].contract_size
            risks.append(
                OpenRisk(
                    request.symbol,
                    request.side,
                    quantity * price,
                    quantity * distance,
                    unknown=record.state is OrderState.UNKNOWN,
                )
            )
        risks.extend(external_risks(self.state, self.market))
        return tuple(risks)

    def open_risk_pct(self) -> Decimal:
        """Loss if every stop is hit, in percent of the start balance; 0 for a session without any balance."""
        if self.base_balance() <= ZERO:
            return ZERO
        return sum((risk.risk_money for risk in self.open_risks()), ZERO) / self.base_balance() * HUNDRED

    def correlations(self, symbol: str) -> tuple[tuple[str, Decimal, str], ...]:
        """How `symbol` moves with each symbol that is at risk now: (symbol, rho, what it rests on).

        Where the check is switched off rho is 0: a pair that is left out would count as 1.
        """
        others = sorted({risk.symbol for risk in self.open_risks()} - {symbol})
        if not self.policy.correlation_check:
            return tuple((other, ZERO, "not checked") for other in others)
        analysis = self.market.analysis
        found = []
        for other in others:
            measured = correlation(
                analysis[symbol].half_hour_closes,
                analysis[other].half_hour_closes,
                days=self.policy.correlation_days,
            )
            found.append((other, Decimal(repr(round(measured.rho, 6))), str(measured)))
        return tuple(found)

    def risk_utilization(self) -> Decimal:
        """Share of the session loss limit that is used, 0 to 1 and beyond."""
        return max(ZERO, -self.pnl_pct()) / self.policy.limits.max_session_loss_pct

    def account_view(self) -> AccountView:
        """The account for an agent; while nothing is open or working it is the same until a count moves."""
        state = self.state
        if state.positions or state.working:
            return self._account_now()
        counts = (state.wallet, state.start_balance, state.consecutive_losses, state.trades_taken)
        if counts != self._flat_counts or self._flat_view is None:
            self._flat_counts, self._flat_view = counts, self._account_now()
        return self._flat_view

    def _account_now(self) -> AccountView:
        state, limits = self.state, self.policy.limits
        equity = self.equity()
        return AccountView(
            currency=self.policy.currency,
            start_balance=self.base_balance(),
            equity=equity,
            session_pnl=equity - self.exit_fees() - self.base_balance(),
            session_pnl_pct=self.pnl_pct(),
            open_risk_pct=self.open_risk_pct(),
            consecutive_losses=state.consecutive_losses,
            trades_taken=state.trades_taken,
            positions_open=len(state.positions),
            max_session_loss_pct=limits.max_session_loss_pct,
            risk_per_trade_pct=limits.risk_per_trade_pct,
            max_positions=limits.max_positions,
            alert_medium_pct=self.policy.alert_medium_pct,
            alert_high_pct=self.policy.alert_high_pct,
            entries_off_loss_pct=limits.entries_off_loss_pct,
            alert_consecutive_losses=self.policy.alert_consecutive_losses,
        )


def _holds(trade: Trade) -> bool:
    """Whether it is open, by its state or its fills; one that has ended may have closed more than its own."""
    if trade.state in OPEN_TRADE_STATES or trade.open_quantity > ZERO:
        return True
    return trade.open_quantity < ZERO and trade.entered_quantity == ZERO
