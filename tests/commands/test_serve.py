"""The desk in a browser: who is let in, and what a page may load."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.commands import serve
from ytc_tui.commands.serve import COOKIE, OPEN, DeskServer
from ytc_tui.errors import UsageInvalid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(command: str = f"{sys.executable} -c pass") -> AsyncGenerator[tuple[DeskServer, str]]:
    """A server that is ended by SIGTERM, and its address."""
    desk = DeskServer(command, free_port())
    running = asyncio.create_task(desk.run())
    address = f"http://127.0.0.1:{desk.port}"
    while REDACTOR.text(desk.token) == desk.token:
        assert not running.done(), running.exception()
        await asyncio.sleep(0.01)
    try:
        yield desk, address
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0


async def status(session: ClientSession, address: str, **headers: str) -> int:
    async with session.get(address, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_nobody_is_let_in_without_the_secret(capfd: pytest.CaptureFixture[str]) -> None:
    async with serving() as (desk, address), ClientSession() as stranger:
        for path in ("/", "/ws", "/static/js/textual.js", "/download/x", f"{OPEN}/", f"{OPEN}/wrong"):
            assert await status(stranger, address + path) == 403
        assert await status(stranger, f"{address}/", Cookie=f"{COOKIE}=wrong") == 403
        assert await status(stranger, f"{address}{OPEN}/{desk.token}", Host="evil.example") == 403
        printed = capfd.readouterr()
        assert printed.out == f"{address}{OPEN}/{desk.token}\n"
        assert desk.token not in printed.err


async def test_the_secret_opens_a_page_that_loads_nothing_from_elsewhere() -> None:
    async with serving() as (desk, address), ClientSession() as browser:
        async with browser.get(f"{address}{OPEN}/{desk.token}", allow_redirects=False) as opened:
            assert (opened.status, opened.headers["Location"]) == (303, "/")
            cookie = opened.cookies[COOKIE]
            assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
        known = {"Cookie": f"{COOKIE}={desk.token}"}
        async with browser.get(f"{address}/", headers=known) as page:
            text = await page.text()
            assert page.status == 200
            assert "default-src 'self'" in page.headers["Content-Security-Policy"]
            assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "https://" not in text
        assert desk.token not in text
        async with browser.get(f"{address}/static/js/textual.js", headers=known) as script:
            assert script.status == 200


async def test_a_desk_is_opened_by_the_page_itself_alone_and_not_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serve, "MAX_DESKS", 1)
    waits = f"{sys.executable} -c 'import sys; print(\"__GANGLION__\", flush=True); sys.stdin.read()'"
    async with serving(waits) as (desk, address), ClientSession() as browser:
        known = {"Cookie": f"{COOKIE}={desk.token}"}
        for origin in ({}, {"Origin": "http://evil.example"}):
            with pytest.raises(WSServerHandshakeError, match="403"):
                await browser.ws_connect(f"{address}/ws", headers=known | origin)
        own = known | {"Origin": address}
        async with browser.ws_connect(f"{address}/ws", headers=own):
            with pytest.raises(WSServerHandshakeError, match="503"):
                await browser.ws_connect(f"{address}/ws", headers=own)


async def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageInvalid, match="is taken"):
            await DeskServer("true", taken.getsockname()[1]).run()
