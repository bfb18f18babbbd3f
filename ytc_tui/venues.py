"""The venue of a run: in this process over its own file, in a paper host, or in memory.

Decides which of them the settings name. Part of the composition root. Invariant: the account of a run is one
file, whichever process has it.
"""

from __future__ import annotations

from pathlib import Path

from ytc_tui.adapters.feeds.files import split_argument
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.wire import AccountRequest, Market as HostedMarket
from ytc_tui.adapters.venues.outage import UnreachableAtTimes
from ytc_tui.adapters.venues.paper import PaperSettings, PaperVenue
from ytc_tui.adapters.venues.paper_store import PaperStore
from ytc_tui.boot import Parts, volume_known
from ytc_tui.engine.ports import MatchingVenue, Venue
from ytc_tui.halting import HaltFence
from ytc_tui.wiring import paper_settings


def durable_venue(parts: Parts) -> MatchingVenue:
    """The paper venue of this run with its own file: in this process, or in the host that the settings name.

    Raises VenueRetryable if no host answers, AlreadyRunning if another engine drives the account there.
    """
    socket_path = parts.loaded.settings.paper.host
    if not socket_path:
        return open_venue(parts, venue_store(parts))
    request = AccountRequest(
        name=parts.run_id,
        instruments=dict(parts.instruments),
        settings=_paper_settings(parts),
        market=HostedMarket(
            data=tuple(map(_absolute, parts.request.data or parts.loaded.settings.feed.data)),
            bar_label=parts.loaded.settings.feed.bar_label,
            from_ns=parts.feed.from_ns,
            to_ns=parts.feed.to_ns,
        ),
    )
    venue = HostedVenue(Path(socket_path), request)
    parts.closing.callback(venue.close)
    return venue


def urgent_line(venue: MatchingVenue) -> Venue:
    """`venue` over a line that ordinary requests never use, where it has one."""
    return venue.urgent if isinstance(venue, HostedVenue) else venue


def fenced(venue: MatchingVenue, fence: HaltFence) -> HaltFence:
    """`fence`, which is asked once more where an order that can raise risk had to wait for its line."""
    if isinstance(venue, HostedVenue):
        venue.barred = venue.urgent.barred = fence.why
    return fence


def _absolute(argument: str) -> str:
    """A data argument as a process in another folder reads it."""
    symbol, path = split_argument(argument)
    return f"{symbol}={path.absolute()}" if symbol else str(path.absolute())


def _paper_settings(parts: Parts) -> PaperSettings:
    return paper_settings(parts.loaded.settings, parts.opening_balance, volume_known(parts.feed))


def open_venue(parts: Parts, store: PaperStore) -> MatchingVenue:
    """The paper venue of this run over `store`, behind a line that is cut where its faults say so."""
    settings = _paper_settings(parts)
    faults = parts.request.faults
    venue = PaperVenue(parts.instruments, settings, store, faults)
    if not faults.outages:
        return venue
    return UnreachableAtTimes(venue, faults.outages, parts.clock.now_ns)


def venue_store(parts: Parts) -> PaperStore:
    """The paper venue's own file for this run."""
    folder = parts.paths.state_dir / "venues"
    folder.mkdir(mode=0o700, exist_ok=True)
    store = PaperStore(folder / f"{parts.run_id}.db")
    parts.closing.callback(store.close)
    return store
