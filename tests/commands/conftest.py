"""A user in front of a venue that runs on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.commands.fetches import Fetcher


@pytest.fixture
def fetcher(tmp_path: Path) -> Iterator[Fetcher]:
    # ccxt takes a second to import, which the other tests of this folder do not need.
    from tests.adapters.feeds.venue_server import demo_venue, serving
    from tests.commands.fetches import Fetcher

    with serving(demo_venue()) as venue:
        yield Fetcher(venue, tmp_path / "data")
