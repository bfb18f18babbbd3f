"""Why agents do nothing now, and when the clock asks them next."""

from __future__ import annotations

from pathlib import Path

from tests.engine.situations import book, trading
from ytc_tui.engine.seeing import agents_now
from ytc_tui.model import events as ev
from ytc_tui.model.session import SessionStatus


def test_each_agent_says_what_it_waits_for_and_until_when(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    told = agents_now(sit)
    assert set(told) == set(sit.registry.agents)
    assert told["setup_scanner"] == {
        "why_idle": "waits for the lower bar",
        "next_due": f"{told['setup_scanner']['next_due'][:10]} 12:41:00Z",
    }
    assert told["market_structure"]["next_due"].endswith("13:00:00Z")
    assert told["entry_execution"] == {"why_idle": "no setup", "next_due": ""}
    assert told["session_review"] == {"why_idle": "not part of active_trading", "next_due": ""}
    book(sit, ev.StatusChanged(SessionStatus.RUNNING, SessionStatus.PAUSED, "lunch"))
    assert agents_now(sit)["setup_scanner"] == {"why_idle": "paused", "next_due": ""}
    assert agents_now(sit)["monitoring"]["why_idle"] == "waits for the trading bar"
