"""T3: how late an engine's ticks are while the desk repaints beside it.

A real engine plays the demo at 300x, so that every frame of the desk changes, and carries a ticker of 5 ms in
its event loop. First it is a process of its own, followed by `ytc attach` on a pseudo-terminal of 200x50. The
baseline is the same engine, ticker and desk in one process and one loop. In both a key zooms a pane and back
all the time, so that whole screens are laid out and painted. `python -m benchmarks.lateness [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import fmean
from subprocess import Popen
from zoneinfo import ZoneInfo

from benchmarks.engine import engine_behind
from benchmarks.harness import emit, percentile
from benchmarks.screen_parts import TICK_S, every
from benchmarks.terminal import Terminal, Watched
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.boot import RunRequest
from ytc_tui.client import EngineClient
from ytc_tui.commands.output import Output
from ytc_tui.commands.places import command_of
from ytc_tui.commands.run import Manner, Stay, run_engine
from ytc_tui.commands.safe_text import SAFE_TEXT
from ytc_tui.commands.starting import Flags, request_of
from ytc_tui.config import LoadedSettings, load_settings
from ytc_tui.engine.door import Door
from ytc_tui.screens.app import DeskApp, DeskSettings
from ytc_tui.screens.link import EngineEnd, Survival

SELF = "benchmarks.lateness"
SPEED = 300  # 20 points of the path a second: each of the desk's ten frames a second has news
SETTLE_S, WATCH_S, QUICK_WATCH_S = 4.0, 20.0, 8.0
STOP_TIMEOUT_S = 10.0
ZOOM, KEY_EVERY_S = b"z", 0.1
GOAL_MS, MS_PER_S = 10.0, 1_000.0

Late = list[tuple[float, float]]  # (monotonic second, seconds late)


def demo_run() -> tuple[LoadedSettings, RunRequest]:
    """The demo's session from the first minute that is played."""
    speed = str(SPEED)
    loaded = load_settings(None, {"feed.speed": speed})
    return loaded, request_of(loaded, Flags(demo=True, speed=speed))


class TickingEngine:
    """The engine as `ytc` runs it, with a ticker beside it in its loop."""

    def __init__(self) -> None:
        self.late: Late = []
        self.door: asyncio.Future[Door] = asyncio.get_running_loop().create_future()
        self.stop: Callable[[], None] = lambda: None
        self._output = Output(as_json=False, fd=os.open(os.devnull, os.O_WRONLY))

    def _opened(self, door: Door, stop: Callable[[], None]) -> None:
        self.stop = stop
        self._ticker = asyncio.create_task(every(TICK_S, self._tick))
        self.door.set_result(door)

    def _tick(self, late_s: float) -> None:
        self.late.append((time.monotonic(), late_s))

    async def run(self, *, signals: bool) -> int:
        manner = Manner(stay=Stay.UNTIL_STOPPED, anew=True, signals=signals, opened=self._opened)
        try:
            return await run_engine(*demo_run(), manner, self._output)
        finally:
            self._ticker.cancel()
            self._output.close()


async def engine_alone() -> Late:
    """The process of the engine: run until SIGTERM; how late the ticks were."""
    engine = TickingEngine()
    await engine.run(signals=True)
    return engine.late


class SameLoopEngine:
    """An engine in the loop of the desk that follows it."""

    owned = outlives_desk = False
    survives_logout = (Survival.NO, "it runs in the desk's own loop")
    description = kill_command = "an engine in the desk's own loop"

    async def start(self) -> EngineClient:
        self._engine = TickingEngine()
        self._run = asyncio.create_task(self._engine.run(signals=False))
        return await self._engine.door

    async def ended(self) -> EngineEnd:
        return EngineEnd(await asyncio.shield(self._run), "")

    async def stop(self) -> None:
        self._engine.stop()
        await self._run

    async def finish(self) -> Late:
        await self.stop()
        return self._engine.late


async def one_loop() -> Late:
    """The desk and the engine in this process and this loop, until the desk is left."""
    handle = SameLoopEngine()
    safe = partial(safe_line, limit=SAFE_TEXT)
    desk = DeskSettings(ZoneInfo("UTC"), safe, command_of, time.monotonic)
    await DeskApp(handle, desk).run_async()
    return await handle.finish()


def watched(terminal: Terminal, seconds: float) -> tuple[float, float, Watched]:
    """Begin and end of a window after the start-up, and what the terminal saw in it."""
    terminal.watch(SETTLE_S)
    begin_s, pieces = time.monotonic(), []
    while time.monotonic() < begin_s + seconds:
        terminal.send(ZOOM)
        pieces.append(terminal.watch(KEY_EVERY_S))
    cpu_pct, bytes_per_s, frames_per_s = (
        fmean(getattr(piece, name) for piece in pieces) for name in ("cpu_pct", "bytes_per_s", "frames_per_s")
    )
    return begin_s, time.monotonic(), Watched(cpu_pct, bytes_per_s, frames_per_s, ())


def ticks_ms(file: Path, begin_s: float, end_s: float) -> list[float]:
    late: Late = json.loads(file.read_text())
    return [late_s * MS_PER_S for at_s, late_s in late if begin_s <= at_s < end_s]


def own_process(file: Path, seconds: float) -> tuple[list[float], Watched]:
    """The engine alone, and the desk that follows it on a terminal."""
    with Popen([sys.executable, "-m", SELF, "--engine", str(file)]) as engine:
        try:
            engine_behind(engine)
            with Terminal("ytc_tui", ["attach"]) as terminal:
                begin_s, end_s, seen = watched(terminal, seconds)
        finally:
            engine.send_signal(signal.SIGTERM)
        engine.wait(STOP_TIMEOUT_S)
    return ticks_ms(file, begin_s, end_s), seen


def same_loop(file: Path, seconds: float) -> tuple[list[float], Watched]:
    with Terminal(SELF, ["--one-loop", str(file)]) as terminal:
        begin_s, end_s, seen = watched(terminal, seconds)
    return ticks_ms(file, begin_s, end_s), seen


def measure(seconds: float) -> None:
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        folder = Path(name)
        os.environ |= {"XDG_STATE_HOME": str(folder / "state"), "XDG_RUNTIME_DIR": name}
        (folder / "state").mkdir()
        beside, seen = own_process(folder / "beside.json", seconds)
        inside, _ = same_loop(folder / "inside.json", seconds)
    workload = (
        f"the demo at {SPEED}x, the desk at 200x50 makes {seen.frames_per_s:.0f} repaints/s "
        f"with {seen.cpu_pct:.0f} % of a core"
    )
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        figure, baseline = percentile(beside, share), percentile(inside, share)
        emit(
            "T3",
            figure,
            f"ms an engine's tick is late beside the desk, {name} of {len(beside)}",
            baseline=(f"engine in the desk's loop, {name} of {len(inside)}, ms", baseline),
            ratio=figure / baseline,
            goal=f"<= {GOAL_MS:g} ms" if name == "p99" else "none, for comparison",
            ok=name == "p50" or figure <= GOAL_MS,
            why="both cores were taken, or a step of the engine itself took longer than that",
            workload=workload,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="seconds in place of minutes")
    parser.add_argument("--engine", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    parser.add_argument("--one-loop", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine is not None:
        options.engine.write_text(json.dumps(asyncio.run(engine_alone())))
    elif options.one_loop is not None:
        options.one_loop.write_text(json.dumps(asyncio.run(one_loop())))
    else:
        measure(QUICK_WATCH_S if options.quick else WATCH_S)


if __name__ == "__main__":
    main()
