"""A journal of the bundled days with stops, targets and a forced close, and ways to spoil it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[2] / "ytc_tui" / "data" / "demo"
DATA = tuple(str(path) for path in sorted(DEMO.glob("*.parquet")))
SETTINGS = (
    "--set",
    'trading.setups=["TST","BOF","BPB","PB","CPB"]',
    "--set",
    "session.warmup_days=3",
)
# Two stopped trades, one of them at a tightened stop; then a trade with both targets and one that is still
# open when the bars end.
SPANS = (("2022-11-08T16:20Z", "2022-11-08T18:10Z"), ("2022-11-09T04:00Z", "2022-11-09T06:30Z"))


def ytc(folder: Path, *arguments: str) -> str:
    """What one command prints; it must exit 0."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "ytc_tui", *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def recorded(folder: Path) -> Path:
    """Play the spans into a journal under `folder`, and write the settings beside it."""
    data = [argument for path in DATA for argument in ("--data", path)]
    for first, last in SPANS:
        span = ("--from", first, "--to", last, "--speed", "max", "--exit-when-done")
        ytc(folder, "run", "--headless", *data, *span, *SETTINGS)
    (folder / "settings.json").write_text(ytc(folder, "config", "show", "--json", *SETTINGS))
    return folder / "ytc" / "paper" / "ytc.db"


def spoiled(journal: Path, copy: Path, kind: str, change: Callable[[dict[str, Any]], bool]) -> Path:
    """A copy of `journal` in which `change` altered the first entry of `kind` that it says yes to."""
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        query = "SELECT session, seq, body FROM journal WHERE type = ? ORDER BY at, seq"
        for session, seq, text in target.execute(query, (kind,)).fetchall():
            body = json.loads(text)
            if change(body):
                where = "WHERE session = ? AND seq = ?"
                target.execute(f"UPDATE journal SET body = ? {where}", (json.dumps(body), session, seq))
                target.commit()
                return copy
    raise AssertionError(f"no {kind} to spoil")


def without(journal: Path, copy: Path, kind: str) -> Path:
    """A copy of `journal` without its first entry of `kind`."""
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        first = target.execute("SELECT session, seq FROM journal WHERE type = ? ORDER BY at, seq", (kind,))
        target.execute("DELETE FROM journal WHERE session = ? AND seq = ?", first.fetchone())
        target.commit()
    return copy
