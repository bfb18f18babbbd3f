"""Carrying notices to a person: a file, the terminal's bell, a program of the user's, and all at once.

Decides how a notice leaves and what its failure costs: a number, nothing else. Imports the Notifier
port, redaction, terminal text and the model. Invariant: `Fanout.notify` never waits and never raises.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ytc_tui.adapters.redaction import Redactor
from ytc_tui.adapters.terminal_text import safe, safe_line
from ytc_tui.engine.ports import Notice, Notifier
from ytc_tui.errors import YtcError
from ytc_tui.model.session import Severity

NS_PER_S = 1_000_000_000
TITLE_LIMIT = 200
MESSAGE_LIMIT = 2_000
QUEUE_LIMIT = 256
COMMAND_TIMEOUT_S = 10.0
# What a user's program inherits; everything else may hold a key.
_KEPT_ENVIRONMENT = frozenset(
    {"PATH", "HOME", "USER", "LANG", "LC_ALL", "TERM", "TMPDIR"}
    | {"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}
)

_log = logging.getLogger(__name__)


def notice_json(notice: Notice) -> str:
    """The notice as one line of JSON: at (UTC ISO), severity, title, message, fields."""
    at = datetime.fromtimestamp(notice.at_ns // NS_PER_S, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(
        {
            "at": at,
            "severity": notice.severity.value,
            "title": notice.title,
            "message": notice.message,
            "fields": notice.fields,
        }
    )


class FileNotifier:
    """Appends each notice as a line of JSON to a file of this user alone. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def notify(self, notice: Notice) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._path, flags, 0o600), "ab", buffering=0) as file:
            file.write(notice_json(notice).encode() + b"\n")


class BellNotifier:
    """Rings the controlling terminal for critical notices, where standard error is a terminal."""

    def __init__(self, stderr: TextIO, terminal: Path = Path("/dev/tty")) -> None:
        self._stderr = stderr
        self._terminal = terminal

    async def notify(self, notice: Notice) -> None:
        """Raises OSError if the terminal is gone."""
        if notice.severity is not Severity.CRITICAL or not self._stderr.isatty():
            return
        fd = os.open(self._terminal, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            os.write(fd, b"\a")
        finally:
            os.close(fd)


class CommandNotifier:
    """Runs the user's program for each notice, without a shell.

    The notice is JSON on its standard input, and YTC_AT, YTC_SEVERITY, YTC_TITLE and YTC_MESSAGE in its
    otherwise short environment; what it prints is discarded.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        timeout_s: float = COMMAND_TIMEOUT_S,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        """`secrets` by variable are what the program is given beside its short environment."""
        self._argv = tuple(argv)
        self._environ = {name: value for name, value in environ.items() if name in _KEPT_ENVIRONMENT}
        self._environ |= secrets or {}
        self._timeout_s = timeout_s

    async def notify(self, notice: Notice) -> None:
        """Raises OSError if the program cannot be started, YtcError if it fails or takes too long."""
        line = notice_json(notice)
        process = await asyncio.create_subprocess_exec(
            *self._argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environ | _variables(notice, json.loads(line)["at"]),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                await process.communicate(line.encode() + b"\n")
        except TimeoutError:
            raise YtcError(
                f"the program did not end within {self._timeout_s:g} s", where="notify.command"
            ) from None
        finally:
            if process.returncode is None:
                # Its children belong to the session that was made for it, and end with it.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            raise YtcError(f"the program ended with code {process.returncode}", where="notify.command")


def _variables(notice: Notice, at: str) -> dict[str, str]:
    return {
        "YTC_AT": at,
        "YTC_SEVERITY": notice.severity.value,
        "YTC_TITLE": notice.title,
        "YTC_MESSAGE": notice.message,
    }


class Fanout:
    """Hands each notice to every notifier, each in its own task with its own bounded queue.

    `failures` and `dropped` count by notifier. A full queue drops its oldest notice that is not
    critical, or the new one if all are.
    """

    def __init__(
        self, notifiers: Mapping[str, Notifier], redactor: Redactor, queue_limit: int = QUEUE_LIMIT
    ) -> None:
        self._lanes = {name: _Lane(name, notifier, queue_limit) for name, notifier in notifiers.items()}
        self._redactor = redactor

    @property
    def failures(self) -> dict[str, int]:
        """Notices that a notifier was given and did not deliver."""
        return {name: lane.failures for name, lane in self._lanes.items()}

    @property
    def dropped(self) -> dict[str, int]:
        """Notices that a notifier was never given."""
        return {name: lane.dropped for name, lane in self._lanes.items()}

    async def notify(self, notice: Notice) -> None:
        """Queue `notice`, without secrets and control characters. Never waits, never raises."""
        clean = self._clean(notice)
        for lane in self._lanes.values():
            lane.put(clean)

    async def start(self) -> None:
        """Begin to deliver."""
        for lane in self._lanes.values():
            lane.start()

    async def stop(self, timeout_s: float = 2.0) -> None:
        """Deliver what is queued for at most `timeout_s`, drop the rest, and end."""
        await asyncio.gather(*(lane.stop(timeout_s) for lane in self._lanes.values()))

    def _clean(self, notice: Notice) -> Notice:
        text = self._redactor.text
        return replace(
            notice,
            title=safe_line(text(notice.title), TITLE_LIMIT),
            message=safe(text(notice.message), MESSAGE_LIMIT),
            fields={
                safe_line(name, TITLE_LIMIT): safe(value, MESSAGE_LIMIT)
                for name, value in self._redactor.data(notice.fields).items()
            },
        )


class _Lane:
    """One notifier with its queue and its task."""

    def __init__(self, name: str, notifier: Notifier, limit: int) -> None:
        self._name = name
        self._notifier = notifier
        self._limit = limit
        self._queue: deque[Notice] = deque()
        self._changed = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self.failures = 0
        self.dropped = 0

    def put(self, notice: Notice) -> None:
        if self._stopping:
            self.dropped += 1
            return
        if len(self._queue) >= self._limit:
            self.dropped += 1
            old = next((each for each in self._queue if each.severity is not Severity.CRITICAL), None)
            if old is None:
                return
            self._queue.remove(old)
        self._queue.append(notice)
        self._changed.set()

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._deliver(), name=f"notify {self._name}")

    async def stop(self, timeout_s: float) -> None:
        self._stopping = True
        self._changed.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=timeout_s)
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task])
                self.failures += 1
        self.dropped += len(self._queue)
        self._queue.clear()

    async def _deliver(self) -> None:
        while True:
            while self._queue:
                await self._hand_over(self._queue.popleft())
            if self._stopping:
                return
            self._changed.clear()
            await self._changed.wait()

    async def _hand_over(self, notice: Notice) -> None:
        try:
            await self._notifier.notify(notice)
        except Exception as error:  # whatever a notifier does, it must not reach trading
            self.failures += 1
            _log.warning("notifier %s failed: %s", self._name, error)
