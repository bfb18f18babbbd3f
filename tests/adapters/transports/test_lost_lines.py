"""Which watchers left without a word: the door counts them."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from websockets.asyncio.client import unix_connect

from ytc_tui.adapters.transports.client import HttpClient
from ytc_tui.adapters.transports.http import DoorServer
from ytc_tui.adapters.transports.wire import PREFIX


@pytest.mark.parametrize("broken", [False, True])
async def test_a_line_that_breaks_is_counted_and_a_farewell_is_not(
    server: DoorServer, client: HttpClient, broken: bool
) -> None:
    address = f"ws://engine{PREFIX}/frames?views=alerts"
    async with unix_connect(str(server.socket_path), address) as watcher:
        await watcher.recv()
        assert server.lost == 0
        if broken:
            watcher.transport.abort()
    # A watcher that comes and goes as it should.
    async with aclosing(client.frames(["alerts"])) as frames:
        await anext(frames)
    await server.stop()
    assert server.lost == broken
