"""What `ytc status` says of news, of losses across sessions, and of what moves together."""

from __future__ import annotations

from tests.commands.scripted_engine import ScriptedEngine, document
from ytc_tui.commands import operate


async def test_status_tells_news_drawdown_and_correlation() -> None:
    news = {
        "calendar": "mine.csv", "filter": "on", "status": "blackout",
        "reason": "until 13:45Z: US CPI (13:30Z)",
        "resume_time": "2022-11-10T13:45:00Z", "next_event": "USD Claims",
        "next_event_time": "2022-11-10T13:42:05Z", "next_event_in_s": 725,
    }  # fmt: skip
    week = {
        "span": "week", "since": "2022-11-07", "base": "10000", "used_pct": "6.5000", "warn_pct": "6",
        "limit_pct": "8",
    }  # fmt: skip
    rho = {"first": "BTCUSDT", "second": "ETHUSDT", "told": "+1.00 assumed, 7 of 20 days"}
    states = {"risk_management": {"status": "idle", "output": {"correlation_matrix": [rho]}}}
    shown = document(news=news, drawdown=[week, {**week, "used_pct": None}], agent_states=states)
    lines = (await operate.ask_status(ScriptedEngine([shown]))).text.splitlines()
    assert (
        "news     blackout until 13:45Z: US CPI (13:30Z), news in 12:05: USD Claims at 2022-11-10T13:42:05Z"
        in lines
    )
    assert "drawdown week 6.50 % of 8 % (warning 6 %)  from 10000 of 2022-11-07" in lines
    assert any(line.startswith("drawdown week unknown of 8 %") for line in lines)
    assert "rho      BTCUSDT ETHUSDT +1.00 assumed, 7 of 20 days" in lines
    quiet = {**news, "calendar": ""}
    assert "news     no calendar" in (await operate.ask_status(ScriptedEngine([document(news=quiet)]))).text


def _rule(name: str, at: str | None) -> dict[str, object]:
    return {"rule": name, "summary": "", "last_evaluated": at, "refused": 0}


async def test_status_names_the_rules_that_were_never_asked() -> None:
    async def text(*rules: dict[str, object]) -> str:
        return (await operate.ask_status(ScriptedEngine([document(rules=list(rules))]))).text

    asked, never = _rule("costs", "2022-11-08T12:41:00Z"), _rule("spread", None)
    assert "rules    NONE of 2 asked yet" in await text(never, never)
    assert "rules    1 of 2 asked; NEVER ASKED: spread" in await text(asked, never)
    assert "rules    all 1 asked, last 2022-11-08T12:41:00Z" in await text(asked)
