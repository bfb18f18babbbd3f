"""An engine on a thread of the desk's own process (`ytc run --in-process`).

Decides how it starts and that it ends after the desk, never within it. Imports the run and the transports.
Invariant: the desk's shutdown never cuts the engine's short: `close` waits for it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.transports.local import LocalClient
from ytc_tui.boot import RunRequest
from ytc_tui.client import EngineClient
from ytc_tui.commands.desk_engine import kill_command_of
from ytc_tui.commands.output import Output
from ytc_tui.commands.run import Manner, Stay, run_engine
from ytc_tui.config import LoadedSettings
from ytc_tui.engine.door import Door
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.link import EngineEnd, Survival


class ThreadEngine:
    """An engine on a thread with an event loop of its own."""

    owned = True
    outlives_desk = False
    survives_logout = (Survival.NO, "it runs in the desk's own process")

    def __init__(self, loaded: LoadedSettings, request: RunRequest, paths: Paths) -> None:
        self._loaded, self._request, self._paths = loaded, request, paths
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] | None = None
        self._asked = False  # to end, perhaps before it could be told
        self._ended = threading.Event()
        self._end = EngineEnd(0, "")

    @property
    def description(self) -> str:
        return "a thread of this process: it ends with the desk"

    @property
    def kill_command(self) -> str:
        return kill_command_of(self._paths)

    async def start(self) -> EngineClient:
        """Start the thread and wait for its door. Raises EngineUnreachable with its last words."""
        desk_loop = asyncio.get_running_loop()
        ready: asyncio.Future[Door | None] = desk_loop.create_future()

        def settle(door: Door | None) -> None:
            if not ready.done():
                ready.set_result(door)

        def opened(door: Door, stop: Callable[[], None]) -> None:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            if self._asked:
                stop()
            desk_loop.call_soon_threadsafe(settle, door)

        self._ended.clear()
        self._loop, self._stop, self._asked = None, None, False
        # Not a daemon: what the engine has to bring to an end outlives a desk that crashed.
        self._thread = threading.Thread(target=self._main, args=(opened,), name="engine")
        self._thread.start()
        ending = asyncio.create_task(self.ended())
        ending.add_done_callback(lambda _: settle(None))
        door = await ready
        if door is None or self._loop is None:
            raise EngineUnreachable(self._end.message or "it ended at once")
        return LocalClient(door, self._loop)

    def _main(self, opened: Callable[[Door, Callable[[], None]], None]) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # the desk has the terminal
        output = Output(as_json=False, fd=nowhere)
        manner = Manner(stay=Stay.UNTIL_STOPPED, anew=True, signals=False, opened=opened)
        try:
            code = asyncio.run(run_engine(self._loaded, self._request, manner, output))
            self._end = EngineEnd(code, "")
        except Exception as error:
            self._end = EngineEnd(getattr(error, "exit_code", 1), str(error))
        finally:
            output.close()
            os.close(nowhere)
            self._ended.set()

    async def ended(self) -> EngineEnd:
        await asyncio.to_thread(self._ended.wait)
        return self._end

    async def stop(self) -> None:
        """End the process's part: entries are pulled, stops stay, the session is resumable."""
        self._ask()
        await self.ended()

    def close(self) -> None:
        """After the desk: end the engine and wait for it."""
        self._ask()
        if self._thread is not None:
            self._thread.join()

    def _ask(self) -> None:
        self._asked = True
        if self._loop is not None and self._stop is not None and not self._ended.is_set():
            self._loop.call_soon_threadsafe(self._stop)
