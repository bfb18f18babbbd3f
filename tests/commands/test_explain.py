"""`ytc explain` over a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.views.journals import SESSION, finished, stored
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.explain import explain
from ytc_tui.errors import UsageInvalid


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


async def test_the_answer_is_the_same_for_people_and_programs(path: Path) -> None:
    answer = explain(path, "D0002", safe=safe_line, session=SESSION)
    data: Any = json.loads(json.dumps(answer.data))
    assert data["session"] == SESSION
    assert data["decisions"][0]["refused_by"] == "reward_risk"
    assert [verdict["rule"] for verdict in data["decisions"][0]["failed"]] == ["reward_risk", "costs"]
    assert data["headline"] in answer.text
    assert answer.exit_code == 0


async def test_a_time_is_asked_like_any_name(path: Path) -> None:
    answer = explain(path, "2022-11-08T12:40Z", safe=safe_line)
    assert "no trade: BTCUSDT: PB: trend is sideways" in answer.text


async def test_an_unknown_name_lists_what_there_is(path: Path) -> None:
    with pytest.raises(UsageInvalid) as caught:
        explain(path, "T00\x1b77", safe=safe_line)
    message = str(caught.value)
    assert "\x1b" not in message
    for name in ("T0001", "D0002", "setup_scanner", "yentry1", "a time like 12:31"):
        assert name in message


async def test_the_engine_that_runs_the_session_is_asked_about_its_agents(path: Path) -> None:
    asked = []

    def ask(session: str, agent: str) -> dict[str, str]:
        asked.append((session, agent))
        return {"why_idle": "no setup"}

    explain(path, "T0001", safe=safe_line, ask_agent=ask)
    assert asked == []
    answer = explain(path, "setup_scanner", safe=safe_line, ask_agent=ask)
    assert asked == [(SESSION, "setup_scanner")]
    assert "why idle: no setup" in answer.text


def test_without_an_engine_nothing_is_said_of_an_agent(tmp_path: Path) -> None:
    from ytc_tui.adapters.paths import paths_of
    from ytc_tui.commands.operate import agent_now
    from ytc_tui.model.session import Mode

    environment = {"XDG_STATE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    assert agent_now(paths_of(Mode.PAPER, environment), SESSION, "monitoring") == {}
