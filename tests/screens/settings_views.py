"""The settings of a run, made by hand."""

from __future__ import annotations

from dataclasses import replace

from ytc_tui.views.settings import SettingRow, SettingsView

_SETTING = SettingRow(
    key="risk.max_positions",
    value="3",
    origin="default",
    meaning="Open positions at most, those whose entry works counted.",
    default="3",
    allowed="a whole number from 1 to 10",
    unit="",
    env="YTC_RISK__MAX_POSITIONS",
    decides=True,
    waits_for="",
)
SETTINGS_VIEW = SettingsView(
    "config.toml",
    "7d0e3a52c1",
    (
        _SETTING,
        replace(
            _SETTING,
            key="risk.risk_per_trade_pct",
            value="0.5",
            origin="file config.toml:12",
            unit="percent (3 means 3 %)",
            next_value="0.25",
            next_origin="file config.toml:12",
        ),
        replace(_SETTING, key="ui.timezone", value='"Asia/Tokyo"', origin="flag", decides=False),
        replace(_SETTING, key="notify.command", value="[]", decides=False, waits_for="notices by command"),
    ),
)
