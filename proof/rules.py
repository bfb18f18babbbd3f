"""The rules of conduct, each checked at the instants at which it binds.

The numbers are those of the method (semantics.md 4 and 5), not those of the session's settings. A breach says
the session, the instant and the figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from proof.journal import Entry, Order, Session, amount, order_of
from proof.ledger import ZERO, Costs
from proof.market import NS_PER_S
from proof.timeline import Book

RISK_PER_TRADE_PCT = Decimal(1)
OPEN_RISK_PCT = Decimal(3)
EMERGENCY_PCT = Decimal(-3)
ENTRIES_OFF_PCT = Decimal("-2.5")
MAX_POSITIONS = 3
MAX_LOSSES_IN_ROW = 5
MAX_TRADES = 20
BREAKEVEN_R = Decimal("0.1")
MIN_RR_PART_ONE = Decimal(1)
MIN_RR_BLENDED = Decimal("1.5")
MIN_SCORE = 70
MIN_REGIME_FIT = 0.4
MIN_STOP_IN_ROUND_TRIPS = 3
MAX_LEVERAGE = 5


@dataclass(slots=True)
class Judge:
    """Hears every entry of a session and looks at its book at every instant."""

    session: Session
    costs: Costs
    breaches: list[str] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    worst: dict[str, Decimal] = field(default_factory=dict)
    _losses_in_row: int = 0
    _entered: set[str] = field(default_factory=set)
    _entries_from_ns: int | None = None
    _latched: bool = False
    _flattened: bool = False
    _decisions: dict[str, Entry] = field(default_factory=dict)
    _plans: dict[str, dict[str, Any]] = field(default_factory=dict)
    _setups: dict[str, dict[str, Any]] = field(default_factory=dict)
    _best_stop: dict[str, Decimal] = field(default_factory=dict)
    _started: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = self.session.first("SessionStarted").body

    def hear(self, book: Book, entry: Entry) -> None:
        """Judge an entry against the book as it stood before it."""
        body = entry.body
        match entry.type:
            case "PhaseChanged":
                if body["after"] == "active_trading":
                    self._entries_from_ns = entry.at
            case "SetupDetected":
                self._setups[body["setup"]["setup_id"]] = body["setup"]
            case "TaskAnswered" | "TaskReported":
                # The same answer again is an entry without a result: its setups are known.
                answer = body if entry.type == "TaskAnswered" else body["response"]
                for setup in answer["result"].get("proposals", ()):
                    self._setups[setup["setup_id"]] = setup
            case "DecisionMade":
                self._decisions[body["decision_id"]] = entry
            case "TradePlanned":
                self._plans[body["trade"]["trade_id"]] = body["trade"]
            case "OrderIntended":
                self._order(book, order_of(body["order"], entry), body)
            case "StopTightened":
                self._tightened(body)
            case "FillBooked":
                self._filled(book, entry)
            case "FlattenStarted":
                self._flattened = self._flattened or bool(body["final"])
            case "CommandTaken":
                self._latched = self._latched and body["command"]["verb"] != "resume"
            case "TradeClosed":
                self._closed(Decimal(body["r_multiple"]))

    def watch(self, book: Book) -> None:
        """Judge what is held at this instant."""
        pnl = book.pnl_pct
        self._keep("pnl_pct", pnl, lowest=True)
        self._latched = self._latched or pnl <= ENTRIES_OFF_PCT
        if pnl <= EMERGENCY_PCT:
            self._ask("emergency", self._flattened, book, f"P&L {pnl} %, no final flatten")
        held = book.open_positions
        if not held:
            return
        self._ask("max_positions", len(held) <= MAX_POSITIONS, book, f"{len(held)} positions")
        for symbol, position in held.items():
            covered = book.covered(symbol)
            enough = covered >= abs(position.quantity)
            self._ask("covered", enough, book, f"{symbol} {position.quantity} held, {covered} covered")
        leverage = sum((book.notional(symbol) for symbol in held), ZERO) / book.equity
        self._keep("leverage", leverage)
        self._ask("leverage", leverage <= MAX_LEVERAGE, book, f"notional is {leverage} x equity")
        risk = self._open_risk(book) / min(book.start, book.equity) * 100
        self._keep("open_risk_pct", risk)
        self._ask("open_risk", risk <= OPEN_RISK_PCT, book, f"open risk {risk} %")
        late = book.at_ns > self._started["hard_end_ns"] + 2 * NS_PER_S
        self._ask("flat_by_hard_end", not late, book, f"{sorted(held)} held after the hard end")

    def _open_risk(self, book: Book) -> Decimal:
        """What is lost from the entries to the stops, with the costs of the way out."""
        lost = ZERO
        for symbol, position in book.open_positions.items():
            row, sign = book.rows[symbol], 1 if position.quantity > ZERO else -1
            for stop in book.stops.values():
                if stop.works and stop.order.symbol == symbol and stop.order.trigger is not None:
                    average = position.cost / abs(position.quantity) / row.contract_size
                    each = (average - stop.order.trigger) * sign
                    each += stop.order.trigger * (row.taker_fee + self._slip)
                    lost += max(ZERO, each * row.contract_size * min(stop.left, abs(position.quantity)))
        return lost

    def _order(self, book: Book, order: Order, body: dict[str, Any]) -> None:
        decision = self._decisions.get(body["decision_id"])
        approved = bool(body["approval_id"]) and (
            not decision.body["refused_by"] if decision else order.role == "flatten"
        )
        self._ask("approved", approved, book, f"{order.order_id} has no approving decision")
        if order.role == "protective_stop":
            self._stop_moves(book, order)
        if order.role != "entry":
            self._ask("reduces", order.reduce_only, book, f"{order.role} {order.order_id} may open")
        elif decision is not None:
            granted = Decimal(decision.body["granted"])
            self._ask("within_grant", order.quantity <= granted, book, f"{order.quantity} of {granted}")
            self._entry(book, order)
            for breach in self._plan_faults(book, order, self._plans[order.trade_id]):
                self._ask("plan", False, book, f"{order.trade_id}: {breach}")
            self._ask("plan", True, book, "")

    def _entry(self, book: Book, order: Order) -> None:
        """What must hold at the instant at which an entry is sent."""
        busy = {*book.open_positions, *(each.symbol for each in book.entries.values())}
        self._ask("slots", len(busy) < MAX_POSITIONS, book, f"{len(busy)} symbols are in use")
        self._ask("one_a_symbol", order.symbol not in busy, book, f"{order.symbol} is in use")
        self._ask("entry_pnl", book.pnl_pct > ENTRIES_OFF_PCT, book, f"entry at {book.pnl_pct} %")
        self._ask("entries_latched", not self._latched, book, "entry after entries went off")
        self._ask("streak", self._losses_in_row < MAX_LOSSES_IN_ROW, book, f"{self._losses_in_row} losses")
        self._ask("trades", len(self._entered) < MAX_TRADES, book, f"{len(self._entered)} trades before")
        begin, end = self._entries_from_ns, self._started["planned_end_ns"]
        opened = self._started["open_ns"]
        inside = begin is not None and opened <= begin <= order.at < end
        self._ask("entry_hours", inside, book, f"entry outside {begin} to {end}")

    def _plan_faults(self, book: Book, order: Order, trade: dict[str, Any]) -> Iterator[str]:
        """What is wrong with a plan's risk, reward and setup at its worst entry."""
        row, slip = book.rows[order.symbol], self._slip
        stop, limit, sign = order.stop_price, order.limit, order.sign
        if stop is None or limit is None or (limit - stop) * sign <= ZERO:
            yield f"entry {limit} has no stop beyond it ({stop})"
            return
        fee = row.taker_fee
        distance, round_trip = abs(limit - stop), (limit + stop) * (fee + slip)
        base = min(book.start, book.equity)
        risk = order.quantity * row.contract_size * (distance + round_trip) / base * 100
        self._keep("risk_per_trade_pct", risk)
        if risk > RISK_PER_TRADE_PCT:
            yield f"risk {risk} %"
        if distance < MIN_STOP_IN_ROUND_TRIPS * round_trip:
            yield f"stop distance {distance} under 3 round trips of {round_trip}"

        def ratio(target: Decimal) -> Decimal:
            return ((target - limit) * sign - (limit + target) * fee) / (distance + round_trip)

        t1, t2 = Decimal(trade["t1"]), amount(trade["t2"])
        first = Decimal(trade["part_one_quantity"]) / Decimal(trade["planned_quantity"])
        blended = ratio(t1) if t2 is None else first * ratio(t1) + (1 - first) * ratio(t2)
        self._keep("rr_part_one", ratio(t1), lowest=True)
        self._keep("rr_blended", blended, lowest=True)
        if ratio(t1) < MIN_RR_PART_ONE or blended < MIN_RR_BLENDED:
            yield f"reward to risk {ratio(t1)} on part one, {blended} blended"
        if trade["setup_kind"] != "MANUAL":
            yield from self._setup_faults(order, limit, trade)

    def _setup_faults(self, order: Order, limit: Decimal, trade: dict[str, Any]) -> Iterator[str]:
        setup = self._setups[trade["setup_id"]]
        if setup["score"] < MIN_SCORE or trade["score"] < MIN_SCORE:
            yield f"score {setup['score']}"
        if setup["regime_fit"] < MIN_REGIME_FIT:
            yield f"fit {setup['regime_fit']} to {setup['regime']}"
        midpoint = (setup["t1"] + setup["stop"]) / 2
        for name in ("lwp", "lrp"):
            if (Decimal(repr(float(setup[name]))) - limit) * order.sign < ZERO:
                yield f"worst entry {limit} is beyond {name.upper()} {setup[name]}"
        if abs(setup["lrp"] - midpoint) > 1e-6 * midpoint:
            yield f"LRP {setup['lrp']} is not the midpoint {midpoint} of stop and T1"

    def _stop_moves(self, book: Book, order: Order) -> None:
        """A new stop of a trade is never wider than one before it."""
        if order.trigger is None:
            self._ask("tightens", False, book, f"{order.order_id} has no price")
            return
        direction = -order.sign
        known = self._best_stop.get(order.trade_id, Decimal(self._plans[order.trade_id]["initial_stop"]))
        tighter = (order.trigger - known) * direction >= ZERO
        self._ask("tightens", tighter, book, f"{order.trade_id}: stop {order.trigger} after {known}")
        self._best_stop[order.trade_id] = order.trigger

    def _tightened(self, body: dict[str, Any]) -> None:
        long = self._plans[body["trade_id"]]["side"] == "buy"
        moved = (Decimal(body["after"]) - Decimal(body["before"])) * (1 if long else -1)
        self._ask("tightens", moved >= ZERO, None, f"{body['trade_id']}: {json.dumps(body)}")

    def _filled(self, book: Book, entry: Entry) -> None:
        order = book.entries.get(entry.body["fill"]["client_id"])
        if order is None:
            return
        self._entered.add(order.trade_id)
        price = Decimal(entry.body["fill"]["price"])
        if order.limit is not None:
            self._ask("fill_in_limit", (order.limit - price) * order.sign >= ZERO, book, f"filled at {price}")
        in_time = entry.at <= self._started["planned_end_ns"]
        self._ask("entry_fill_hours", in_time, book, "an entry filled after the planned end")

    def _closed(self, r_multiple: Decimal) -> None:
        if abs(r_multiple) >= BREAKEVEN_R:
            self._losses_in_row = self._losses_in_row + 1 if r_multiple < ZERO else 0

    @property
    def _slip(self) -> Decimal:
        return (self.costs.spread_bps / 2 + self.costs.slippage_bps) / 10_000

    def _keep(self, name: str, value: Decimal, *, lowest: bool = False) -> None:
        known = self.worst.get(name)
        if known is None or (value < known if lowest else value > known):
            self.worst[name] = value

    def _ask(self, rule: str, kept: bool, book: Book | None, why: str) -> None:
        self.checks[rule] = self.checks.get(rule, 0) + 1
        if not kept:
            when = "" if book is None else f" at {datetime.fromtimestamp(book.at_ns / NS_PER_S, UTC)}"
            self.breaches.append(f"{rule}: session {self.session.name}{when}: {why}")
