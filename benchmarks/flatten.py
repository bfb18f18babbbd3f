"""F1: how long a flatten of 20 positions and 40 orders takes at 50 ms a request.

The engine, its journal on disk and a paper host on a socket, with latency and rate accounting. In the same
run, against the same host: the raw limit (40 cancels at the same time, then 20 closes at the same time, two
round trips and nothing else), and freqtrade's order of requests, 121 one after the other. Then the same
flatten while one request in ten is lost or its answer is, and one in ten is answered by an error page.
`python -m benchmarks.flatten [--quick]`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.bare_flatten import CROWD, Bare, one_by_one, raw_limit
from benchmarks.crowd import Seen, engine, request_of, settings_of, whole
from benchmarks.harness import emit
from benchmarks.witness_host import Witness, witness_host
from ytc_tui.engine.host import Host
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.paper_run import PaperRun

LATENCY_MS, REQUESTS_PER_S = 50, 1_000
ROUNDS, QUICK_ROUNDS = 20, 4
SEQUENTIAL_EVERY = 8
MS = 1_000.0
LONGEST_S = 30.0
CLEAN = f"latency_ms = {LATENCY_MS}\nrequests_per_s = {REQUESTS_PER_S}\n"
# Of each kind: one in ten gets no answer, and half of those never arrived; one in ten an error page.
_KINDS = ("submit", "cancel", "order", "open_orders", "positions", "account", "fills")
_FAULTS = (("lost_request", 3, 20), ("lost_answer", 13, 20), ("garbage", 7, 10))
TROUBLED = CLEAN + "".join(
    f'[[line]]\nfault = "{fault}"\ncall = "{call}"\nnth = {nth}\nevery = {every}\n'
    for call in _KINDS
    for fault, nth, every in _FAULTS
)


# ---- the live path -----------------------------------------------------------------------------------


class Watch:
    """When a flatten began, when nothing was open or working any more, and when that was confirmed."""

    def __init__(self, run: PaperRun) -> None:
        self._run = run
        self.begun_s = 0.0
        self.nothing_left_s = 0.0
        self.verified = asyncio.Event()
        self.verified_s = 0.0

    def take(self, event: ev.Event) -> None:
        current = self._run.host.current
        if not self.begun_s or current is None:
            return
        now_s = time.perf_counter()
        state = current.kernel.sit.state
        if not self.nothing_left_s and not state.positions and not state.working:
            self.nothing_left_s = now_s
        if isinstance(event, ev.FlatVerified):
            self.verified_s = now_s
            self.verified.set()


async def live(
    folder: Path, data: tuple[str, ...], instruments: Path, host: Witness, troubled: bool
) -> tuple[float, float]:
    """Seconds from the command until nothing is left, and until the venue has confirmed that."""
    seen = Seen()
    loaded = settings_of(folder / "state", instruments, host.socket)
    async with engine(loaded, request_of(CROWD, data), seen) as run:
        watch = Watch(run)
        seen.watchers.append(watch.take)
        running = asyncio.create_task(run.run())
        await _until_whole(run.host, running)
        if troubled:
            host.trouble_begins()
        await asyncio.sleep(0.2)
        watch.begun_s = time.perf_counter()
        sent = asyncio.create_task(run.host.send(Command("f", Verb.FLATTEN, "benchmark", "F1")))
        await asyncio.wait(
            {running, asyncio.create_task(watch.verified.wait())}, timeout=30, return_when="FIRST_COMPLETED"
        )
        run.host.stop()
        await sent
        await running
        if not watch.verified_s:
            raise RuntimeError(f"the flatten was not verified within {LONGEST_S:g} s")
    return watch.nothing_left_s - watch.begun_s, watch.verified_s - watch.begun_s


async def _until_whole(host: Host, running: asyncio.Task[None]) -> None:
    end_s = time.monotonic() + 60.0
    while host.current is None or not whole(host.current.kernel, CROWD):
        if running.done() or time.monotonic() > end_s:
            raise RuntimeError("20 positions with 40 orders were not reached")
        await asyncio.sleep(0.01)


def _environ(folder: Path) -> dict[str, str]:
    """Folders of their own for a host."""
    (folder / "venue").mkdir()
    return {**os.environ, "XDG_STATE_HOME": str(folder / "venue"), "XDG_RUNTIME_DIR": str(folder)}


@dataclass(slots=True)
class Times:
    """Milliseconds of each round."""

    raw: list[float] = field(default_factory=list)
    sequential: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)  # until nothing is left
    verified: list[float] = field(default_factory=list)  # until that is confirmed
    hurt_left: list[float] = field(default_factory=list)
    hurt_verified: list[float] = field(default_factory=list)


def measured(folder: Path, rounds: int) -> Times:
    """Live path and baselines take turns, so that all meet the same machine."""
    times = Times()
    (market := folder / "market").mkdir()
    data, instruments = CROWD.write(market)

    def host(name: str) -> AbstractContextManager[Witness]:
        (place := folder / name).mkdir()
        return witness_host(place, _environ(place), CLEAN, TROUBLED)

    for number in range(rounds):
        with host(f"raw{number}") as bare:
            times.raw.append(asyncio.run(bare_time(raw_limit, bare, data, instruments)))
        if number % SEQUENTIAL_EVERY == 0:
            with host(f"one{number}") as bare:
                times.sequential.append(asyncio.run(bare_time(one_by_one, bare, data, instruments)))
        for troubled, left, verified in (
            (False, times.left, times.verified),
            (True, times.hurt_left, times.hurt_verified),
        ):
            with host(f"{'hurt' if troubled else 'clean'}{number}") as live_host:
                nothing_left_s, verified_s = asyncio.run(
                    live(live_host.socket.parent, data, instruments, live_host, troubled)
                )
            left.append(nothing_left_s * MS)
            verified.append(verified_s * MS)
    return times


async def bare_time(
    flatten: Callable[[Bare], Awaitable[float]], host: Witness, data: tuple[str, ...], instruments: Path
) -> float:
    """Milliseconds of a flatten without an engine."""
    bare = Bare(host.socket, data, instruments, "bare")
    await bare.fill_up()
    await asyncio.sleep(1.0)
    took_ms = await flatten(bare) * MS
    assert await bare.flat()
    bare.venue.close()
    return took_ms


def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        times = measured(Path(name), rounds)
    workload = (
        f"20 positions, 40 orders, {LATENCY_MS} ms a request, limit {REQUESTS_PER_S} requests/s counted; "
        f"median of {rounds}"
    )
    limit_ms, sequential_ms = median(times.raw), median(times.sequential)
    left_ms, verified_ms = median(times.left), median(times.verified)
    hurt_ms = median(times.hurt_verified)
    emit(
        "F1",
        left_ms,
        "ms from the command until nothing is open or working",
        baseline=("two round trips alone, ms", limit_ms),
        ratio=left_ms / limit_ms,
        goal="<= 1.3x of two round trips",
        ok=left_ms <= 1.3 * limit_ms,
        why="the step under way, two commits and the bookkeeping of 60 answers come on top",
        workload=workload,
    )
    emit(
        "F1",
        sequential_ms / left_ms,
        "times faster than one request after the other",
        baseline=("121 requests one after the other, ms", sequential_ms),
        ratio=sequential_ms / left_ms,
        goal=">= 50x",
        ok=sequential_ms >= 50 * left_ms,
        why=f"two round trips alone are {sequential_ms / limit_ms:.0f}x faster than 121",
        workload=workload,
    )
    emit(
        "F1",
        verified_ms,
        "ms from the command until the venue was read again and is flat",
        baseline=("two round trips alone, ms", limit_ms),
        ratio=verified_ms / limit_ms,
        goal="none: a third round trip that the limit has not",
        ok=True,
        workload=workload,
    )
    emit(
        "F1",
        hurt_ms,
        "ms until verified flat while 10 % time out and 10 % are answered by an error page",
        baseline=("the same without trouble, ms", verified_ms),
        ratio=hurt_ms / verified_ms,
        goal="verified flat within 3x",
        ok=hurt_ms <= 3 * verified_ms,
        why="what was lost is asked about after one limit, and sent again after the answer",
        workload=f"{workload}; slowest {max(times.hurt_verified):.0f} ms, nothing left at"
        f" {median(times.hurt_left):.0f} ms",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} flattens of each kind")
    measure(QUICK_ROUNDS if parser.parse_args().quick else ROUNDS)


if __name__ == "__main__":
    main()
