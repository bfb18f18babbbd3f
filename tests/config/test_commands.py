"""`ytc config show|check|explain` as functions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ytc_tui.commands.config import check, explain, show
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import ANY_NAME, catalog, named


def test_show_has_every_key_with_value_and_origin(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (isolated / "config.toml").write_text("[risk]\nmax_positions = 2\n")
    monkeypatch.setenv("YTC_RISK__MAX_LEVERAGE", "2.50")
    answer = show(None, {"ui.timezone": "Asia/Tokyo"})
    rows = {row["key"]: (row["value"], row["origin"]) for row in answer.data["settings"]}
    assert list(rows) == [key for key in catalog() if ANY_NAME not in key]
    assert rows["risk.max_positions"] == (2, "file config.toml:2")
    assert rows["risk.max_leverage"] == ("2.5", "env YTC_RISK__MAX_LEVERAGE")
    assert rows["ui.timezone"] == ("Asia/Tokyo", "flag")
    assert rows["session.open"] == ("13:30", "default")
    for key in rows:
        assert f"\n{key} = " in answer.text
    assert "risk.max_leverage = 2.5 " in answer.text
    assert answer.data["digest"] in answer.text
    assert json.loads(json.dumps(answer.data)) == answer.data


def test_check_is_silent_about_good_settings_and_lists_what_is_wrong(isolated: Path) -> None:
    good = check()
    assert (good.exit_code, good.data["ok"], good.data["problems"]) == (0, True, [])
    path = isolated / "bad.toml"
    path.write_text("[risk]\nmax_postions = 2\nmax_leverage = 0\n")
    bad = check(path)
    assert (bad.exit_code, bad.data["ok"], len(bad.data["problems"])) == (2, False, 2)
    assert bad.data["problems"][0]["where"] == f"file {path}:2"
    assert "2 problems" in bad.text
    assert "risk.max_positions" in bad.text
    assert json.loads(json.dumps(bad.data)) == bad.data


@pytest.mark.parametrize("key", [key for key in catalog() if ANY_NAME not in key])
def test_explain_tells_everything_about_each_key(key: str) -> None:
    answer = explain(key)
    assert answer.data["key"] == key
    assert answer.data["value"] == answer.data["default"]
    assert answer.data["origin"] == "default"
    for field in ("meaning", "allowed", "env"):
        assert answer.data[field]
        assert answer.data[field] in answer.text
    assert json.loads(json.dumps(answer.data)) == answer.data


def test_explain_takes_a_spec_name_and_an_unshared_last_part() -> None:
    assert explain("max_session_risk").data["key"] == "risk.max_session_loss_pct"
    assert explain("connection_timeout_s").data["key"] == "risk.connection_timeout_s"
    assert named("timezone") == ""


def test_explain_tells_units_and_spec_names() -> None:
    data = explain("risk.max_session_loss_pct").data
    assert data["unit"].startswith("percent")
    assert "max_session_risk" in data["spec_000"]
    assert data["changes_trading"] is True
    assert explain("feed.speed").data["changes_trading"] is False


def test_explain_of_free_names_shows_what_is_given() -> None:
    assert explain("agents.trend.weight").data["value"] is None
    given = explain("agents.trend.weight", None, {"agents.trend.weight": "2"})
    assert (given.data["value"], given.data["origin"]) == (2.0, "flag")
    setup = explain("trading.approval_by_setup.pb", None, {"trading.approval_by_setup.PB": "confirm"})
    assert (setup.data["key"], setup.data["value"]) == ("trading.approval_by_setup.PB", "confirm")


@pytest.mark.parametrize(
    ("table", "first"), [("risk", "risk.risk_per_trade_pct"), ("agents.a", "agents.a.enabled")]
)
def test_explain_of_a_table_lists_its_keys(table: str, first: str) -> None:
    answer = explain(table)
    assert answer.data["keys"][0]["key"] == first
    assert first in answer.text


def test_explain_of_what_is_not_there_tells_the_nearest() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        explain("risk.max_postions")
    assert caught.value.fix == "did you mean risk.max_positions?"


def test_explain_works_while_the_settings_are_broken() -> None:
    answer = explain("risk.max_positions", None, {"risk.max_positions": "900"})
    assert answer.data["value"] is None
    assert "do not load" in answer.text
    assert answer.data["allowed"] == "a whole number from 1 to 20"


def test_show_refuses_broken_settings() -> None:
    with pytest.raises(ConfigInvalid):
        show(None, {"risk.max_positions": "900"})
