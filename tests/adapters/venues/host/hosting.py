"""A paper host in a thread of its own, with the instruments and bars of the paper venue's tests."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.adapters.venues.paper_bench import COSTLY, INSTRUMENTS
from ytc_tui.adapters.clock import stopwatch_ns
from ytc_tui.adapters.venues.host.account import HostedAccount
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.server import PaperHost
from ytc_tui.adapters.venues.host.trouble import Trouble
from ytc_tui.adapters.venues.host.wire import AccountRequest, Market
from ytc_tui.adapters.venues.paper import PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.engine.ports import Minute
from ytc_tui.model.market import NS_PER_S

ACCOUNT = AccountRequest("account", INSTRUMENTS, COSTLY, Market((), "open", 0, 1))


@dataclass
class Hosting:
    """A host at `path`; `market` is what comes while nobody drives."""

    path: Path
    folder: Path
    trouble: Trouble = field(default_factory=Trouble)
    market: Sequence[Minute] = ()
    pace: float = 60_000.0
    told: list[str] = field(default_factory=list)
    server: PaperHost = field(init=False)

    def venue(self) -> HostedVenue:
        return HostedVenue(self.path, ACCOUNT)

    def _open(self, request: AccountRequest) -> HostedAccount:
        store = PaperStore(self.folder / f"{request.name}.db")
        venue = PaperVenue(request.instruments, request.settings, store, self.trouble.venue)

        def minutes(start_ns: int) -> Iterator[Minute]:
            return (minute for minute in self.market if minute.open_ns >= start_ns)

        return HostedAccount(request.name, venue, store, minutes, self.pace, 0.0, venue.together)

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        host = PaperHost(
            self.path, self.trouble, self._open, lambda: stopwatch_ns() / NS_PER_S, self.told.append
        )
        self.server = host
        await host.start()
        ready.set()
        await stop.wait()
        await host.stop()


@contextmanager
def hosted(
    trouble: Trouble | None = None,
    market: Sequence[Minute] = (),
    pace: float = 60_000.0,
    folder: Path | None = None,
    name: str = "s",
) -> Iterator[Hosting]:
    """A host that runs until the block ends; in `folder` it goes on with the accounts that are there."""
    with tempfile.TemporaryDirectory(prefix="ytc-") as own:
        place = folder or Path(own)
        hosting = Hosting(place / name, place, trouble or Trouble(), market, pace)
        ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

        def work() -> None:
            asyncio.set_event_loop(loop)
            loop.run_until_complete(hosting.serve(ready, stop))
            loop.close()

        thread = threading.Thread(target=work)
        thread.start()
        assert ready.wait(10)
        try:
            yield hosting
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
