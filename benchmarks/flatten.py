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
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.bare_account import CROWD, Bare, order_of
from benchmarks.crowd import Seen, engine, request_of, settings_of, whole
from benchmarks.harness import emit
from benchmarks.witness_host import Witness, witness_host
from ytc_tui.engine.host import Host
from ytc_tui.engine.ports import Venue
from ytc_tui.model import events as ev
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.orders import VenueOrder, VenuePosition
from ytc_tui.paper_run import PaperRun

LATENCY_MS, REQUESTS_PER_S = 50, 1_000
ROUNDS, QUICK_ROUNDS = 20, 4
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


# ---- without an engine: the limit, and one request after the other --------------------------------


async def raw_limit(bare: Bare) -> float:
    """Seconds of the two waves and nothing else."""
    orders = await bare.venue.open_orders()
    line = bare.venue.urgent
    begun_s = time.perf_counter()
    await asyncio.gather(*(line.cancel(order.request.client_id) for order in orders))
    await asyncio.gather(*(line.submit(order_of(s, "out", Side.SELL)) for s in CROWD.symbols))
    return time.perf_counter() - begun_s


async def one_by_one(bare: Bare) -> float:
    """Seconds of freqtrade's order of requests: all orders, each asked about and canceled; then each position
    asked about and closed. 1 + 2 x 40 + 2 x 20 requests."""
    venue: Venue = bare.venue
    begun_s = time.perf_counter()
    orders: Sequence[VenueOrder] = await venue.open_orders()
    for order in orders:
        await venue.order(order.request.client_id)
        await venue.cancel(order.request.client_id)
    for symbol in CROWD.symbols:
        held: Sequence[VenuePosition] = await venue.positions()
        assert symbol in {position.symbol for position in held}
        await venue.submit(order_of(symbol, "out", Side.SELL))
    return time.perf_counter() - begun_s


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


def measured_live(folder: Path, rounds: int, *, troubled: bool) -> tuple[list[float], list[float]]:
    """Milliseconds until nothing is left, and until that is confirmed, of each flatten."""
    (market := folder / "market").mkdir(parents=True)
    data, instruments = CROWD.write(market)
    left, verified = [], []
    for number in range(rounds):
        (place := folder / str(number)).mkdir()
        with witness_host(place, _environ(place), CLEAN, TROUBLED) as host:
            nothing_left_s, verified_s = asyncio.run(live(place, data, instruments, host, troubled))
        left.append(nothing_left_s * MS)
        verified.append(verified_s * MS)
    return left, verified


async def bare_times(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the raw limit, and of one request after the other."""
    raw, sequential = [], []
    data, instruments = CROWD.write(folder)
    with witness_host(folder, _environ(folder), CLEAN) as host:
        for number in range(rounds):
            bare = Bare(host.socket, data, instruments, f"raw{number}")
            await bare.fill_up()
            await asyncio.sleep(1.0)
            raw.append(await raw_limit(bare) * MS)
            assert await bare.flat()
            bare.venue.close()
        for number in range(max(1, rounds // 8)):
            bare = Bare(host.socket, data, instruments, f"one{number}")
            await bare.fill_up()
            await asyncio.sleep(1.0)
            sequential.append(await one_by_one(bare) * MS)
            assert await bare.flat()
            bare.venue.close()
    return raw, sequential


def measure(rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="ytc-") as name:
        folder = Path(name)
        (bare := folder / "bare").mkdir()
        raw, sequential = asyncio.run(bare_times(bare, rounds))
        left, verified = measured_live(folder / "clean", rounds, troubled=False)
        hurt, hurt_verified = measured_live(folder / "trouble", rounds, troubled=True)
    workload = (
        f"20 positions, 40 orders, {LATENCY_MS} ms a request, limit {REQUESTS_PER_S} requests/s counted; "
        f"median of {rounds}"
    )
    limit_ms, sequential_ms = median(raw), median(sequential)
    left_ms, verified_ms = median(left), median(verified)
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
        median(hurt_verified),
        "ms until verified flat while 10 % time out and 10 % are answered by an error page",
        baseline=("the same without trouble, ms", verified_ms),
        ratio=median(hurt_verified) / verified_ms,
        goal="verified flat within 3x",
        ok=median(hurt_verified) <= 3 * verified_ms,
        why="what was lost is asked about after one limit, and sent again after the answer",
        workload=f"{workload}; slowest {max(hurt_verified):.0f} ms, nothing left at {median(hurt):.0f} ms",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} flattens of each kind")
    measure(QUICK_ROUNDS if parser.parse_args().quick else ROUNDS)


if __name__ == "__main__":
    main()
