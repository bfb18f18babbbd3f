"""Makes the pictures of the docs: every screen of the real desk on the bundled market of 8 November 2022.

Run by `make screenshots`. An engine of its own plays the demo against a paper host until its setup is
proposed, and is then followed by the desk, which opens one screen after the other. The pictures are the app's
own export at both sizes; only its web fonts are left out, so that they show in whatever monospace font the
reader has.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from textual.pilot import Pilot

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.adapters.transports.sockets import find_engines
from ytc_tui.adapters.venues.host.line import TradingLine
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.desk_past import PastSession
from ytc_tui.commands.places import command_of, paper_paths
from ytc_tui.commands.safe_text import SAFE_TEXT
from ytc_tui.commands.starting import Flags
from ytc_tui.errors import YtcError
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.link import EngineHandle
from ytc_tui.views.differences import DifferencesView
from ytc_tui.views.exposure import ExposureView

DOCS = Path(__file__).parent
FOLDER = DOCS / "screens"
WIDE, SMALL = (120, 40), (80, 24)
# Of feed time since the entry: long enough for a few candles, short of the exit.
HELD_S = 150
SPEED = "3"
TIMEOUT_S = 240.0
QUIET_S = 0.4
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.DOTALL)
# Screen by screen: the keys that open it and make it worth looking at, and those that leave it again.
SCREENS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("desk", ("1",), ()),
    ("chart", ("1", *("tab",) * 3, "z", "left", "left"), ("escape", "escape")),
    ("watchlist", ("2", "down"), ()),
    ("agents", ("3", *("down",) * 4), ()),
    ("signals", ("4",), ()),
    ("trades", ("5",), ()),
    ("risk", ("6",), ()),
    ("journal", ("8", "slash", *"trade:T0001", "enter"), ("escape",)),
    ("review", ("9", "end"), ()),
    ("health", ("0",), ()),
    ("settings", ("S",), ()),
    ("help", ("1", "question_mark"), ("escape",)),
    ("palette", ("1", "colon", *"stop"), ("escape",)),
    ("why", ("1", "w"), ("escape",)),
)


@dataclass
class Session:
    """The desk on `app`; `pictures` are written as they are taken."""

    app: DeskApp
    pilot: Pilot[int]
    pictures: list[Path] = field(default_factory=list)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not holds():
                await self.pilot.pause(0.1)

    async def take(self, name: str, *keys: str) -> None:
        """Press `keys`, and export what is on the screen at both sizes."""
        await self.pilot.press(*keys)
        for width, height in (SMALL, WIDE):
            await self.pilot.resize_terminal(width, height)
            await self.pilot.pause(QUIET_S)
            svg = self.app.export_screenshot(title="ytc")
            path = FOLDER / f"{name}-{width}x{height}.svg"
            path.write_text(FONT_FACE.sub("", svg))
            self.pictures.append(path)

    @property
    def held_s(self) -> int:
        view = self.app.link.view("exposure", ExposureView)
        return max((row.age_s or 0 for row in view.positions), default=0) if view is not None else 0


@asynccontextmanager
async def desk_on(handle: EngineHandle, *, playback: bool = False) -> AsyncIterator[Session]:
    settings = DeskSettings(
        ZoneInfo("UTC"), partial(safe_line, limit=SAFE_TEXT), command_of, time.monotonic, playback=playback
    )
    app = DeskApp(handle, settings)
    async with app.run_test(size=WIDE) as pilot:
        yield Session(app, pilot)


async def live(flags: Flags, host: Path) -> list[Path]:
    """Every screen of a session in its trade."""
    engine = ProcessEngine(flags.of_engine(), paper_paths())
    async with desk_on(engine) as desk:
        try:
            await desk.until(
                lambda: desk.app.link.top is not None and desk.app.link.top.approvals_waiting == 1
            )
            await desk.take("approvals", "h")
            await desk.pilot.press("a")
            await desk.until(lambda: desk.held_s >= HELD_S)
            await desk.pilot.press("1", "k")
            for name, keys, leave in SCREENS:
                await desk.take(name, *keys)
                await desk.pilot.press(*leave)
            await strangers_order(host)
            await desk.pilot.press("7")
            await desk.until(lambda: bool(_differences(desk.app)))
            await desk.take("reconcile")
            await desk.take("flatten", "1", "exclamation_mark")
        finally:
            await engine.stop()
        return desk.pictures


async def past(session: str) -> list[Path]:
    """A past session in its trade."""
    handle = PastSession(paper_paths(), session, "T0001", 4.0)
    try:
        async with desk_on(handle, playback=True) as desk:
            await desk.until(lambda: desk.app.link.top is not None)
            for _ in range(5):
                await desk.pilot.press("full_stop")
                await desk.pilot.pause(QUIET_S)
            await desk.take("playback")
            return desk.pictures
    finally:
        handle.close()


def _differences(app: DeskApp) -> tuple[object, ...]:
    view = app.link.view("differences", DifferencesView)
    return tuple(view.rows) if view is not None else ()


async def strangers_order(host: Path) -> None:
    """Somebody else rests an order on the account, far from the market."""
    [engine] = find_engines(paper_paths().socket_dir)
    line = TradingLine(host, engine.session_id.rpartition("-")[0], {}, True, lambda _: None, lambda: 0)
    quantity, price = Decimal("0.05"), Decimal(15_000)
    try:
        await line.submit(
            OrderRequest("stranger-1", "BTCUSDT", Side.BUY, OrderKind.LIMIT, OrderRole.ENTRY, quantity, price)
        )
    finally:
        line.close()


def play_to_proposal(flags: Flags) -> None:
    """Play the demo until its setup waits for an answer, and stop."""
    with subprocess.Popen([sys.executable, "-m", "ytc_tui", *flags.of_engine()]) as engine:
        end_s = time.monotonic() + TIMEOUT_S
        while not _proposed():
            if time.monotonic() > end_s or engine.poll() is not None:
                raise RuntimeError("nothing was proposed")
            time.sleep(0.2)
        engine.send_signal(signal.SIGTERM)
        engine.wait()


def _proposed() -> bool:
    """Whether a proposal is on record."""
    try:
        with SqliteReader(paper_paths().database) as reader:
            every = (entry for session in reader.sessions() for entry in reader.entries(session))
            return any(entry.type == "TradeProposed" for entry in every)
    except YtcError:
        return False


def main(folder: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    run = [sys.executable, "-m", "ytc_tui"]
    subprocess.run([*run, "run", "--headless", "--demo", "--speed", "max", "--exit-when-done"], check=True)
    with SqliteReader(paper_paths().database) as reader:
        [yesterday] = reader.sessions()
    host = folder / "ytc" / "paper-host.socket"
    with subprocess.Popen([*run, "paper-host", "--socket", str(host)], stdout=subprocess.PIPE) as hosting:
        try:
            assert hosting.stdout is not None
            hosting.stdout.readline()
            given = ("trading.approval=confirm", f"paper.host={host}")
            flags = partial(Flags, demo=True, label="today", assignments=given)
            play_to_proposal(flags(speed="max"))
            pictures = asyncio.run(live(flags(speed=SPEED), host))
        finally:
            hosting.terminate()
    pictures += asyncio.run(past(yesterday))
    (DOCS / "desk.svg").write_text((FOLDER / "desk-120x40.svg").read_text())
    sys.stdout.write(f"{len(pictures)} pictures in {FOLDER}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        os.environ |= {"XDG_STATE_HOME": name, "XDG_RUNTIME_DIR": name}
        main(Path(name))
