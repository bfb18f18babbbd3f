"""What let new trades through, and what did not, before any market was looked at.

Decides which latches there are and their order: hours, status, gate, limits, news, venue. Imports the
model and the history. Invariant: read from entries before an instant; what came later is not known to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any, NamedTuple

from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Gate, Phase, SessionStatus
from ytc_tui.model.state import GATE_BEFORE_HOURS
from ytc_tui.model.trades import OPEN_TRADE_STATES, TradeOutcome, TradeState
from ytc_tui.views.history import History
from ytc_tui.views.journal import Recorded, utc
from ytc_tui.views.json_data import listed, mapping

_STREAK, _DRAWDOWN, _TRADE_COUNT = "losing_streak_limit", "drawdown_limit", "trade_count"


class Mark(StrEnum):
    """What a gate said; NOT_ASKED where an earlier one, or nothing at all, spared it the question."""

    OK = "ok"
    NO = "no"
    NOT_ASKED = "not asked"


class Step(NamedTuple):
    """One gate of a chain: what it said and why; `seq` is the entry that tells it, 0 = none does."""

    gate: str
    mark: Mark
    why: str
    seq: int = 0


class _Told(NamedTuple):
    """A reason with the entry that gave it."""

    why: str
    seq: int


@dataclass(slots=True)
class Standing:
    """Phase, status, gate, limits, venue and trades as the entries so far left them.

    `trades` has, per trade id, its symbol and state; `limits` what holds entries off by its code.
    """

    started: ev.SessionStarted | None = None
    phase: Phase = Phase.INIT
    end_reason: str = ""
    status: SessionStatus = SessionStatus.INITIALIZED
    gate: Gate = Gate.REDUCING
    reasons: dict[str, _Told] = field(default_factory=lambda: {"gate": _Told(GATE_BEFORE_HOURS, 0)})
    limits: dict[str, _Told] = field(default_factory=dict)
    trades: dict[str, tuple[str, TradeState]] = field(default_factory=dict)
    discrepancies: dict[str, tuple[str, _Told]] = field(default_factory=dict)
    silent: _Told | None = None
    calendar: tuple[int, Mapping[str, Any]] | None = None

    @classmethod
    def before(cls, history: History, to_ns: int) -> Standing:
        """As of all entries before an instant."""
        return cls._of(takewhile(lambda record: record.at_ns < to_ns, history.records))

    @classmethod
    def until(cls, history: History, seq: int) -> Standing:
        """As of all entries before the entry `seq`."""
        return cls._of(takewhile(lambda record: record.seq < seq, history.records))

    @classmethod
    def _of(cls, records: Iterable[Recorded]) -> Standing:
        standing = cls()
        for record in records:
            standing._take(record)
        return standing

    def open_trades(self, symbol: str | None = None) -> list[str]:
        """Trades that are open in `symbol`, or in any."""
        return [
            name
            for name, (of, state) in self.trades.items()
            if state in OPEN_TRADE_STATES and symbol in (None, of)
        ]

    def pending_entries(self, symbol: str | None = None) -> list[str]:
        return [
            name
            for name, (of, state) in self.trades.items()
            if state is TradeState.PENDING_ENTRY and symbol in (None, of)
        ]

    def steps(self, at_ns: int) -> tuple[Step, ...]:
        """The session's own gates at an instant, in order."""
        return (
            self._hours(),
            self._said("status", self.status is SessionStatus.RUNNING, self.status.replace("_", " ")),
            self._said("gate", self.gate is Gate.ACTIVE, self.gate.upper()),
            self._limits(),
            self._news(at_ns),
            _no("venue", self.silent) if self.silent else Step("venue", Mark.OK, "answers"),
        )

    def symbol_steps(self, symbol: str) -> Iterator[Step]:
        """What of our own stood in the way of a trade in `symbol`."""
        opened, pending = self.open_trades(symbol), self.pending_entries(symbol)
        if opened:
            yield Step("position", Mark.NO, f"{', '.join(opened)} was open in {symbol}")
        elif pending:
            yield Step("position", Mark.NO, f"the entry of {', '.join(pending)} worked already")
        else:
            yield Step("position", Mark.OK, "nothing of ours was open")
        found = [told for of, told in self.discrepancies.values() if of in (symbol, "")]
        if found:
            yield _no("books", found[0])

    def _said(self, name: str, ok: bool, word: str) -> Step:
        told = self.reasons.get(name, _Told("", 0))
        why = f"{word} ({told.why})" if told.why else word
        return Step(name, Mark.OK if ok else Mark.NO, why, told.seq)

    def _hours(self) -> Step:
        told = self.reasons.get("phase", _Told("", 0))
        times = self.started
        match self.phase:
            case Phase.ACTIVE_TRADING:
                words = f", entries until {_clock(times.planned_end_ns)}" if times else ""
            case Phase.PRE_MARKET:
                words = f": the session opens at {_clock(times.open_ns)}" if times else ""
            case Phase.SESSION_OPEN:
                words = ": the opening is watched, not traded"
            case Phase.INIT:
                words = ": the session had not begun"
            case Phase.POST_MARKET | Phase.SHUTDOWN:
                words = f": trading was over ({self.end_reason})"
        mark = Mark.OK if self.phase is Phase.ACTIVE_TRADING else Mark.NO
        return Step("hours", mark, f"the phase was {self.phase}{words}", told.seq)

    def _limits(self) -> Step:
        told = next(iter(self.limits.values()), None)
        return _no("limits", told) if told else Step("limits", Mark.OK, "none was reached")

    def _news(self, at_ns: int) -> Step:
        if self.calendar is None:
            return Step("news", Mark.NOT_ASKED, "no calendar was read")
        seq, told = self.calendar
        calendar, restrictions = mapping(told.get("calendar")), mapping(told.get("trading_restrictions"))
        if calendar.get("filter") != "off":
            for period in listed(restrictions.get("blackout_periods")):
                until = mapping(period).get("end")
                if _instant(mapping(period).get("start")) <= at_ns < _instant(until):
                    event = mapping(period).get("event")
                    return Step("news", Mark.NO, f"blackout until {str(until)[11:16]}Z: {event}", seq)
        problem = calendar.get("problem")
        return Step("news", Mark.OK, f"no blackout known; {problem}" if problem else "no blackout", seq)

    def _take(self, record: Recorded) -> None:
        event, seq = record.event, record.seq
        match event:
            case ev.SessionStarted():
                self.started = event
            case ev.PhaseChanged(after=phase, end_reason=why):
                self.phase, self.reasons["phase"] = phase, _Told("", seq)
                self.end_reason = self.end_reason or why
            case ev.StatusChanged(after=status, reason=why):
                self.status, self.reasons["status"] = status, _Told(why, seq)
            case ev.GateChanged(after=gate, reason=why):
                self.gate, self.reasons["gate"] = gate, _Told(why, seq)
            case ev.ConnectionLost(message):
                self.silent = self.silent or _Told(f"silent since {utc(record.at_ns)}: {message}", seq)
            case ev.ConnectionRestored():
                self.silent = None
            case ev.DiscrepancyFound():
                words = f"open discrepancy {event.discrepancy_id}: {event.kind}"
                self.discrepancies[event.discrepancy_id] = (event.symbol, _Told(words, seq))
            case (
                ev.DiscrepancyResolved(discrepancy_id)
                | ev.PositionAdopted(discrepancy_id)
                | ev.WalletAdopted(discrepancy_id)
                | ev.ExternalOrderAdopted(discrepancy_id)
                | ev.OrderLinked(discrepancy_id)
            ):
                self.discrepancies.pop(discrepancy_id, None)
            case ev.TaskReported(response) if response.agent_name == "economic_calendar":
                self.calendar = (seq, response.result)
            case _:
                self._take_trading(record)

    def _take_trading(self, record: Recorded) -> None:
        match record.event:
            case ev.AlertRaised(code=code, message=message) if code in (_STREAK, _DRAWDOWN):
                self.limits[code] = _Told(message, record.seq)
            case ev.DecisionMade(verdicts=verdicts):
                for verdict in verdicts:
                    # Trades are never untaken: once at its limit, this rule stays there.
                    if verdict.rule == _TRADE_COUNT and not verdict.ok:
                        self.limits.setdefault(_TRADE_COUNT, _Told(verdict.reason, record.seq))
            case ev.TradePlanned(trade):
                self.trades[trade.trade_id] = (trade.symbol, trade.state)
            case ev.TradeMoved(trade_id=trade_id, after=state):
                self._move(trade_id, state)
            case ev.TradeClosed(trade_id=trade_id, state=state, outcome=outcome):
                self._move(trade_id, state)
                if outcome is TradeOutcome.WIN:
                    self.limits.pop(_STREAK, None)
            case _:
                return

    def _move(self, trade_id: str, state: TradeState) -> None:
        symbol, _ = self.trades.get(trade_id, ("", state))
        self.trades[trade_id] = (symbol, state)


def _no(gate: str, told: _Told) -> Step:
    return Step(gate, Mark.NO, told.why, told.seq)


def _instant(text: Any) -> int:
    """UTC ns of an ISO time that an agent told; 0 when it is none."""
    try:
        return int(datetime.fromisoformat(str(text)).timestamp()) * NS_PER_S
    except ValueError:
        return 0


def _clock(at_ns: int) -> str:
    return f"{utc(at_ns)[11:16]}Z"
