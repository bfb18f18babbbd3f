"""`ytc serve`: the desk of a running engine in a browser on this machine.

Decides who is let in. Imports textual-serve, which runs a desk for each page. Invariants: nobody is answered
who does not show the token that this process made, or asks under another name than this machine's own; the
token is printed once and in no log; a page only looks unless it was asked for more.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import shlex
import signal
import sys
from importlib import resources

from aiohttp import web
from aiohttp.typedefs import Handler
from textual_serve.server import Server

from ytc_tui.adapters.process_guard import tell
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.commands.operate import engine_named
from ytc_tui.commands.paper_host import print_line
from ytc_tui.commands.places import paper_paths
from ytc_tui.errors import UsageInvalid

HOST = "127.0.0.1"
COOKIE, OPEN = "ytc-desk", "/open"
MAX_DESKS = 4
# So long pages that are open keep the server from ending.
STOP_TIMEOUT_S = 1.0
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws://{name}; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def serve(session: str, port: int, *, control: bool) -> int:
    """Serve until SIGINT or SIGTERM; the exit code. Raises UsageInvalid where the port is taken."""
    engine = engine_named(paper_paths(), session)
    asked = ["attach", "--in-browser", "--session", engine.session_id, *([] if control else ["--read-only"])]
    desk = DeskServer(shlex.join([sys.executable, "-m", "ytc_tui", *asked]), port)
    return asyncio.run(desk.run())


class DeskServer(Server):
    """Pages that each run `command`, behind a token."""

    def __init__(self, command: str, port: int) -> None:
        pages = resources.files("ytc_tui") / "data" / "web"
        super().__init__(command, HOST, port, "ytc", templates_path=str(pages))
        self.token = secrets.token_urlsafe(32)
        self._names = {f"{HOST}:{port}", f"localhost:{port}"}
        self._desks = 0

    async def run(self) -> int:
        """Listen, say where, and wait for the signal that ends this."""
        done = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, done.set)
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=STOP_TIMEOUT_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
        except OSError as error:
            await runner.cleanup()
            raise UsageInvalid(
                f"port {self.port} is taken: {error.strerror}", where="--port", fix="choose another"
            ) from error
        print_line(f"{self.public_url}{OPEN}/{self.token}")
        REDACTOR.add(self.token)  # from now on nobody is told
        tell("open this address in a browser on this machine; ctrl+c ends it, and the engine goes on")
        await done.wait()
        await runner.cleanup()
        return 0

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._let_in)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Nothing: `run` says where it listens."""

    @web.middleware
    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host not in self._names:
            raise web.HTTPForbidden(text="asked under another name\n")
        if self._is_token(request.path.removeprefix(f"{OPEN}/")):
            # The address bar keeps no token.
            known = web.Response(status=303, headers={"Location": "/"})
            known.set_cookie(COOKIE, self.token, httponly=True, samesite="Strict", path="/")
            return known
        if not self._is_token(request.cookies.get(COOKIE)):
            raise web.HTTPForbidden(text="open the address that `ytc serve` printed\n")
        if request.path == "/ws":
            return await self._desk_for(request, handler)
        answer = await handler(request)
        for name, value in _HEADERS.items():
            answer.headers[name] = value.replace("{name}", request.host)
        return answer

    async def _desk_for(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="asked from another page\n")
        if self._desks >= MAX_DESKS:
            raise web.HTTPServiceUnavailable(text=f"{MAX_DESKS} desks are open already\n")
        self._desks += 1
        try:
            return await handler(request)
        finally:
            self._desks -= 1

    def _is_token(self, shown: str | None) -> bool:
        return shown is not None and hmac.compare_digest(shown.encode(), self.token.encode())
