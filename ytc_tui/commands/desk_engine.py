"""The engines that a desk can follow: a process of its own, a thread of this one, one that runs already.

Decides how an engine is started, found, and told apart from a dead one. Imports the transports and the
composition root. Invariants: an engine of its own holds no terminal and no pipe of the desk; what it says
goes to its log, whose last lines are its last words.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import IO

from ytc_tui.adapters import secrets
from ytc_tui.adapters.logout import survives_logout
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.transports.sockets import RunningEngine, find_engines
from ytc_tui.client import EngineClient
from ytc_tui.errors import EngineUnreachable
from ytc_tui.screens.link import EngineEnd, Survival

_POLL_S = 0.05
_START_TIMEOUT_S = 60.0
_LAST_WORDS = 400


def _survival() -> tuple[Survival, str]:
    word, why = survives_logout()
    return Survival(word), why


def kill_command_of(paths: Paths, session: str = "") -> str:
    """The shell command that flattens `session` (or every session) without its door."""
    if session and not session.endswith(paths.tag):
        # Another user of the same sockets: where it looks for the file is not known here.
        return f"touch {shlex.quote(paths.kill_file(session).name)}, in the state folder of that engine"
    return f"touch {shlex.quote(str(paths.kill_file(session)))}"


async def client_of(engine: RunningEngine, paths: Paths) -> EngineClient:
    """A client of a running engine; its libraries load on a thread, while the desk is painted."""
    module = await asyncio.to_thread(import_module, "ytc_tui.adapters.transports.client")
    known = engine.session_id.endswith(paths.tag)
    kill_file = paths.kill_file(engine.session_id) if known else None
    client: EngineClient = module.HttpClient(engine.socket_path, kill_file=kill_file)
    return client


class ProcessEngine:
    """An engine that this desk starts as a process of its own: `python -m ytc_tui ARGUMENTS`."""

    owned = True
    outlives_desk = True

    def __init__(self, arguments: Sequence[str], paths: Paths) -> None:
        self._arguments, self._paths = tuple(arguments), paths
        self._process: asyncio.subprocess.Process | None = None
        self._engine: RunningEngine | None = None
        self._log: Path | None = None
        self.survives_logout = _survival()

    @property
    def description(self) -> str:
        pid = self._process.pid if self._process is not None else 0
        return f"a process of its own (pid {pid or 'not started'}), log {self._log or 'none yet'}"

    @property
    def kill_command(self) -> str:
        return kill_command_of(self._paths, self._engine.session_id if self._engine else "")

    async def start(self) -> EngineClient:
        """Start it and wait for its door.

        Raises EngineUnreachable with its last words if it ends first, or opens none in time.
        """
        self._paths.prepare()
        self._log = self._paths.log_dir / f"engine-{os.getpid()}.out"
        with self._open_log(self._log) as log, _piped(secrets.handed_over()) as handed:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "ytc_tui",
                *self._arguments,
                stdin=handed,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                self._engine = await self._door_of(self._process)
        except TimeoutError:
            await self.stop()
            raise EngineUnreachable(
                f"it opened no door within {_START_TIMEOUT_S:g} s: {self._last_words()}", where=str(self._log)
            ) from None
        return await client_of(self._engine, self._paths)

    async def _door_of(self, process: asyncio.subprocess.Process) -> RunningEngine:
        while True:
            if process.returncode is not None:
                raise EngineUnreachable(
                    f"it ended with exit code {process.returncode}: {self._last_words()}",
                    where=str(self._log),
                )
            for engine in find_engines(self._paths.socket_dir):
                if engine.pid == process.pid:
                    return engine
            await asyncio.sleep(_POLL_S)

    @staticmethod
    def _open_log(path: Path) -> IO[bytes]:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    async def ended(self) -> EngineEnd:
        assert self._process is not None
        code = await self._process.wait()
        return EngineEnd(code, self._last_words() if code else "")

    def _last_words(self) -> str:
        try:
            text = self._log.read_text(errors="replace") if self._log is not None else ""
        except OSError as error:
            return str(error)
        lines = [line for line in text.splitlines() if line.strip()]
        return lines[-1][-_LAST_WORDS:] if lines else "it said nothing"

    async def stop(self) -> None:
        """SIGTERM: entries are pulled, stops stay, the session is resumable."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


def _piped(content: bytes) -> IO[bytes]:
    """`content`, to be read once: what an engine is handed here is in no file, argument or variable."""
    reading, writing = os.pipe()
    try:
        os.write(writing, content)
    finally:
        os.close(writing)
    return os.fdopen(reading, "rb")


class AttachedEngine:
    """An engine that runs already. Its end is seen when nobody answers at its door any more."""

    owned = False
    outlives_desk = True

    def __init__(self, engine: RunningEngine, paths: Paths) -> None:
        self._engine, self._paths = engine, paths
        self.survives_logout = _survival()

    @property
    def description(self) -> str:
        return str(self._engine)

    @property
    def kill_command(self) -> str:
        return kill_command_of(self._paths, self._engine.session_id)

    async def start(self) -> EngineClient:
        return await client_of(self._engine, self._paths)

    async def ended(self) -> EngineEnd:
        """An engine that was killed may come back at the same door, so its end is never certain here."""
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async def stop(self) -> None:
        return
