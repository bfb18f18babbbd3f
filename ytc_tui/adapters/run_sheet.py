"""What a run was started with, kept beside its journal: settings, data, range, calendar, instruments.

Decides the file's format. Imports private files, the codec and the model. Invariants: it is no part of any
chain and proves nothing: who reads it holds it against the digests in the journal; a bar is never in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ytc_tui.adapters.private_file import read_private, write_private
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.market import Instrument
from ytc_tui.model.news import Calendar

_MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RunSheet:
    """One run. `settings` are those that decide, by key, as they are digested; `data` the files as they were
    given (empty = the bundled days), with absolute paths; the range is UTC ns. Of the calendar it holds the
    events of the range."""

    software: str
    settings: Mapping[str, Any]
    data: tuple[str, ...]
    from_ns: int
    to_ns: int
    label: str
    calendar: Calendar = field(default_factory=Calendar)
    instruments: Mapping[str, Instrument] = field(default_factory=dict)


def write_sheet(path: Path, sheet: RunSheet) -> None:
    """Put `sheet` in the place of the one before. Raises ConfigInvalid."""
    write_private(path, canonical(sheet).encode())


def read_sheet(path: Path) -> RunSheet:
    """The sheet at `path`. Raises ConfigInvalid saying why there is none, or why it is not trusted."""
    try:
        return from_json(RunSheet, loads(read_private(path, _MAX_BYTES)))
    except FileNotFoundError:
        raise ConfigInvalid("there is no such file", where=str(path)) from None
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise ConfigInvalid(f"it cannot be read: {error}", where=str(path)) from error
