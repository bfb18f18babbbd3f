"""The door's Unix socket: bound by us, for this user alone, and found again by clients.

Decides when a socket file is stale and which processes answer. Imports paths and errors. Invariants: the
socket is 0600 in a 0700 folder before anyone can connect; a file on which a process answers is never
replaced.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ytc_tui.adapters.paths import SESSION_NAME, SOCKET_PATH_BYTES, private_folder
from ytc_tui.errors import AlreadyRunning, ConfigInvalid, EngineUnreachable, UsageInvalid

CONNECT_TIMEOUT_S = 0.5
# SO_PEERCRED gives pid, uid and gid of the other side, on Linux only.
_PEER_OPTION: int | None = getattr(socket, "SO_PEERCRED", None)
_PEER = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """An engine that answers at its door; pid 0 where the system does not tell."""

    session_id: str
    pid: int
    socket_path: Path

    def __str__(self) -> str:
        return f"{self.session_id} (pid {self.pid or 'unknown'})"


def bind(path: Path) -> socket.socket:
    """A socket bound to `path` and not yet listening, 0600 in a folder of this user alone.

    Replaces a stale file. Raises AlreadyRunning if a process answers there, ConfigInvalid if the path is
    too long, taken by something else, or cannot be made. The session's lock must be held.
    """
    if len(os.fsencode(path)) >= SOCKET_PATH_BYTES:
        raise ConfigInvalid(
            f"the path of a socket must be under {SOCKET_PATH_BYTES} bytes",
            where=str(path),
            fix="set XDG_RUNTIME_DIR to a shorter folder",
        )
    private_folder(path.parent)
    _clear(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(os.fspath(path))
        # Nobody can connect before `listen`, so nobody meets the socket with wider rights.
        path.chmod(0o600)
        door.setblocking(False)
    except OSError as error:
        door.close()
        raise ConfigInvalid(f"the socket cannot be made: {error.strerror}", where=str(path)) from error
    return door


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ConfigInvalid("is in the way of the socket", where=str(path), fix="move it away")
    pid = listener(path)
    if pid is not None:
        raise AlreadyRunning(
            f"an engine answers there already (pid {pid or 'unknown'})",
            where=str(path),
            fix="see it with `ytc attach`, or end it first",
        )
    path.unlink(missing_ok=True)


def listener(path: Path) -> int | None:
    """The pid of the process that listens at `path`, 0 if it cannot be told, None if there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_TIMEOUT_S)
        try:
            probe.connect(os.fspath(path))
        except (TimeoutError, BlockingIOError):
            # Its queue is full: a process is there and does not answer.
            return 0
        except OSError:
            return None
        return peer(probe)[0]


def peer(connected: socket.socket) -> tuple[int, int]:
    """(pid, uid) of the process at the other end; (0, own uid) where the system does not tell."""
    if _PEER_OPTION is None:
        return 0, os.getuid()
    pid, uid, _ = _PEER.unpack(connected.getsockopt(socket.SOL_SOCKET, _PEER_OPTION, _PEER.size))
    return pid, uid


def find_engines(socket_dir: Path) -> tuple[RunningEngine, ...]:
    """Every engine of this user that answers, in order of session; stale files are passed over."""
    found = []
    for path in sorted(socket_dir.glob("*.sock")):
        if SESSION_NAME.fullmatch(path.stem) is None:
            continue
        pid = listener(path)
        if pid is not None:
            found.append(RunningEngine(path.stem, pid, path))
    return tuple(found)


def engine_for(engines: Sequence[RunningEngine], session: str = "") -> RunningEngine:
    """The engine that a command means: the one named (a beginning is enough), or the only one.

    Raises EngineUnreachable if there is none, UsageInvalid listing them if several fit.
    """
    fitting = [engine for engine in engines if engine.session_id == session]
    fitting = fitting or [engine for engine in engines if engine.session_id.startswith(session)]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(map(str, fitting or engines))
    if fitting:
        raise UsageInvalid(f"{len(fitting)} engines fit: {listed}", where="--session", fix="name one of them")
    if engines:
        raise EngineUnreachable(
            f"no engine runs session {session[:80]!r}", where="--session", fix=f"running: {listed}"
        )
    raise EngineUnreachable("no engine is running", fix="start one with `ytc run`")
