"""Loading: precedence, origins, where the file is found, lists and tables of free names."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.config.refusing import refusal, written_file
from ytc_tui.config import assignments, load_settings, settings_file
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.layers import RESERVED_ENV

LAYERS = ("flag", "env", "file")


@given(st.dictionaries(st.sampled_from(LAYERS), st.integers(1, 20)))
def test_flag_stands_over_environment_over_file_over_default(values: dict[str, int]) -> None:
    path = Path("precedence.toml")
    path.write_text(f"[risk]\nmax_positions = {values['file']}\n" if "file" in values else "")
    loaded = load_settings(
        path,
        {"risk.max_positions": str(values["flag"])} if "flag" in values else {},
        environment={"YTC_RISK__MAX_POSITIONS": str(values["env"])} if "env" in values else {},
    )
    origins = {
        "flag": "flag",
        "env": "env YTC_RISK__MAX_POSITIONS",
        "file": "file precedence.toml:2",
        "default": "default",
    }
    winner = next((layer for layer in LAYERS if layer in values), "default")
    assert loaded.settings.risk.max_positions == values.get(winner, 3)
    assert loaded.origin("risk.max_positions") == origins[winner]


def test_layers_mix_within_one_section(isolated: Path) -> None:
    path = written_file(isolated, "[risk]\nmax_positions = 2\nmax_leverage = 4\n[agents.trend]\nweight = 2\n")
    loaded = load_settings(
        path,
        {"agents.trend.timeout_s": "5"},
        environment={"YTC_RISK__MAX_LEVERAGE": "3", "YTC_AGENTS__TREND__ENABLED": "false"},
    )
    risk = loaded.settings.risk
    assert (risk.max_positions, risk.max_leverage) == (2, Decimal(3))
    agent = loaded.settings.agents["trend"]
    assert (agent.enabled, agent.weight, agent.timeout_s) == (False, 2.0, 5.0)
    assert loaded.origin("agents.trend.weight") == f"file {path}:5"


def test_the_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YTC_SESSION__SYMBOLS", "BTCUSDT, ETHUSDT")
    assert load_settings().settings.session.symbols == ("BTCUSDT", "ETHUSDT")


def test_a_file_is_found_here_then_at_the_users_place_then_not_at_all(isolated: Path) -> None:
    assert settings_file() is None
    user = isolated.parent / "user" / "ytc"
    user.mkdir(parents=True)
    written_file(user, "[ui]\ntimezone = 'Asia/Tokyo'\n", "config.toml")
    assert load_settings(environment={}).settings.ui.timezone == "Asia/Tokyo"
    written_file(isolated, "", "config.toml")
    assert load_settings(environment={}).settings.ui.timezone == "UTC"
    assert (
        load_settings(written_file(isolated, "[ui]\ntimezone='Asia/Seoul'\n")).settings.ui.timezone
        == "Asia/Seoul"
    )


def test_other_variables_are_not_ours() -> None:
    others = dict.fromkeys([*RESERVED_ENV, "PATH", "YTCX", "MODE", "RISK__MAX_POSITIONS"], "?")
    assert load_settings(environment=others).origins == {}


def test_free_names_are_checked_and_given_once(isolated: Path) -> None:
    path = written_file(isolated, "[agents.Trend]\nweight = 1\n")
    assert refusal(path).where == f"file {path}:2"
    assert "unknown key" in refusal(written_file(isolated, '[agents."a.b"]\nweight = 1\n')).what
    twice = written_file(isolated, "[trading.approval_by_setup]\nPB = 'auto'\npb = 'confirm'\n")
    assert "twice" in refusal(twice).what
    merged = load_settings(
        written_file(isolated, "[trading.approval_by_setup]\nPB = 'auto'\n"),
        environment={"YTC_TRADING__APPROVAL_BY_SETUP__PB": "confirm"},
    )
    assert merged.settings.trading.approval_by_setup == {"PB": "confirm"}


def test_lists_as_text_are_names_with_commas_or_a_toml_array() -> None:
    def command(text: str) -> tuple[str, ...]:
        return load_settings(None, {"notify.command": text}).settings.notify.command

    assert command("") == ()
    assert command("notify-send, ytc") == ("notify-send", "ytc")
    assert command('["sh", "-c", "echo a, b"]') == ("sh", "-c", "echo a, b")
    assert "is not allowed" in refusal(None, {"notify.command": '["sh"'}).what
    assert "is not allowed" in refusal(None, {"notify.command": '["sh", 3]'}).what


def test_names_that_only_the_registry_knows_are_checked_on_request(isolated: Path) -> None:
    path = written_file(isolated, "[trading]\nsetups = ['PB', 'TSX']\n[agents.trend_defnition]\nweight = 2\n")
    loaded = load_settings(path)
    loaded.require_known("trading.setups", loaded.settings.trading.setups, ("PB", "TSX"))
    with pytest.raises(ConfigInvalid) as caught:
        loaded.require_known("trading.setups", loaded.settings.trading.setups, ("PB", "TST"))
    assert (caught.value.where, caught.value.fix) == (f"file {path}:2", "did you mean TST?")
    with pytest.raises(ConfigInvalid) as caught:
        loaded.require_known("agents", loaded.settings.agents, ("trend_definition",))
    assert (caught.value.where, caught.value.fix) == (f"file {path}:4", "did you mean trend_definition?")


def test_the_origin_of_an_unknown_key_is_an_error() -> None:
    with pytest.raises(ConfigInvalid, match=r"risk\.max_positions"):
        load_settings().origin("risk.max_postions")


def test_assignments_are_key_equals_value_and_the_last_wins() -> None:
    assert assignments(["a.b=1", "a.b = 2", "c==="]) == {"a.b": " 2", "c": "=="}
    for text in ("a.b", "=1", ""):
        with pytest.raises(ConfigInvalid, match="--set section"):
            assignments([text])


def test_the_command_line_starts_without_the_settings() -> None:
    program = "import sys, ytc_tui.cli; sys.exit('ytc_tui.config' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
