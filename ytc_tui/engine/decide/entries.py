"""From setup to order: the plan, what the gate is asked about it, and the entry with its stop attached.

Decides a plan's prices and size, and the shape of its entry. Imports the gate, sizing, ids, the situation
and the model. Invariant: no entry without an attached stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ytc_tui.analysis.exits import policies
from ytc_tui.analysis.sizing import size_position, split_parts, tick_value
from ytc_tui.engine.drawdown import drawdowns, nearest
from ytc_tui.engine.ids import client_order_id
from ytc_tui.engine.news import blackout_reason, restricted_reason
from ytc_tui.engine.risk.exposure import cost_per_unit, loss_per_unit
from ytc_tui.engine.risk.gate import Assessment, approve_entry
from ytc_tui.engine.situation import Situation
from ytc_tui.model import events as ev
from ytc_tui.model.market import Instrument, Side
from ytc_tui.model.money import ZERO, decimal_from_float, price_ceiling, price_floor
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole, OrderState
from ytc_tui.model.risk import RiskRequest, TradePlan
from ytc_tui.model.signals import Setup
from ytc_tui.model.state import Discrepancy
from ytc_tui.model.trades import MANUAL, Trade, TradeState


def plan_of(sit: Situation, setup: Setup) -> TradePlan:
    """The setup as prices on the tick grid, with stop and targets as the exit policy trades them, and a size
    for the 1 % rule (Y-37, Y-44).

    No entry is below one tick, however much costs take off it.

    Reward to risk is net of costs (semantics.md 4), so the last reward:risk price is too: a round
    trip's cost nearer to the stop than Y-31 puts it. The entry's limit is the tighter of that and LWP.
    """
    instrument = sit.market.instruments[setup.symbol]
    worst = max(instrument.tick, _worst_entry(sit, setup, instrument))
    entry = _toward(instrument, worst, setup.side.opposite)
    stop = _toward(instrument, decimal_from_float(setup.stop), setup.side.opposite)
    t1 = _toward(instrument, decimal_from_float(setup.t1), setup.side.opposite)
    t2 = None
    if setup.t2 is not None:
        t2 = _toward(instrument, decimal_from_float(setup.t2), setup.side.opposite)
    plan = TradePlan(setup.symbol, setup.side, ZERO, entry, stop, t1, t2, ZERO)
    rules = sit.policy.management
    plan = policies()[rules.policy].shape(plan, instrument, rules)
    return sized(sit, plan, stop if plan.stop is None else plan.stop)


def sized(sit: Situation, plan: TradePlan, stop: Decimal) -> TradePlan:
    """`plan`, which is stopped out at `stop`, with the size of the 1 % rule and its two parts."""
    instrument = sit.market.instruments[plan.symbol]
    size = size_position(
        base=min(sit.base_balance(), sit.equity()),
        risk_pct=sit.policy.limits.risk_per_trade_pct,
        entry=plan.entry,
        stop=stop,
        tick=instrument.tick,
        tick_value=tick_value(instrument),
        lot=instrument.lot,
        cost_per_unit=cost_per_unit(instrument, plan.entry, stop, sit.policy.limits),
    )
    return with_quantity(plan, size.quantity, instrument)


def _worst_entry(sit: Situation, setup: Setup, instrument: Instrument) -> Decimal:
    limit, stop = decimal_from_float(setup.limit), decimal_from_float(setup.stop)
    cost = cost_per_unit(instrument, limit, stop, sit.policy.limits) / instrument.contract_size
    net_lrp = decimal_from_float(setup.lrp) - cost * setup.side.sign
    return min(limit, net_lrp) if setup.side is Side.BUY else max(limit, net_lrp)


def with_quantity(plan: TradePlan, quantity: Decimal, instrument: Instrument) -> TradePlan:
    """`plan` for `quantity`, split into its two parts."""
    least = instrument.min_notional / (plan.entry * instrument.contract_size)
    parts = split_parts(quantity, instrument.lot, least)
    return replace(plan, quantity=quantity, part_one_quantity=parts.first)


def _toward(instrument: Instrument, price: Decimal, side: Side) -> Decimal:
    """`price` on the tick grid: down when `side` is SELL (a long's prices), up when it is BUY."""
    if side is Side.SELL:
        return price_floor(price, instrument.tick)
    return price_ceiling(price, instrument.tick)


def risk_request(sit: Situation, plan: TradePlan) -> RiskRequest:
    """All that the gate's rules may know about `plan` now."""
    state, market, window = sit.state, sit.market, sit.window
    analysis = market.analysis[plan.symbol]
    atr = analysis.atr_ttf
    recent = sum(1 for at in state.order_times_ns if at > sit.at_ns - 60_000_000_000)
    lost = nearest(drawdowns(sit))
    return RiskRequest(
        plan=plan,
        instrument=market.instruments[plan.symbol],
        gate=state.gate,
        now_ns=sit.at_ns,
        entries_from_ns=window.active_ns,
        entries_until_ns=window.planned_end_ns,
        start_balance=sit.base_balance(),
        equity=sit.equity(),
        session_pnl_pct=sit.pnl_pct(),
        open_risks=sit.open_risks(),
        consecutive_losses=state.consecutive_losses,
        trades_taken=state.trades_taken,
        orders_last_minute=recent,
        rejects_in_row=state.rejects_in_row,
        last_price=market.mark(plan.symbol),
        atr=None if atr is None else decimal_from_float(round(atr, 10)),
        blackout_reason=blackout_reason(sit),
        restricted_reason=restricted_reason(sit),
        data_problem=market.problem(plan.symbol),
        correlations=sit.correlations(plan.symbol),
        drawdown_problem=f"{lost.words}: no entries" if lost is not None and lost.at_limit else "",
        drawdown_used=lost.used_pct if lost is not None else None,
        drawdown_limit=lost.held.limit_pct if lost is not None else None,
        bias=state.standing_bias(plan.symbol, sit.at_ns),
        foreign_reason=_symbol_problem(sit, plan.symbol),
    )


def _symbol_problem(sit: Situation, symbol: str) -> str:
    """Why `symbol` takes no new risk: an unknown order, an open discrepancy, or a trade already there."""
    state = sit.state
    for record in state.working_orders(symbol):
        if record.state is OrderState.UNKNOWN:
            return f"order {record.request.client_id} is UNKNOWN"
        if record.request.role is OrderRole.ENTRY:
            return "an entry order is working already"
    if state.venue_silent_ns:
        return "the venue does not answer"
    for found in state.discrepancies.values():
        if found.symbol == symbol or (_is_everywhere(sit, found) and found.open_at(sit.at_ns)):
            return f"open discrepancy: {found.kind}"
    if any(order.symbol == symbol for order in state.external_orders.values()):
        return "an EXTERNAL order stands at the venue"
    if symbol in state.positions:
        return "a position is open already"
    # What is left of an earlier trade could close a part of the next one.
    left = next(iter(state.working_orders(symbol)), None)
    return f"{left.request.role} {left.request.client_id} of an earlier trade still works" if left else ""


def _is_everywhere(sit: Situation, found: Discrepancy) -> bool:
    """Whether a difference keeps every symbol off: it is about the account, or cannot be valued."""
    return found.symbol not in sit.market.instruments


def enter(
    sit: Situation, setup: Setup, assessment: Assessment, decision: str, attempt: int
) -> Iterator[ev.Event]:
    """The trade and its stop-limit entry with the stop attached (domain.md Y-33, agent 08).

    `attempt` counts the entry orders of this setup, this one included.
    """
    plan = assessment.plan
    trigger = _toward(sit.market.instruments[plan.symbol], decimal_from_float(setup.trigger), plan.side)
    if (plan.entry - trigger) * plan.side.sign < ZERO:
        trigger = plan.entry
    order = replace(entry_order(sit, plan, decision), kind=OrderKind.STOP_LIMIT, stop_price=trigger)
    yield from enter_with(sit, assessment, order, decision, origin_of(setup, attempt))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a trade comes from: the setup's id, kind, score and last wholesale price, and which attempt on it
    this is."""

    setup_id: str
    kind: str
    score: float
    attempt: int
    lwp: Decimal | None = None


def origin_of(setup: Setup, attempt: int) -> Origin:
    return Origin(setup.setup_id, setup.kind.value, setup.score, attempt, decimal_from_float(setup.lwp))


def entry_order(sit: Situation, plan: TradePlan, decision: str) -> OrderRequest:
    """A limit entry at the plan's worst price with the plan's stop attached; it expires as every entry."""
    policy, session = sit.policy, sit.state.session_id

    def leg(name: str) -> str:
        return client_order_id(policy.install_id, policy.account_id, session, decision, name)

    return OrderRequest(
        client_id=leg("entry"),
        symbol=plan.symbol,
        side=plan.side,
        kind=OrderKind.LIMIT,
        role=OrderRole.ENTRY,
        quantity=plan.quantity,
        limit_price=plan.entry,
        expires_ns=sit.at_ns + policy.expiry_ns,
        attached_stop_price=plan.stop,
        attached_stop_id=leg("attached-stop"),
    )


def enter_with(
    sit: Situation, assessment: Assessment, order: OrderRequest, decision: str, origin: Origin
) -> Iterator[ev.Event]:
    """The trade of a granted plan and its entry order, approved."""
    approved = approve_entry(assessment, order)
    trade_id = decision.replace("D", "T")
    plan = assessment.plan
    yield ev.TradePlanned(planned_trade(sit, plan, decision, trade_id, origin))
    yield ev.OrderIntended(
        approved.order, trade_id, decision, approved.approval_id, None, f"{origin.kind} {plan.side}"
    )


def planned_trade(sit: Situation, plan: TradePlan, decision: str, trade_id: str, origin: Origin) -> Trade:
    """The trade record of an approved plan; its 1 R is the loss at the stop with costs."""
    instrument = sit.market.instruments[plan.symbol]
    if plan.stop is None:
        raise ValueError(f"plan for {plan.symbol} has no stop")
    per_unit = loss_per_unit(instrument, plan.entry, plan.stop, sit.policy.limits)
    # All of a trade by hand leaves at its one target, and so does one of a policy in one part.
    whole = origin.kind == MANUAL or policies()[sit.policy.management.policy].parts == 1
    part_one = plan.quantity if whole else plan.part_one_quantity
    return Trade(
        trade_id=trade_id,
        decision_id=decision,
        setup_id=origin.setup_id,
        setup_kind=origin.kind,
        symbol=plan.symbol,
        side=plan.side,
        state=TradeState.PENDING_ENTRY,
        planned_quantity=plan.quantity,
        part_one_quantity=part_one,
        entry_limit=plan.entry,
        initial_stop=plan.stop,
        stop=plan.stop,
        t1=plan.t1,
        t2=plan.t2,
        risk_money=per_unit * plan.quantity,
        planned_ns=sit.at_ns,
        score=origin.score,
        contract_size=instrument.contract_size,
        attempts=origin.attempt,
        lwp=origin.lwp,
    )
