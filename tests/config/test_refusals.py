"""Every way in which settings are refused: unknown names, wrong values, credentials, unreadable files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.config.refusing import refusal, written_file
from ytc_tui.config import load_settings, settings_problems
from ytc_tui.errors import ConfigInvalid


@pytest.mark.parametrize(
    ("text", "line", "key", "like"),
    [
        ("[risk]\n\n# a comment\nmax_postions = 3\n", 4, "risk.max_postions", "risk.max_positions"),
        ("[riks]\nmax_positions = 3\n", 1, "riks", "risk"),
        ("mod = 'paper'\n", 1, "mod", "mode"),
        ("risk.max_positons = 3\n", 1, "risk.max_positons", "risk.max_positions"),
        (
            "[notify]\ncommand = [\n 'a',\n 'b',\n]\nbel = true\n",
            6,
            "notify.bel",
            "notify.bell",
        ),
        ("[agents.trend]\nwieght = 1\n", 2, "agents.trend.wieght", "agents.trend.weight"),
        ("[account_config]\nmax_session_risk = 0.03\n", 1, "account_config", "account"),
        (
            "[risk]\nmax_position_risk = 0.01\n",
            2,
            "risk.max_position_risk",
            "risk.risk_per_trade_pct",
        ),
        ("[ui]\r\ntimezone = 'UTC'\r\nthem = 1\r\n", 3, "ui.them", "did you mean|config show"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_spelling(
    isolated: Path, text: str, line: int, key: str, like: str
) -> None:
    path = written_file(isolated, text)
    refused = refusal(path)
    assert refused.where == f"file {path}:{line}"
    assert refused.what == f"unknown key {key}"
    assert re.search(like, refused.fix)


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("YTC_RISK_MAX_POSITIONS", "YTC_RISK__MAX_POSITIONS"),
        ("YTC_RISK__MAX_POSITION", "YTC_RISK__MAX_POSITIONS"),
        ("YTC_Risk__max_positions", "YTC_RISK__MAX_POSITIONS"),
        ("YTC_MAX_SESSION_RISK", "YTC_RISK__MAX_SESSION_LOSS_PCT"),
    ],
)
def test_a_variable_that_is_nearly_a_setting_is_refused(name: str, like: str) -> None:
    refused = refusal(None, None, {name: "3"})
    assert refused.where == f"env {name}"
    assert like in refused.fix


def test_an_unknown_flag_key_is_refused() -> None:
    refused = refusal(None, {"risk.max_positons": "3"})
    assert (refused.where, refused.fix) == ("flag", "did you mean risk.max_positions?")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("risk.risk_per_trade_pct", "300"),
        ("risk.risk_per_trade_pct", "0.01"),
        ("risk.max_session_loss_pct", "0.03"),
        ("risk.max_session_loss_pct", "300"),
        ("risk.max_session_loss_pct", "-3"),
        ("risk.max_session_loss_pct", "3 %"),
        ("risk.max_session_loss_pct", "nan"),
        ("risk.max_session_loss_pct", "inf"),
        ("risk.margin_buffer_pct", "0.1"),
        ("risk.drawdown.day_limit_pct", "0.05"),
    ],
)
def test_a_percent_that_was_meant_otherwise_is_refused_and_told_how_percents_are_written(
    key: str, value: str
) -> None:
    refused = refusal(None, {key: value})
    assert refused.what.startswith(f"{key} = ")
    assert value in refused.what
    assert "3 means 3 %" in refused.fix


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("[risk]\nmax_positions = true\n", "a whole number from 1 to 20"),
        ("[risk]\nmax_positions = 2.5\n", "a whole number"),
        ("[risk]\nmax_leverage = true\n", "a number from"),
        ("[risk]\nmax_leverage = nan\n", "a number from"),
        ("[risk]\nmax_leverage = 0.123456789\n", "a number from"),
        ("[trading]\nenable_news_filter = 'maybe'\n", "true or false"),
        ("[trading]\napproval = 'yes'\n", "auto, confirm, alert_only"),
        ("[session]\nopen = '25:00'\n", "HH:MM"),
        ("[session]\nopen = 13:30:00.5\n", "HH:MM"),
        ("[session]\nopen = '13:30:30'\n", "whole minutes"),
        ("[session.timeframes]\nlower = '5min'\ntrading = '15min'\nhigher = '60min'\n", "allowed: 1min"),
        ("[session]\nopen = 1330\n", "HH:MM"),
        ("[session]\ntimezone = 'Mars/Olympus'\n", "IANA"),
        ("[session]\ntimezone = 'America'\n", "IANA"),
        ("[session]\nsession_date = '20221101'\n", "YYYY-MM-DD"),
        ("[session]\ndays = ['monday']\n", "mon, tue"),
        ("[session]\ndays = ['mon', 'mon']\n", "mon, tue"),
        ("[session]\ndays = []\n", "mon, tue"),
        ("[session]\nsymbols = 'BTCUSDT'\n", "a list"),
        ("[session]\nsymbols = ['BTC/USDT']\n", "a list"),
        ("[account]\naccount_id = 'a/b'\n", "a-z"),
        ("[account]\ncurrency = 'EUR'\n", "USDT"),
        ("[feed]\nspeed = 0\n", "1 to 100000"),
        ("[feed]\nspeed = 'fast'\n", "max"),
        ("[handoff.approve]\npaper = ['SHUTDOWN->INIT']\n", "PRE_MARKET->SESSION_OPEN"),
        ("[agents.trend]\nweight = 11\n", "a number from 0 to 10"),
        ("[trading.approval_by_setup]\nPB = 'no'\n", "auto, confirm, alert_only"),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed(
    isolated: Path, text: str, allowed: str
) -> None:
    path = written_file(isolated, text)
    refused = refusal(path)
    assert refused.where == f"file {path}:2"
    assert "is not allowed" in refused.what
    assert allowed in refused.fix


@pytest.mark.parametrize(
    ("overrides", "keys"),
    [
        ({"risk.entries_off_pct": "3.5"}, ("risk.entries_off_pct", "risk.max_session_loss_pct")),
        ({"risk.risk_per_trade_pct": "4"}, ("risk.risk_per_trade_pct", "risk.max_open_risk_pct")),
        ({"risk.drawdown.week_warn_pct": "9"}, ("week_warn_pct", "week_limit_pct")),
        ({"session.planned_hours": "5"}, ("session.planned_hours", "session.hard_hours")),
        ({"session.timeframes.trading": "1min"}, ("timeframes.trading", "timeframes.lower")),
        ({"session.timeframes.higher": "10min"}, ("timeframes.higher", "timeframes.trading")),
        ({"trading.scratch.idle_bars": "20"}, ("idle_bars", "idle_extended_bars")),
        ({"paper.slippage_bps": "9"}, ("slippage_bps", "slippage_unknown_volume_bps")),
        ({"feed.late_warn_bars": "3"}, ("late_warn_bars", "late_gap_bars")),
        ({"risk.stale_warn_s": "31"}, ("stale_warn_s", "stale_critical_s")),
    ],
)
def test_values_that_contradict_each_other_are_refused_with_both(
    overrides: dict[str, str], keys: tuple[str, str]
) -> None:
    refused = refusal(None, overrides)
    assert refused.where == "flag"
    for key in keys:
        assert f"{key} = " in refused.fix


def test_all_problems_are_told_at_once(isolated: Path) -> None:
    path = written_file(isolated, "[risk]\nmax_postions = 3\nrisk_per_trade_pct = 300\n")
    arguments = (path, {"session.open": "noon", "a.b": "c"})
    environment = {"YTC_RISK__MAX_LEVERAGE": "x"}
    problems = settings_problems(*arguments, environment=environment)
    assert {problem.where for problem in problems} == {
        "flag",
        "env YTC_RISK__MAX_LEVERAGE",
        f"file {path}:2",
        f"file {path}:3",
    }
    refused = refusal(*arguments, environment)
    assert refused.what.startswith("5 problems")
    assert all(str(problem) in str(refused) for problem in problems)


@pytest.mark.parametrize("name", ["api_key", "apiKey", "secret", "password", "api-secret", "auth_token"])
def test_credentials_are_refused_and_never_repeated(isolated: Path, name: str) -> None:
    for text in (f"{name} = 'hunter2'\n", f"[venues.binance]\n{name} = 'hunter2'\n"):
        refused = refusal(written_file(isolated, text))
        assert "never hold credentials" in refused.what
        assert "hunter2" not in str(refused)
    refused = refusal(None, {f"venue.{name}": "hunter2"})
    assert "never hold credentials" in refused.what
    assert "hunter2" not in str(refused)


@pytest.mark.parametrize("mode", ["sandbox", "live"])
def test_modes_without_a_venue_are_refused(mode: str) -> None:
    refused = refusal(None, {"mode": mode})
    assert "no venue" in refused.what
    assert "paper" in refused.fix


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a = 1\nb = \n", 2),
        (b"a = 1\n\n[b\n", 3),
        (b"a = 1\na = 2\n", 2),
        (b"a = '''\n\n", 3),
        (b"a = 1\nb = '\xff'\n", 2),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(isolated: Path, content: bytes, line: int) -> None:
    path = isolated / "c.toml"
    path.write_bytes(content)
    assert refusal(path).where == f"file {path}:{line}"


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "a = 1e99999999999999999999",
        "[feed]\nspeed = 0x" + "f" * 5000,
        "[risk]\nmax_leverage = 0x" + "f" * 5000,
        "[trading]\nmin_score = 0x" + "f" * 5000,
        "[risk]\nmax_leverage = 1e-999999999",
        "[risk]\nbreakeven_band_r = 1e-999999",
        "[risk]\nbreakeven_band_r = 0e999999",
        "#" * 70_000,
        "[notify]\ncommand = [" + "\n" * 300 + "]",
        "[session]\nsymbols = [" + "'AAA'," * 3000 + "]",
    ],
    ids=range(12),
)
def test_a_file_out_of_all_bounds_is_refused_with_a_short_message(isolated: Path, content: str) -> None:
    refused = refusal(written_file(isolated, content))
    assert len(str(refused)) < 600


def test_a_file_that_was_asked_for_must_exist(isolated: Path) -> None:
    assert "no such file" in refusal(isolated / "missing.toml").what
    assert "not an ordinary file" in refusal(isolated).what


@pytest.mark.parametrize(
    "line",
    [
        'notify.command = ["./mine"]',
        'notify.secrets = ["NTFY_TOKEN"]',
        'notify.file = "/home/ada/.profile"',
        'journal.heads_file = "/home/ada/.profile"',
    ],
)
def test_a_file_that_nobody_named_runs_no_program_and_chooses_no_file(isolated: Path, line: str) -> None:
    path = written_file(isolated, f"{line}\n", "config.toml")
    assert load_settings(path, environment={}).path == path
    with pytest.raises(ConfigInvalid, match="only found here") as refused:
        load_settings(environment={})
    assert refused.value.where == "file config.toml:1"
    path.write_text('notify.command = []\nnotify.file = ""\n')
    load_settings(environment={})


def test_a_file_that_others_can_change_is_not_taken_because_it_is_here(
    isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written_file(isolated, "", "config.toml")
    path.chmod(0o666)
    with pytest.raises(ConfigInvalid, match="changed by anybody"):
        load_settings(environment={})
    assert load_settings(path, environment={}).path == path
    path.chmod(0o664)
    owner = path.stat().st_uid
    load_settings(environment={})
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    if owner:
        with pytest.raises(ConfigInvalid, match="not to you"):
            load_settings(environment={})


def test_a_place_of_state_is_one_place(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    for key in ("journal.state_dir", "journal.heads_file"):
        for given_path in ("state", "./state", "~nobody-at-all/x"):
            with pytest.raises(ConfigInvalid, match="must begin with / or ~"):
                load_settings(overrides={key: given_path}, environment={})
    journal = load_settings(overrides={"journal.state_dir": "~/ytc"}, environment={}).settings.journal
    assert (journal.state_dir, journal.heads_file) == ("/home/ada/ytc", "")


@pytest.mark.parametrize("text", [",", " , ,"])
def test_commas_alone_are_no_list(text: str) -> None:
    with pytest.raises(ConfigInvalid, match=r"session\.symbols"):
        load_settings(overrides={"session.symbols": text}, environment={})


def test_a_table_and_a_value_are_not_taken_for_each_other(isolated: Path) -> None:
    path = written_file(isolated, "risk = 3\n[session.open]\nhour = 3\n[[ui]]\ntimezone='UTC'\n")
    where = [problem.where for problem in settings_problems(path)]
    assert where == [f"file {path}:1", f"file {path}:2", f"file {path}:4"]
    assert "is a table" in refusal(None, {"risk": "3"}).what
    assert "is a table" in refusal(None, None, {"YTC_AGENTS__TREND": "3"}).what


def test_a_variable_that_is_a_secret_is_no_setting_and_no_problem(isolated: Path) -> None:
    assert settings_problems(environment={"YTC_SECRET_NTFY_TOKEN": "tk_3141592653589793"}) == []
