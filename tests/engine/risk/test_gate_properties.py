"""Laws of the gate over generated accounts, markets and plans, reckoned again in exact fractions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from hypothesis import given, settings, strategies as st

from ytc_tui.engine.risk.gate import ApprovedOrder, Assessment, NotApproved, approve_entry, assess
from ytc_tui.model.market import Side
from ytc_tui.model.money import price_floor
from ytc_tui.model.risk import OpenRisk, RiskLimits, RiskRequest

from .builders import ENTRY, LIMITS, PERP, REQUEST, D, asking

_SYMBOLS = ("ETHUSDT", "BTCUSDT", "SOLUSDT", "ADAUSDT")
_MONEY = st.decimals(0, 3000, places=2)
_TICKS = st.sampled_from([D("0.01"), D("0.1"), D("0.0001")])


@st.composite
def open_risks(draw: st.DrawFn, side: Side) -> OpenRisk:
    return OpenRisk(
        symbol=draw(st.sampled_from(_SYMBOLS)),
        side=draw(st.sampled_from([side, side, side.opposite])),
        notional=draw(st.decimals(0, 300_000, places=2)),
        risk_money=draw(_MONEY),
    )


@st.composite
def requests(draw: st.DrawFn) -> RiskRequest:
    """Requests that most rules pass, so that sizes, caps and cuts are what varies."""
    tick, side = draw(_TICKS), draw(st.sampled_from(Side))
    entry = price_floor(draw(st.decimals(50, 60_000, places=4)), tick)

    def away(bps: int, sign: int) -> Decimal:
        return price_floor(entry + sign * side.sign * entry * bps / 10_000, tick)

    stop_bps = draw(st.integers(30, 400))
    t1_bps = draw(st.integers(stop_bps, 4 * stop_bps))
    t2_bps = draw(st.none() | st.integers(t1_bps, 8 * stop_bps))
    equity = draw(st.decimals(100, 300_000, places=2))
    rho = st.decimals(-1, 1, places=2)
    return replace(
        REQUEST,
        plan=replace(
            REQUEST.plan,
            side=side,
            quantity=draw(st.decimals("0.001", 500, places=4)),
            entry=entry,
            stop=away(stop_bps, -1),
            t1=away(t1_bps, 1),
            t2=None if t2_bps is None else away(t2_bps, 1),
        ),
        instrument=replace(
            PERP,
            tick=tick,
            lot=draw(st.sampled_from([D("0.001"), D("0.01"), D(1)])),
            min_notional=draw(st.sampled_from([D(0), D(5), D(100)])),
            contract_size=draw(st.sampled_from([D(1), D("0.1"), D(10)])),
            taker_fee=draw(st.sampled_from([D(0), D("0.0004"), D("0.001")])),
            maintenance_margin=draw(st.sampled_from([D("0.005"), D("0.1")])),
        ),
        start_balance=draw(st.decimals(100, 300_000, places=2)),
        equity=equity,
        open_risks=tuple(draw(st.lists(open_risks(side), max_size=2))),
        correlations=tuple(
            (symbol, draw(rho), "") for symbol in draw(st.sets(st.sampled_from(_SYMBOLS[1:])))
        ),
        last_price=entry,
        atr=entry / 100,
    )


@st.composite
def limits(draw: st.DrawFn) -> RiskLimits:
    return replace(
        LIMITS,
        max_leverage=draw(st.sampled_from([D(1), D(5), D(50)])),
        max_order_notional=draw(st.sampled_from([D(1_000), D(250_000), D(10_000_000)])),
        half_spread_bps=draw(st.sampled_from([D(0), D("0.5"), D(3)])),
        slippage_bps=draw(st.sampled_from([D(0), D(1)])),
        max_spread_pct=D("0.1"),
    )


def _loss_of_one(request: RiskRequest, rules: RiskLimits) -> Fraction:
    plan, instrument = request.plan, request.instrument
    assert plan.stop is not None
    entry, stop, tick = (Fraction(value) for value in (plan.entry, plan.stop, instrument.tick))
    distance = ceil(abs(entry - stop) / tick) * tick
    each_way = (Fraction(rules.half_spread_bps) + Fraction(rules.slippage_bps)) / 10_000
    slipped = ceil((entry + stop) * each_way / tick) * tick
    fees = (entry + stop) * Fraction(instrument.taker_fee)
    return (distance + slipped + fees) * Fraction(instrument.contract_size)


def _base(request: RiskRequest) -> Fraction:
    return Fraction(min(request.start_balance, request.equity))


def _open_risk(request: RiskRequest, risk: Fraction, rules: RiskLimits) -> Fraction:
    given_rho = {symbol: Fraction(rho) for symbol, rho, _ in request.correlations}
    given_rho[request.plan.symbol] = Fraction(1)
    total = risk
    for other in request.open_risks:
        rho = given_rho.get(other.symbol, Fraction(1))
        together = rho * other.side.sign * request.plan.side.sign
        counts = together >= Fraction(rules.correlation_threshold)
        total += Fraction(other.risk_money)
        if counts:
            total += abs(rho) * (Fraction(other.risk_money) + risk)
    return total


def _equity_at_stop(request: RiskRequest, risk: Fraction) -> Fraction:
    return Fraction(request.equity) - risk - sum(Fraction(other.risk_money) for other in request.open_risks)


@settings(max_examples=120, deadline=None)
@given(requests(), limits())
def test_what_is_granted_breaks_no_limit(request: RiskRequest, rules: RiskLimits) -> None:
    assessment = assess(request, rules)
    granted, instrument = Fraction(assessment.granted), request.instrument
    assert bool(assessment.refused_by) == (granted == 0)
    if not granted:
        return
    assert granted <= Fraction(assessment.asked)
    assert (granted / Fraction(instrument.lot)).denominator == 1
    risk = granted * _loss_of_one(request, rules)
    assert risk <= _base(request) * Fraction(rules.risk_per_trade_pct) / 100
    assert _open_risk(request, risk, rules) <= _base(request) * Fraction(rules.max_open_risk_pct) / 100
    notional = granted * Fraction(request.plan.entry) * Fraction(instrument.contract_size)
    assert Fraction(instrument.min_notional) <= notional <= Fraction(rules.max_order_notional)
    held = sum(Fraction(other.notional) for other in request.open_risks)
    kept = Fraction(request.equity) * (1 - Fraction(rules.margin_buffer_pct) / 100)
    assert notional + held <= kept * Fraction(min(rules.max_leverage, instrument.max_leverage))
    assert request.plan.stop is not None
    at_stop = granted * Fraction(request.plan.stop) * Fraction(instrument.contract_size) + held
    assert _equity_at_stop(request, risk) > at_stop * Fraction(instrument.maintenance_margin)
    parts = assessment.plan
    assert 0 < parts.part_one_quantity <= parts.quantity == assessment.granted


@settings(max_examples=80, deadline=None)
@given(requests(), limits(), st.data())
def test_more_exposure_never_grants_more(
    request: RiskRequest, rules: RiskLimits, data: st.DataObject
) -> None:
    before = assess(request, rules).granted
    added = data.draw(open_risks(request.plan.side))
    exposed = replace(request, open_risks=(*request.open_risks, added))
    assert assess(exposed, rules).granted <= before
    larger = tuple(
        replace(risk, risk_money=risk.risk_money + added.risk_money, notional=risk.notional + added.notional)
        for risk in request.open_risks
    )
    assert assess(replace(request, open_risks=larger), rules).granted <= before


@settings(max_examples=80, deadline=None)
@given(requests(), limits(), st.decimals("0.1", 1, places=2))
def test_less_equity_never_grants_more(request: RiskRequest, rules: RiskLimits, share: Decimal) -> None:
    poorer = replace(request, equity=request.equity * share)
    assert assess(poorer, rules).granted <= assess(request, rules).granted


@settings(max_examples=80, deadline=None)
@given(requests(), limits())
def test_what_was_granted_is_granted_again(request: RiskRequest, rules: RiskLimits) -> None:
    first = assess(request, rules)
    if first.granted:
        again = assess(replace(request, plan=first.plan), rules)
        assert (again.granted, again.cut, again.plan) == (first.granted, None, first.plan)


def _try_entry(assessment: Assessment, request: RiskRequest, quantity: Decimal) -> ApprovedOrder | None:
    plan = request.plan
    order = replace(
        ENTRY,
        symbol=plan.symbol,
        side=plan.side,
        quantity=quantity,
        limit_price=plan.entry,
        attached_stop_price=plan.stop,
    )
    try:
        return approve_entry(assessment, order)
    except NotApproved:
        return None


@settings(max_examples=80, deadline=None)
@given(requests(), limits(), st.decimals("-1", "600", places=4))
def test_no_order_is_approved_for_more_than_was_granted(
    request: RiskRequest, rules: RiskLimits, quantity: Decimal
) -> None:
    assessment = assess(request, rules)
    for asked in (quantity, assessment.granted, assessment.granted + request.instrument.lot):
        approved = _try_entry(assessment, request, asked)
        assert (approved is not None) == (0 < asked <= assessment.granted)


def test_the_generated_requests_are_granted_cut_and_refused() -> None:
    """The laws above are not about refusals alone."""
    seen: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(requests(), limits())
    def look(request: RiskRequest, rules: RiskLimits) -> None:
        assessment = assess(request, rules)
        if assessment.cut is not None and assessment.granted:
            seen.add(f"cut by {assessment.cut.rule}")
        seen.add(assessment.refused_by or "granted")

    look()
    assert {"granted", "cut by risk_per_trade", "cut by order_notional", "cut by buying_power"} <= seen
    assert {"cut by open_risk", "open_risk", "min_size", "reward_risk"} <= seen


def test_an_odd_lot_that_would_spoil_the_blend_is_cut_and_not_refused() -> None:
    whole = replace(REQUEST, instrument=replace(PERP, lot=D(1), min_notional=D(0), taker_fee=D(0)))
    free = replace(LIMITS, half_spread_bps=D(0), slippage_bps=D(0))
    three = asking(whole, quantity=D(3), t1=D(2496), t2=D("2505.5"))
    assert assess(three, free).granted == 2
    assert assess(asking(three, quantity=D(1)), free).refused_by == "reward_risk"
