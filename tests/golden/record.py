"""Record the golden journal of a release: `python -m tests.golden.record`, once, when it is released.

The journal is the demo's trading session as this release writes it. Later releases recover it.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path

from tests.sim.harness import Simulation, at
from ytc_tui import __version__
from ytc_tui.boot import RunRequest
from ytc_tui.engine.recovery import recover_state
from ytc_tui.model.codec import canonical

FOLDER = Path(__file__).parent


def record() -> Path:
    """Write `<version>.json.gz`: every entry of the session and the state after the last."""
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T08:30"))
    simulation = Simulation(request)
    kept: dict[str, str] = {}

    async def run() -> None:
        run = simulation.build()
        await run.run()
        [document] = run.documents
        kept["session"] = document["session_id"]

    asyncio.run(run())
    state, _ = recover_state(simulation.journal, kept["session"])
    entries = [list(entry) for entry, _ in simulation.events]
    target = FOLDER / f"{__version__}.json.gz"
    payload = json.dumps({"session": kept["session"], "entries": entries, "state": canonical(state)})
    target.write_bytes(gzip.compress(payload.encode(), mtime=0))
    return target


if __name__ == "__main__":
    record()
