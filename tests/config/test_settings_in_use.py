"""What a run tells of its settings while the file changes under it."""

from __future__ import annotations

import os
from pathlib import Path

from ytc_tui.commands.settings_in_use import SettingsInUse
from ytc_tui.config import load_settings
from ytc_tui.settings.catalog import effective
from ytc_tui.views.settings import SettingRow, SettingsView


def written(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(0, os.stat(path).st_mtime_ns + 1))


def of(view: SettingsView, key: str) -> SettingRow:
    [row] = [row for row in view.rows if row.key == key]
    return row


def changed(view: SettingsView) -> dict[str, str]:
    return {row.key: row.next_value for row in view.rows if row.next_value}


def test_every_key_with_its_value_origin_and_meaning(isolated: Path) -> None:
    (isolated / "config.toml").write_text("[risk]\nmax_positions = 2\n")
    loaded = load_settings(None, {"ui.timezone": "Asia/Tokyo"})
    view = SettingsInUse(loaded)()
    assert [row.key for row in view.rows] == list(effective(loaded.settings))
    assert (view.file, view.digest, changed(view)) == ("config.toml", loaded.digest, {})
    row = of(view, "risk.max_positions")
    assert (row.value, row.origin, row.default) == ("2", "file config.toml:2", "3")
    assert row.meaning and row.allowed and row.decides and row.env == "YTC_RISK__MAX_POSITIONS"
    assert of(view, "ui.timezone").value == '"Asia/Tokyo"'


def test_what_the_file_says_later_is_for_the_next_start(isolated: Path) -> None:
    file = isolated / "config.toml"
    file.write_text("[risk]\nmax_positions = 2\n[agents.trend_definition]\nweight = 0.5\n")
    told = SettingsInUse(load_settings(None, {"risk.max_leverage": "2"}))
    before = told()
    assert told() is before
    written(file, "[risk]\nmax_positions = 1\nmax_leverage = 1.0\n[agents.monitoring]\nweight = 0.5\n")
    after = told()
    assert changed(after) == {
        "risk.max_positions": "1",
        "agents.trend_definition.enabled": "-",
        "agents.monitoring.enabled": "true",
        "agents.trend_definition.weight": "-",
        "agents.monitoring.weight": "0.5",
    }
    row = of(after, "risk.max_positions")
    assert (row.value, row.next_origin) == ("2", "file config.toml:2")
    assert of(after, "agents.trend_definition.weight").next_origin == "not given"
    assert of(after, "agents.monitoring.weight").value == "-"


def test_a_file_that_would_not_load_is_said_and_changes_nothing(isolated: Path) -> None:
    file = isolated / "config.toml"
    file.write_text("[risk]\nmax_positions = 2\n")
    told = SettingsInUse(load_settings())
    written(file, "[risk]\nmax_positions = 2000\n")
    view = told()
    assert "config.toml:2" in view.problem
    assert (of(view, "risk.max_positions").value, changed(view)) == ("2", {})
    file.unlink()
    assert changed(told()) == {"risk.max_positions": "3"}
