"""The settings that a run goes by, beside those that would be loaded now.

Decides when the file is read again: when it was changed, and somebody looks. Imports the settings. Invariant:
the run itself keeps what it was started with.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ytc_tui.commands.config import written
from ytc_tui.config import LoadedSettings, Settings, settings_file
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import KeySpec, effective, env_name, resolve
from ytc_tui.settings.not_yet import NOT_YET
from ytc_tui.views.settings import SettingRow, SettingsView

_Mark = tuple[int, int, int]


class SettingsInUse:
    """What the door tells of the settings of `loaded`."""

    def __init__(self, loaded: LoadedSettings) -> None:
        self._loaded = loaded
        self._read: _Mark | None = None
        self._view: SettingsView | None = None

    def __call__(self) -> SettingsView:
        mark = _mark(self._loaded.path)
        if self._view is None or mark != self._read:
            self._read, self._view = mark, compared(self._loaded)
        return self._view


def compared(loaded: LoadedSettings) -> SettingsView:
    """`loaded`, and what differs when the same settings are loaded anew."""
    file = str(loaded.path) if loaded.path else "none"
    values = effective(loaded.settings)
    try:
        anew = loaded.anew()
    except ConfigInvalid as error:
        rows = tuple(_rows(loaded, values, values))
        return SettingsView(file, loaded.digest, rows, str(error))
    coming = effective(anew.settings)
    told = (
        row
        if row.value == (value := written(coming.get(row.key)))
        else replace(row, next_value=value, next_origin=_origin(anew, coming, row.key))
        for row in _rows(loaded, values, {**values, **coming})
    )
    return SettingsView(file, loaded.digest, tuple(told))


def _rows(loaded: LoadedSettings, values: Mapping[str, Any], keys: Iterable[str]) -> Iterator[SettingRow]:
    defaults = effective(Settings())
    for key in keys:
        spec = resolve(key)
        if not isinstance(spec, KeySpec):
            continue
        yield SettingRow(
            key=key,
            value=written(values.get(key)),
            origin=_origin(loaded, values, key),
            meaning=spec.meaning,
            default=written(defaults.get(key)),
            allowed=spec.allowed,
            unit=spec.unit,
            env=env_name(key),
            decides=spec.decides,
            waits_for=NOT_YET.get(spec.key, ""),
        )


def _origin(loaded: LoadedSettings, values: Mapping[str, Any], key: str) -> str:
    return loaded.origin(key) if key in values else "not given"


def _mark(path: Path | None) -> _Mark | None:
    """By what a changed file is told; None where there is none."""
    found = settings_file() if path is None else path
    try:
        stat = os.stat(found) if found is not None else None
    except OSError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns) if stat is not None else None
