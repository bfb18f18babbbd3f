"""Makes `docs/desk.svg`: the real desk on the bundled market data, a few minutes into its trade.

Run by `make screenshot`. The picture is the app's own export; only its web fonts are left out, so that it
shows in whatever monospace font the reader has.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.starting import Flags
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.views.exposure import ExposureView

TARGET = Path(__file__).parent / "desk.svg"
SIZE = (120, 40)
# Of feed time since the entry: long enough for a few candles, short of the exit.
HELD_S = 240
TIMEOUT_S = 120
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.DOTALL)


async def main() -> None:
    """Play until the trade is `HELD_S` old, and export what is on the screen."""
    engine = ProcessEngine(Flags(demo=True).of_engine(), paper_paths())
    settings = DeskSettings(ZoneInfo("UTC"), partial(safe_line, limit=2_000), command_of, time.monotonic)
    app = DeskApp(engine, settings)
    async with app.run_test(size=SIZE) as pilot, asyncio.timeout(TIMEOUT_S):
        while not _old_enough(app.link.views.get("exposure")):
            await pilot.pause(0.1)
        await pilot.press("k")
        await pilot.pause(0.5)
        svg = app.export_screenshot(title="ytc run")
        await engine.stop()
    TARGET.write_text(FONT_FACE.sub("", svg))
    sys.stdout.write(f"{TARGET}\n")


def _old_enough(view: object) -> bool:
    rows = view.positions if isinstance(view, ExposureView) else ()
    return any(row.age_s is not None and row.age_s >= HELD_S for row in rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ytc-") as folder:
        os.environ["XDG_STATE_HOME"] = folder
        os.environ["XDG_RUNTIME_DIR"] = folder
        asyncio.run(main())
