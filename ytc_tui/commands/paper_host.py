"""`ytc paper-host`: paper venues in a process of their own, as an exchange is.

Decides what the process itself does: signals, its files, what it tells. Imports the composition root and the
host. Invariant: ending it loses nothing; accounts are taken up again from their files.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from ytc_tui.adapters.clock import stopwatch_ns
from ytc_tui.adapters.feeds.bars import BarsFeed
from ytc_tui.adapters.feeds.demo import demo_sources
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.adapters.feeds.timestamps import BarLabel
from ytc_tui.adapters.paths import Paths, session_name
from ytc_tui.adapters.process_guard import discreet
from ytc_tui.adapters.venues.host.account import HostedAccount
from ytc_tui.adapters.venues.host.server import PaperHost
from ytc_tui.adapters.venues.host.trouble import Trouble
from ytc_tui.adapters.venues.host.wire import AccountRequest, Market
from ytc_tui.adapters.venues.outage import UnreachableAtTimes
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.ports import MatchingVenue
from ytc_tui.model.market import NS_PER_S

SOCKET_NAME = "paper-host.socket"


def serve(paths: Paths, socket_path: Path, trouble: Trouble, *, pace: float, grace_s: float) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises AlreadyRunning, ConfigInvalid."""
    paths.prepare()
    paths.prepare_sockets()
    host = PaperHost(
        path=socket_path,
        trouble=trouble,
        open_account=lambda request: _account(request, paths, trouble, pace, grace_s),
        now_s=lambda: stopwatch_ns() / NS_PER_S,
        told=print_line,
    )
    asyncio.run(_until_stopped(host))
    return 0


async def _until_stopped(host: PaperHost) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    await host.start()
    print_line(f"listening at {host.path}; use it with --set paper.host={host.path}")
    try:
        await stop.wait()
    finally:
        await host.stop()


def _account(
    request: AccountRequest, paths: Paths, trouble: Trouble, pace: float, grace_s: float
) -> HostedAccount:
    """The account over its own file, where a venue in the engine's process would have it too."""
    folder = paths.state_dir / "venues"
    folder.mkdir(mode=0o700, exist_ok=True)
    store = PaperStore(folder / f"{session_name(request.name)}.db")
    paper = PaperVenue(request.instruments, request.settings, store, trouble.venue)
    venue: MatchingVenue = paper
    if trouble.venue.outages:
        venue = UnreachableAtTimes(venue, trouble.venue.outages)
    feed = _feed(request.market)
    return HostedAccount(request.name, venue, store, feed.minutes, pace, grace_s, paper.together)


def _feed(market: Market) -> BarsFeed:
    label: BarLabel = "close" if market.bar_label == "close" else "open"
    sources = [open_source(argument, label) for argument in market.data]
    return BarsFeed(sources or list(demo_sources()), market.from_ns, market.to_ns, 0)


def print_line(line: str) -> None:
    """Tell `line`; a pipe that nobody reads any more is no reason to end."""
    try:
        sys.stdout.write(f"{discreet(line)}\n")
        sys.stdout.flush()
    except OSError:
        pass
