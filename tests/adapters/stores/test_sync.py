"""Power loss: the promise that an append is durable is never made before the log was synced.

Watched from outside, at the system calls: between two promises there is always a sync of the log
that came after the last write to it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ytc_tui.adapters.stores.upgrade import upgrade

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from tests.adapters.stores.entries import SESSION, entries_after
from ytc_tui.adapters.stores.writer import SqliteJournal
from ytc_tui.engine.ports import Batch
from ytc_tui.model.chain import ChainHead

async def main():
    journal = SqliteJournal(Path(sys.argv[1]))
    head = ChainHead(SESSION)
    out = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
    for _ in range(30):
        await journal.append(Batch(entries_after(head, 2)))
        os.write(out, b"promised")
    await journal.close()

asyncio.run(main())
"""
CALL = re.compile(r"(pwrite64|fdatasync|fsync|write)\(\d+<([^>]*)>")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_promise_comes_after_the_sync_of_its_bytes(tmp_path: Path) -> None:
    path, promises, trace = tmp_path / "ytc.db", tmp_path / "promises", tmp_path / "trace"
    upgrade(path)
    calls = "trace=pwrite64,fdatasync,fsync,write"
    subprocess.run(
        ["strace", "-f", "-y", "-e", calls, "-o", trace, sys.executable, "-c", PROGRAM, path, promises],
        check=True,
    )
    state, promised = "idle", 0
    for line in trace.read_text().splitlines():
        match step(line, str(promises)):
            case "write":
                state = "written"
            case "synced" if state == "written":
                state = "synced"
            case "promise":
                assert state == "synced", f"promise {promised + 1} was made when its bytes were {state}"
                state, promised = "idle", promised + 1
    assert promised == 30


def step(line: str, promises: str) -> str:
    """What one line of the trace did; a sync counts when it ends, not when it begins."""
    if "fdatasync resumed" in line or "fsync resumed" in line:
        return "synced"
    found = CALL.search(line)
    if found is None:
        return ""
    name, file = found.groups()
    if file == promises:
        return "promise"
    if not file.endswith("-wal"):
        return ""
    if name == "pwrite64":
        return "write"
    return "" if "unfinished" in line else "synced"
