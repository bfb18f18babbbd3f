"""The sandbox of a drill: a state folder of its own, one journal in it, and the settings that a drill needs.

Decides what of the user's settings is drilled: every limit and the costs of paper, and nothing else.
Imports the composition root. Invariant: nothing outside the sandbox's folder is written.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from ytc_tui.adapters.stores.loop import LoopJournal
from ytc_tui.adapters.stores.upgrade import upgrade
from ytc_tui.boot import Parts, RunRequest, prepare
from ytc_tui.config import LoadedSettings, Settings, load_settings
from ytc_tui.drill import tape
from ytc_tui.model.market import NS_PER_MIN

# A journal that another process holds is away; nobody waits for it here.
_BUSY_S = 0.01
# What a scene needs beside the defaults: short phases, no setups but its own, and trades that may rest.
_OURS = {
    "session.pre_market_min": "1",
    "session.session_open_min": "1",
    "session.warmup_days": "1",
    "trading.enable_correlation_check": "false",
    "trading.scratch.flow_bars": "240",
    "trading.scratch.idle_bars": "200",
    "trading.scratch.idle_extended_bars": "240",
    "trading.setups": "[]",
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where scenes are played: `folder` holds everything, `journal` takes every scene's entries, `data` is
    the quiet market, `wanted` the settings whose limits are drilled."""

    folder: Path
    journal: LoopJournal
    data: tuple[str, ...]
    wanted: Settings
    _played: Iterator[int] = field(default_factory=count)

    @property
    def database(self) -> Path:
        return self.folder / "ytc.db"

    @contextmanager
    def journal_held(self) -> Iterator[None]:
        """While this lasts, another connection holds the journal's file: nothing can be written."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def parts(self, request: RunRequest, changed: Mapping[str, str], *, default_limits: bool) -> Parts:
        """The parts of one scene's run, which no other has; `changed` are settings of this scene alone, and
        `default_limits` says that it is not about the limits that are drilled."""
        request = replace(request, label=f"{request.label} {next(self._played)}")
        environ = {"XDG_STATE_HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        settings = self._settings(changed)
        return prepare(settings if default_limits else self._drilled(settings), request, environ)

    def _settings(self, changed: Mapping[str, str]) -> LoadedSettings:
        return load_settings(self.folder / "config.toml", {**_OURS, **changed}, environment={})

    def _drilled(self, loaded: LoadedSettings) -> LoadedSettings:
        """`loaded` with every limit of the settings that are drilled, and the costs of their paper."""
        own, wanted = loaded.settings, self.wanted
        entry = own.trading.entry.model_copy(update={"max_spread_pct": wanted.trading.entry.max_spread_pct})
        ratios = ("min_rr_part_one", "min_rr_blended")
        trading = own.trading.model_copy(
            update={"entry": entry, **{name: getattr(wanted.trading, name) for name in ratios}}
        )
        drilled = {"risk": wanted.risk, "paper": wanted.paper.model_copy(update={"host": ""})}
        settings = own.model_copy(update={"trading": trading, **drilled})
        return LoadedSettings(settings, None, loaded.origins, loaded.anew)


@contextmanager
def sandbox(wanted: Settings) -> Iterator[Sandbox]:
    """A sandbox for the limits of `wanted`; it is gone with everything in it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ytc-drill-"))
    try:
        (folder / "config.toml").touch()
        upgrade(folder / "ytc.db")
        journal = LoopJournal(folder / "ytc.db", busy_timeout_s=_BUSY_S)
        try:
            yield Sandbox(folder, journal, tape.write(folder), wanted)
        finally:
            journal.store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def request_of(label: str, data: tuple[str, ...]) -> RunRequest:
    """One session over the drill's market, recorded under `label`."""
    return RunRequest(
        data=data,
        from_ns=tape.INIT_NS,
        to_ns=tape.INIT_NS + tape.MINUTES * NS_PER_MIN,
        label=label,
    )
