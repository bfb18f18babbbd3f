"""The settings of a run: each value, where it came from, what it means, and what the next start would take.

Decides nothing. Imports the standard library only. Invariant: values are written as TOML writes them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One key. `next_value` = what an engine that is started now would take, empty where that is the same;
    `waits_for` = what this release does not have yet and without which the key does nothing."""

    key: str
    value: str
    origin: str
    meaning: str
    default: str
    allowed: str
    unit: str
    env: str
    decides: bool
    waits_for: str
    next_value: str = ""
    next_origin: str = ""


@dataclass(frozen=True, slots=True)
class SettingsView:
    """Every key in the order of the file. `problem` = why the settings would not load now."""

    file: str
    digest: str
    rows: tuple[SettingRow, ...]
    problem: str = ""
