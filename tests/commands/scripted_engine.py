"""A session's document as the door shows it, and an engine that shows such documents."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from ytc_tui.client import NEWEST, Frame, Page, Receipt, WholeEntry
from ytc_tui.errors import YtcError
from ytc_tui.model.commands import Command
from ytc_tui.views.journal_query import PageQuery
from ytc_tui.views.review import PastSessions, Review

STARTED_NS = 1_667_909_000_000_000_000  # 2022-11-08 12:03:20 UTC
HELD = {"symbol": "BTCUSDT", "quantity": "-0.5", "cost": "10000", "contract_size": "1"}
ORDER = {
    "client_id": "yabc",
    "symbol": "BTCUSDT",
    "side": "buy",
    "role": "protective_stop",
    "state": "acked",
    "remaining": "0.5",
}
TRADE = {
    "trade_id": "T0001",
    "symbol": "BTCUSDT",
    "side": "sell",
    "state": "in_position",
    "quantity": "0.5",
    "stop": "20150",
    "t1": "19700",
    "opened": "2022-11-08T12:00:00Z",
    "closed": None,
    "pnl": None,
}


def handoff(number: int, state: str) -> dict[str, Any]:
    inside = {
        "handoff_id": f"H00{number}",
        "from_phase": "pre_market",
        "to_phase": "session_open",
        "task": "session prepared",
        "content_hash": f"hash{number}",
    }
    return {"handoff": inside, "state": state, "decided_by": "", "reason": ""}


def document(**changes: Any) -> dict[str, Any]:
    """A session as the door shows it, short of one position at the start."""
    return {
        "session_id": "s-2022-11-08",
        "session_status": "running",
        "current_phase": "active_trading",
        "mode": "paper",
        "running": True,
        "session_metrics": {
            "trades_taken": 1,
            "current_pnl": "-75",
            "current_pnl_pct": "-0.7500",
            "risk_utilization": "0.2500",
            "positions_open": 1,
        },
        "session_pnl": "-75",
        "fees_paid": "4",
        "gate": {"state": "active", "reason": "trading hours"},
        "alerts": [
            {
                "id": "a1",
                "severity": "warning",
                "message": "volatile \x1b[2J\nfake line",
                "timestamp": "2022-11-08T12:01:00Z",
                "count": 3,
                "acknowledged_by": "",
            },
            {
                "id": "a2",
                "severity": "info",
                "message": "seen",
                "timestamp": "2022-11-08T12:00:00Z",
                "count": 1,
                "acknowledged_by": "ada",
            },
        ],
        "active_positions": [HELD],
        "working_orders": [ORDER],
        "trades": [TRADE],
        "agent_states": {
            "monitoring": {"status": "completed", "last_run": "2022-11-08T12:00:00Z", "output": {}}
        },
        "agents_now": {
            "monitoring": {"why_idle": "waits for trading_close", "next_due": "2022-11-08 12:33:00Z"},
            "entry_execution": {"why_idle": "no setup", "next_due": ""},
        },
        "health": {
            "venue": {"status": "ok", "detail": "", "age_s": 0, "metrics": {"positions": 1}},
            "feed.BTCUSDT": {"status": "warn", "detail": "1 expected bars late", "age_s": 60},
            "agent.monitoring": {"status": "ok", "detail": "", "metrics": {"runs": 5, "failures": 0}},
        },
        "handoffs": [handoff(1, "approved"), handoff(2, "pending")],
        "emergency": None,
        "end_reason": "",
        "as_of": "2022-11-08T12:05:00Z",
        **changes,
    }


def flattening(verified: bool) -> dict[str, Any]:
    return {
        "cause": "operator",
        "reason": "enough",
        "final": False,
        "started_ns": STARTED_NS,
        "rounds": 2,
        "verified": verified,
    }


UNDER_WAY = document(emergency=flattening(False), gate={"state": "halted", "reason": "enough"})
FLAT = document(
    emergency=flattening(True),
    active_positions=[],
    working_orders=[],
    gate={"state": "reducing", "reason": "verified flat"},
    trades=[
        TRADE | {"state": "fully_closed", "closed": "2022-11-08T12:03:20Z", "pnl": "-71"},
        TRADE | {"state": "stopped_out", "closed": "2022-11-08T12:03:19Z", "pnl": "-1"},
    ],
)


@dataclass
class ScriptedEngine:
    """An EngineClient that shows its documents one after the other, the last one for ever."""

    documents: list[dict[str, Any] | YtcError] = field(default_factory=lambda: [document()])
    receipt: Callable[[Command], Receipt] = lambda command: Receipt(command.command_id, True, "done", "s", 1)
    sent: list[Command] = field(default_factory=list)

    async def status(self, component: str | None = None) -> dict[str, Any]:
        shown = self.documents[0]
        if len(self.documents) > 1:
            del self.documents[0]
        if isinstance(shown, YtcError):
            raise shown
        if component is not None:
            return {"component": component, **shown["health"].get(component, {"status": "unknown"})}
        return shown

    async def send(self, command: Command) -> Receipt:
        self.sent.append(command)
        return self.receipt(command)

    def frames(self, names: Collection[str]) -> AsyncGenerator[Frame, None]:
        raise AssertionError("no command of the shell watches frames")

    async def page(self, query: PageQuery = NEWEST) -> Page:
        raise AssertionError("no command of the shell pages the journal")

    async def entry(self, seq: int) -> WholeEntry | None:
        raise AssertionError("no command of the shell reads an entry at the door")

    async def explain(self, target: str) -> dict[str, Any]:
        return {}

    async def sessions(self) -> PastSessions:
        raise AssertionError("the shell reads the record itself")

    async def review(self, session: str) -> Review:
        raise AssertionError("the shell reads the record itself")
