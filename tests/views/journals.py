"""Journals made by hand: events linked into a chain, with the state and rows that follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.engine.apply import apply
from ytc_tui.engine.ports import Batch, ProjectionRow
from ytc_tui.engine.projections import rows_of
from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead, Entry
from ytc_tui.model.codec import canonical
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S, Side
from ytc_tui.model.money import ONE, ZERO
from ytc_tui.model.orders import Fill, Liquidity, OrderKind, OrderRequest, OrderRole
from ytc_tui.model.risk import TradePlan, Verdict
from ytc_tui.model.session import Gate, Mode, Phase, PhaseTrigger, SessionStatus, Severity, StepResult
from ytc_tui.model.signals import ScorePart, Setup, SetupKind
from ytc_tui.model.state import State
from ytc_tui.model.structure import Regime
from ytc_tui.model.tasks import (
    Handoff,
    HandoffState,
    HandoffStatus,
    Priority,
    ResponseMessage,
    ResponseStatus,
    TaskMessage,
    TaskType,
)
from ytc_tui.model.trades import ExitReason, Trade, TradeState, after_fill, outcome_of
from ytc_tui.views.journal import Recorded

D = Decimal
SESSION = "b7d2a1f0-0000-5000-8000-000000000001"
BTC = "BTCUSDT"
# 2022-11-08 12:00 UTC: the instant of INIT; minutes below count from here.
INIT_NS = 1_667_908_800 * NS_PER_S
BAR = ev.BarRef(BTC, INIT_NS, "d" * 64)
ESCAPE = "\x1b]52;c;aGk=\x07"


@dataclass
class Journal:
    """Events in order. `check` False links without applying, for what no engine would write."""

    session: str = SESSION
    head: ChainHead = field(init=False)
    state: State = field(init=False)
    records: list[Recorded] = field(default_factory=list)
    rows: dict[tuple[str, tuple[str, ...]], ProjectionRow] = field(default_factory=dict)
    minute: float = 0

    def __post_init__(self) -> None:
        self.head, self.state = ChainHead(self.session), State(self.session)

    def add(self, event: ev.Event, minute: float | None = None, *, check: bool = True) -> Recorded:
        self.minute = self.minute if minute is None else minute
        at_ns = INIT_NS + int(self.minute * NS_PER_MIN)
        kind = type(event).__name__
        body = canonical(event)
        entry = self.head.link(at_ns, kind, ev.version_of(kind), ev.correlation_of(event), "", body)
        if check:
            apply(self.state, event, at_ns)
            for row in rows_of(self.state, event):
                self.rows[row.table, row.key] = row
        self.records.append(Recorded(entry, event))
        return self.records[-1]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(record.entry for record in self.records)

    def fill(
        self, client_id: str, side: Side, quantity: str, price: str, trade_id: str = "", **changes: Any
    ) -> Recorded:
        """A fill with the profit that the model's law gives, fee 0.04 %."""
        number = len(self.state.fill_ids) + 1
        amount, paid = D(quantity), D(price)
        fee = changes.pop("fee", amount * paid * D("0.0004"))
        at_ns = INIT_NS + int(self.minute * NS_PER_MIN)
        symbol = changes.pop("symbol", BTC)
        fill = Fill(f"f{number}", client_id, symbol, side, amount, paid, fee, Liquidity.TAKER, at_ns)
        _, realised = after_fill(self.state.position(symbol), side, amount, paid)
        event = ev.FillBooked(fill, trade_id, changes.pop("realised", realised), ONE)
        return self.add(event, check=changes.pop("check", True))


async def stored(path: Path, *journals: Journal) -> Path:
    """The journals with their rows in a store at `path`."""
    store = LoopJournal(path)
    for journal in journals:
        await store.append(Batch(journal.entries, tuple(journal.rows.values())))
        await store.anchor(journal.session, INIT_NS)
    await store.close()
    return path


def started(balance: str = "10000") -> ev.SessionStarted:
    return ev.SessionStarted(
        Mode.PAPER, "paper", "USDT", (BTC,), "bars", "f" * 64, "c" * 64, "run", "day", "crypto",
        INIT_NS, INIT_NS + 20 * NS_PER_MIN, INIT_NS + 200 * NS_PER_MIN, INIT_NS + 260 * NS_PER_MIN,
        D(balance), "0.1.0",
    )  # fmt: skip


def setup(name: str = "PB-BTCUSDT-buy-1", **changes: Any) -> Setup:
    values: dict[str, Any] = {
        "setup_id": name, "kind": SetupKind.PB, "symbol": BTC, "side": Side.BUY, "found_ns": INIT_NS,
        "anchor_ns": INIT_NS, "trigger": 100.0, "limit": 100.5, "stop": 98.0, "t1": 104.0, "t2": 108.0,
        "lwp": 100.5, "lrp": 101.0, "score": 82.5, "regime": Regime.STEADY_TREND, "regime_fit": 0.7,
        "score_parts": (ScorePart("trend", 30.0, 40.0), ScorePart("strength", 52.5, 60.0)),
        "confluence": ("zone", "50 % retrace"), "expires_ns": INIT_NS + NS_PER_MIN, "grade": "B",
    }  # fmt: skip
    return Setup(**{**values, **changes})


PLAN = TradePlan(BTC, Side.BUY, D(10), D("100.5"), D(98), D(104), D(108), D(5))
PASSED = Verdict("setup_score", True, "score 82.5 of 70 needed", D("82.5"), D(70))
FAILED = Verdict("reward_risk", False, "blended 1.2 < 1.5", D("1.2"), D("1.5"))
ALSO_FAILED = Verdict("costs", False, "stop distance 0.5 < 1.2", D("0.5"), D("1.2"))


def decision(number: int, setup_id: str, **changes: Any) -> ev.DecisionMade:
    values: dict[str, Any] = {
        "decision_id": f"D{number:04d}", "setup_id": setup_id, "plan": PLAN, "verdicts": (PASSED,),
        "asked": D(10), "granted": D(10), "refused_by": "", "reason": "granted 10 as asked", "bar": BAR,
    }  # fmt: skip
    return ev.DecisionMade(**{**values, **changes})


def refusal(number: int, setup_id: str, **changes: Any) -> ev.DecisionMade:
    values = {
        "verdicts": (PASSED, ALSO_FAILED, FAILED),
        "granted": ZERO,
        "refused_by": "reward_risk",
        "reason": "blended 1.2 < 1.5",
    }
    return decision(number, setup_id, **{**values, **changes})


def trade(number: int = 1, setup_id: str = "PB-BTCUSDT-buy-1") -> Trade:
    return Trade(
        f"T{number:04d}", f"D{number:04d}", setup_id, "PB", BTC, Side.BUY, TradeState.PENDING_ENTRY,
        D(10), D(5), D("100.5"), D(98), D(98), D(104), D(108), D(30), INIT_NS,
    )  # fmt: skip


def order(client_id: str, role: OrderRole, quantity: str = "10", **changes: Any) -> OrderRequest:
    entry = role is OrderRole.ENTRY
    values: dict[str, Any] = {
        "client_id": client_id,
        "symbol": BTC,
        "side": Side.BUY if entry else Side.SELL,
        "kind": OrderKind.STOP_LIMIT if entry else OrderKind.LIMIT,
        "role": role,
        "quantity": D(quantity),
        "limit_price": D("100.5"),
        "reduce_only": not entry,
    }
    if entry:
        values |= {"attached_stop_price": D(98), "attached_stop_id": f"{client_id}-stop"}
    return OrderRequest(**{**values, **changes})


def intent(request: OrderRequest, number: int = 1, **changes: Any) -> ev.OrderIntended:
    reason = None if request.role is OrderRole.ENTRY else ExitReason.TARGET
    values: dict[str, Any] = {
        "order": request, "trade_id": f"T{number:04d}", "decision_id": f"D{number:04d}",
        "approval_id": f"a-{request.client_id}", "reason": reason, "note": "T1" if reason else "PB buy",
    }  # fmt: skip
    return ev.OrderIntended(**{**values, **changes})


def task(agent: str, number: int) -> ev.TaskRequested:
    message = TaskMessage(
        f"task-{number}", agent, TaskType.ANALYZE, Priority.NORMAL, {"trigger": "lower_close"}
    )
    return ev.TaskRequested(message)


def answer(agent: str, number: int, result: dict[str, Any], *errors: str) -> ev.TaskReported:
    status = ResponseStatus.FAILURE if errors else ResponseStatus.SUCCESS
    return ev.TaskReported(ResponseMessage(f"task-{number}", agent, status, result, errors))


def opened(session: str = SESSION) -> Journal:
    """A session in ACTIVE_TRADING with its gate ACTIVE."""
    journal = Journal(session)
    journal.add(started())
    journal.add(ev.ChecklistStepDone("initialization", "Load config", StepResult.OK, "config c"))
    journal.add(ev.StatusChanged(SessionStatus.INITIALIZED, SessionStatus.RUNNING, "started"))
    journal.add(ev.PhaseChanged(Phase.INIT, Phase.PRE_MARKET, PhaseTrigger.CONFIGURED, "loaded"))
    journal.add(ev.StartBalanceFixed(D(10000)))
    journal.add(ev.PhaseChanged(Phase.PRE_MARKET, Phase.SESSION_OPEN, PhaseTrigger.MARKET_OPEN, "open"), 20)
    handoff = Handoff(
        "H001",
        "session_open",
        "active_trading",
        "opening read",
        HandoffStatus.COMPLETE,
        (),
        {},
        (),
        False,
        "h",
    )
    journal.add(ev.HandoffProposed(handoff, 60.0), 35)
    journal.add(ev.HandoffDecided("H001", HandoffState.APPROVED, "orchestrator", "none needed"))
    after = Phase.ACTIVE_TRADING
    journal.add(ev.PhaseChanged(Phase.SESSION_OPEN, after, PhaseTrigger.ANALYSIS_DELIVERED, "delivered"))
    journal.add(ev.GateChanged(Gate.REDUCING, Gate.ACTIVE, "trading hours"))
    return journal


def approved_entry(journal: Journal, number: int, client_id: str, minute: float) -> None:
    """A setup, its approval, its trade and its entry order, acknowledged."""
    journal.add(ev.SetupDetected(setup(name := f"PB-BTCUSDT-buy-{number}"), BAR), minute)
    journal.add(decision(number, name))
    journal.add(ev.TradePlanned(trade(number, name)))
    journal.add(intent(order(client_id, OrderRole.ENTRY), number))
    journal.add(ev.OrderAcknowledged(client_id, f"v-{client_id}"))


def traded() -> Journal:
    """T0001 entered and closed at its targets, with its scanner and one alert."""
    journal = opened()
    journal.add(task("setup_scanner", 1), 40)
    journal.add(
        answer("setup_scanner", 1, {"active_setups": [], "missing": {BTC: ["PB: trend is sideways"]}})
    )
    approved_entry(journal, 1, "yentry1", 45)
    journal.fill("yentry1", Side.BUY, "10", "100.4", "T0001")
    stop = order("yentry1-stop", OrderRole.PROTECTIVE_STOP, kind=OrderKind.STOP, limit_price=None)
    journal.add(ev.StopAttached(stop, "v-stop", "T0001"))
    journal.add(ev.TradeMoved("T0001", TradeState.PENDING_ENTRY, TradeState.IN_POSITION, "entry filled"))
    for name, note in (("yt1", "T1"), ("yt2", "T2")):
        journal.add(intent(order(name, OrderRole.TARGET, "5", limit_price=D(104)), note=note))
        journal.add(ev.OrderAcknowledged(name, f"v-{name}"))
    journal.add(ev.AlertRaised("a1", Severity.WARNING, "late", f"{ESCAPE}data | <b>late</b>"), 50)
    journal.minute = 60
    journal.fill("yt1", Side.SELL, "5", "104", "T0001")
    journal.fill("yt2", Side.SELL, "5", "104", "T0001")
    pnl = journal.state.trades["T0001"].net_pnl
    r_multiple = (pnl / D(30)).quantize(D("0.0001"))
    result = (pnl, r_multiple, D("-0.2"), D("1.3"), outcome_of(r_multiple, D("0.1")))
    journal.add(ev.TradeClosed("T0001", TradeState.FULLY_CLOSED, ExitReason.TARGET, *result))
    journal.add(ev.CancelAsked("yentry1-stop", "trade closed"))
    journal.add(ev.OrderCanceled("yentry1-stop", "on request"))
    return journal


def finished() -> Journal:
    """`traded`, then a refused setup, an entry that expires, a review, and the end."""
    journal = traded()
    journal.add(ev.SetupDetected(setup("PB-BTCUSDT-buy-2"), BAR), 70)
    journal.add(refusal(2, "PB-BTCUSDT-buy-2"))
    approved_entry(journal, 3, "yentry3", 80)
    journal.add(ev.OrderExpired("yentry3"), 84)
    journal.add(ev.TradeMoved("T0003", TradeState.PENDING_ENTRY, TradeState.NOT_ENTERED, "expired"))
    journal.add(ev.SetupDetected(setup("PB-BTCUSDT-buy-4"), BAR), 90)
    journal.add(task("entry_execution", 2))
    journal.add(answer("entry_execution", 2, {"proposals": [], "waiting": {"PB-BTCUSDT-buy-4": "expired"}}))
    journal.add(ev.GateChanged(Gate.ACTIVE, Gate.REDUCING, "session time is over"), 200)
    after, why = Phase.POST_MARKET, "session time over"
    journal.add(
        ev.PhaseChanged(Phase.ACTIVE_TRADING, after, PhaseTrigger.TRADING_OVER, why, "session time over")
    )
    journal.add(task("session_review", 3))
    journal.add(ev.TaskRetried("task-3", "session_review", 1, "no answer", INIT_NS))
    journal.add(answer("session_review", 3, {"grade": "A", "lessons_learned": [f"{ESCAPE}wait"]}))
    journal.add(ev.PhaseChanged(after, Phase.SHUTDOWN, PhaseTrigger.REPORTED, "reported"))
    journal.add(ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.COMPLETED, why))
    journal.add(ev.SessionEnded(why, journal.state.wallet, document_of(journal)))
    return journal


def document_of(journal: Journal) -> dict[str, Any]:
    """The figures of spec 000's document that follow from fills."""
    state = journal.state
    pnl = state.wallet - D(10000)
    return {
        "account_balance": str(state.wallet),
        "start_balance": "10000",
        "session_pnl": str(pnl),
        "fees_paid": str(state.fees_paid),
        "funding": "not modelled",
        "trades_count": 1,
        "session_metrics": {
            "current_pnl": str(pnl),
            "current_pnl_pct": str((pnl / 100).quantize(D("0.0001"))),
            "positions_open": 0,
        },
        "funnel": {"entered": 1},
        "trades": [{"trade_id": "T0001", "quantity": "10", "entry_price": "100.4", "pnl": str(pnl)}],
    }
