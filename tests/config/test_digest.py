"""The digest names what can change a trade, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from ytc_tui.config import Settings, load_settings, settings_digest
from ytc_tui.settings.tree import layered_settings

DEFAULT = settings_digest(Settings())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("risk.risk_per_trade_pct", "0.9"),
        ("trading.setups", "PB,TST"),
        ("trading.approval_by_setup.PB", "confirm"),
        ("agents.trend_definition.weight", "2"),
        ("session.open", "13:31"),
        ("paper.seed", "1"),
        ("handoff.approve.paper", "PRE_MARKET->SESSION_OPEN"),
        ("feed.bar_label", "close"),
    ],
)
def test_a_setting_that_can_change_a_trade_changes_the_digest(key: str, value: str) -> None:
    assert load_settings(None, {key: value}).digest != DEFAULT


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ui.timezone", "Asia/Tokyo"),
        ("ui.flatten_confirm", "double_key"),
        ("notify.command", '["sh", "-c", "cat"]'),
        ("logging.level", "DEBUG"),
        ("journal.state_dir", "/elsewhere"),
        ("journal.snapshot_every", "50"),
        ("feed.speed", "max"),
        ("feed.data", "BTCUSDT=a.parquet,b.parquet"),
        ("session.exit_when_done", "true"),
    ],
)
def test_a_setting_that_cannot_change_a_trade_leaves_the_digest(key: str, value: str) -> None:
    loaded = load_settings(None, {key: value})
    assert loaded.settings != Settings()
    assert loaded.digest == DEFAULT


def test_the_digest_does_not_depend_on_where_or_how_a_value_was_written(isolated: Path) -> None:
    file = isolated / "a.toml"
    file.write_text("[risk]\nrisk_per_trade_pct = 0.50\n[session]\nplanned_hours = 2.0\n")
    by_file = load_settings(file)
    by_flag = load_settings(None, {"risk.risk_per_trade_pct": "5e-1", "session.planned_hours": "2"})
    by_env = load_settings(
        environment={"YTC_RISK__RISK_PER_TRADE_PCT": ".5", "YTC_SESSION__PLANNED_HOURS": "2"}
    )
    assert by_file.digest == by_flag.digest == by_env.digest != DEFAULT


@given(
    st.decimals("0.05", "3", places=4),
    st.decimals("0.05", "3", places=4),
)
def test_digests_are_equal_exactly_when_values_are(first: object, second: object) -> None:
    digests = [
        settings_digest(layered_settings({"risk": {"risk_per_trade_pct": value}}))
        for value in (first, second)
    ]
    assert (digests[0] == digests[1]) == (first == second)


def test_the_digest_is_a_sha256_in_hex() -> None:
    assert len(DEFAULT) == 64
    assert int(DEFAULT, 16)
