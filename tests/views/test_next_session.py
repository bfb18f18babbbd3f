"""The file for the next session loads as settings, and foreign text stays in its comment."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given, strategies as st

from tests.views.journals import ESCAPE
from ytc_tui.config import load_settings
from ytc_tui.views.next_session import next_session_toml

PREPARED = {
    "next_session_config": {
        "goals": {"process_goals": ["take part one at T1"], "focus_areas": ["hour 04 loses"]},
        "strategy_updates": [{"parameter": "trading.min_score", "reason": "20 trades", "confidence": "low"}],
        "system_maintenance": ["disk: warn"],
    },
    "settings": {
        "trading.min_score": "75",
        "trading.setups": ["PB"],
        "risk.risk_per_trade_pct": "0.5000",
    },
    "key_levels": {"BTCUSDT": {"high": 2.5, "low": 1.0, "close": 2.0, "zone_above": [3.0, 3.5]}},
    "scenarios": ["BTCUSDT: if pullbacks hold above 2, then look for longs"],
    "checklist": ["read the review"],
}


def test_the_file_is_settings_that_can_be_taken(tmp_path: Path) -> None:
    path = tmp_path / "next.toml"
    path.write_text(next_session_toml("S1", PREPARED))
    loaded = load_settings(path, environment={}).settings
    assert loaded.trading.min_score == 75.0
    assert loaded.trading.setups == ("PB",)
    assert str(loaded.risk.risk_per_trade_pct) == "0.5"
    told = path.read_text()
    for words in (
        "--set 'trading.setups=[\"PB\"]'",
        "- take part one at T1",
        "zone above 3.0 to 3.5",
        "disk: warn",
    ):
        assert words in told


def test_each_flag_that_it_names_can_be_given() -> None:
    flags = [line.split("'")[1] for line in next_session_toml("S1", PREPARED).splitlines() if "--set" in line]
    given = dict(flag.split("=", 1) for flag in flags)
    loaded = load_settings(None, given, environment={}).settings
    assert (loaded.trading.min_score, loaded.trading.setups) == (75.0, ("PB",))


def test_nothing_suggested_is_a_file_of_comments() -> None:
    told = next_session_toml("S1", {"settings": {}, "scenarios": [f"a\nmode = 'live'{ESCAPE}"]})
    assert tomllib.loads(told) == {}
    assert "(none is suggested)" in told


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_no_text_acts(session: str, text: str, values: list[str]) -> None:
    prepared = {
        "settings": {"trading.setups": values, text: "1", "trading.note": text},
        "scenarios": [text],
        "checklist": values,
        "next_session_config": {"system_maintenance": [text], "goals": {"focus_areas": values}},
    }
    loaded = tomllib.loads(next_session_toml(session, prepared))
    assert set(loaded) <= {"trading"} | {text.split(".")[0]}
    assert set(loaded["trading"]) <= {"setups", "note"} | {text.rpartition(".")[2]}
    assert loaded["trading"]["setups"] == ["".join(filter(str.isprintable, value)) for value in values]
