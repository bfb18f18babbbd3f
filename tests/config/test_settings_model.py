"""What the models promise: names, ranges, defaults, and the file at the root of the project."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from tests.config.rendering import rendered
from ytc_tui.config import Settings, load_settings, settings_digest
from ytc_tui.model.session import Mode
from ytc_tui.settings.catalog import (
    ANY_NAME,
    catalog,
    effective,
    env_name,
    named,
    nearest,
    plain,
    resolve,
)
from ytc_tui.settings.running import FeedSettings
from ytc_tui.settings.session import timeframe_min
from ytc_tui.settings.tree import layered_settings

CONFIG_FILE = Path(__file__).parents[2] / "config.toml"

# Input Schema and Configuration of spec 000, with the value that each has there.
SPEC_000: dict[str, Any] = {
    "session_date": None,
    "session_type": None,
    "market": None,
    "timeframes.higher": "30min",
    "timeframes.trading": "3min",
    "timeframes.lower": "1min",
    "account_id": None,
    "initial_balance": None,
    "max_session_risk": "3",
    "max_position_risk": "1",
    "max_positions": None,
    "session_start_time": None,
    "session_duration_hours": "3",
    "enable_news_filter": True,
    "enable_correlation_check": True,
    "max_concurrent_agents": 5,
    "agent_timeout_seconds": 60.0,
    "retry_attempts": 3,
    "health_check_interval": 10,
    "emergency_thresholds.max_session_loss_pct": "3",
    "max_consecutive_losses": 5,
    "connection_timeout_sec": 30,
    "max_trades_per_session": 20,
    "max_session_duration_hours": "4",
    "logging.level": "INFO",
    "logging.include_agent_outputs": True,
    "logging.audit_trail": True,
}


def _leaves(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@pytest.mark.parametrize("name", SPEC_000)
def test_every_spec_000_name_maps_to_a_described_setting_with_its_value(name: str) -> None:
    key = named(name)
    assert name in (catalog()[key].field.description or "").partition("(spec 000: ")[2]
    expected = SPEC_000[name]
    if expected is not None:
        assert plain(effective(Settings())[key]) == expected


def test_no_setting_claims_a_name_that_spec_000_has_not() -> None:
    claimed = {name for spec in catalog().values() for name in spec.spec_names}
    assert claimed == set(SPEC_000)


@pytest.mark.parametrize("key", catalog())
def test_every_key_has_a_meaning_what_is_allowed_and_a_way_back_from_its_variable(key: str) -> None:
    spec = catalog()[key]
    assert spec.meaning.endswith(".")
    assert spec.allowed
    assert env_name(key).removeprefix("YTC_").replace("__", ".").lower() == key.lower()
    assert "__" not in key


@pytest.mark.parametrize("key", catalog())
def test_every_number_has_a_smallest_and_a_largest_value(key: str) -> None:
    spec = catalog()[key]
    annotation = spec.field.annotation
    if annotation in (int, float, Decimal, float | None):
        assert "from" in spec.allowed
        assert "to" in spec.allowed


def test_percent_in_a_name_and_percent_as_unit_are_the_same_thing() -> None:
    for key, spec in catalog().items():
        assert key.endswith("_pct") == spec.unit.startswith("percent"), key


def test_settings_are_frozen_at_every_depth() -> None:
    settings = Settings()
    for section in (settings, settings.risk, settings.risk.drawdown, settings.trading.scratch):
        name = next(iter(type(section).model_fields))
        with pytest.raises(ValidationError, match="frozen"):
            setattr(section, name, getattr(section, name))


def test_defaults_do_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YTC_MODE", "live")
    monkeypatch.setenv("MODE", "live")
    assert Settings().mode is Mode.PAPER


def test_the_project_file_is_what_the_models_say() -> None:
    assert CONFIG_FILE.read_text() == rendered(), "python -m tests.config.rendering > config.toml"


def test_the_project_file_has_every_key_in_order_with_its_default() -> None:
    data = tomllib.loads(CONFIG_FILE.read_text(), parse_float=Decimal)
    expected = effective(Settings())
    leaves = dict(_leaves(data))
    assert list(leaves) == list(expected)
    for key, value in leaves.items():
        default = expected[key]
        same = type(default)(value) if isinstance(default, Decimal | float) else value
        assert plain(same) == plain(default), key
    assert {key for key in catalog() if ANY_NAME not in key} == set(leaves)


def test_the_project_file_loads_and_changes_nothing() -> None:
    loaded = load_settings(CONFIG_FILE)
    assert loaded.settings == Settings()
    assert loaded.digest == settings_digest(Settings())
    assert loaded.origin("risk.max_positions").startswith(f"file {CONFIG_FILE}:")


def test_every_line_that_the_project_file_is_said_to_hold_a_key_on_does_hold_it() -> None:
    loaded = load_settings(CONFIG_FILE)
    lines = CONFIG_FILE.read_text().splitlines()
    for key, origin in loaded.origins.items():
        line = lines[int(origin.rpartition(":")[2]) - 1]
        assert line.startswith(f"{key.rsplit('.', 1)[-1]} = "), key


@given(st.sampled_from([key for key in catalog() if ANY_NAME not in key]), st.data())
def test_a_key_with_one_letter_lost_is_recognised(key: str, data: st.DataObject) -> None:
    table, _, leaf = key.rpartition(".")
    place = data.draw(st.integers(0, len(leaf) - 1))
    typo = f"{table}.{leaf[:place]}{leaf[place + 1 :]}".strip(".")
    if len(leaf) < 6 or resolve(typo) is not None:
        return
    assert nearest(typo).rsplit(".", 1)[0] == key.rsplit(".", 1)[0]


def test_a_table_of_free_names_takes_names_but_not_paths() -> None:
    assert resolve("agents.trend_definition.weight") is not None
    assert resolve("agents.Trend Definition.weight") is None
    assert resolve("agents..weight") is None
    assert resolve("agents.*.weight") is None


@pytest.mark.parametrize(
    ("mode", "handoffs"),
    [
        (Mode.PAPER, ()),
        (Mode.SANDBOX, ("PRE_MARKET->SESSION_OPEN",)),
        (Mode.LIVE, ("PRE_MARKET->SESSION_OPEN",)),
    ],
)
def test_handoffs_that_wait_for_a_person_depend_on_the_mode(mode: Mode, handoffs: tuple[str, ...]) -> None:
    assert Settings().handoff.approved_by_person(mode) == handoffs


def test_speed_is_a_factor_or_as_fast_as_possible() -> None:
    assert FeedSettings().speed_factor == 60
    assert layered_settings({"feed": {"speed": 5}}).feed.speed_factor == 5
    assert layered_settings({"feed": {"speed": "max"}}).feed.speed_factor is None


def test_timeframes_are_minutes() -> None:
    timeframes = Settings().session.timeframes
    assert [timeframe_min(t) for t in (timeframes.higher, timeframes.trading, timeframes.lower)] == [30, 3, 1]
