"""Where this program keeps its files: one state folder a mode, one folder of sockets.

Decides names and rights of every path (semantics.md 7). Standard library and platformdirs.
Invariant: every folder that `prepare` or `prepare_sockets` returns belongs to this user alone (0700),
and the path of a socket is under 100 bytes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import platformdirs

from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.session import Mode

SOCKET_PATH_BYTES = 100
FALLBACK_ROOT = Path("/tmp")
SESSION_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of one mode. Making this object touches nothing on disk."""

    state_dir: Path
    socket_dir: Path

    @property
    def tag(self) -> str:
        """The end of the name of every engine that keeps its state here."""
        return sha256(str(self.state_dir.absolute()).encode()).hexdigest()[:8]

    @property
    def database(self) -> Path:
        return self.state_dir / "ytc.db"

    def spare_file(self, run: str) -> Path:
        """The preallocated file of the emergency exception. Each run has its own: a full disk meets all."""
        return self.state_dir / f"emergency-{session_name(run)}.spare"

    def heartbeat_file(self, run: str) -> Path:
        """Where the engine of `run` shows that it lives."""
        return self.state_dir / f"heartbeat-{session_name(run)}.beat"

    def halt_file(self, run: str) -> Path:
        """The halt epoch of `run`."""
        return self.state_dir / f"halt-{session_name(run)}.json"

    def guard_record(self, run: str) -> Path:
        """What guards did on `run`."""
        return self.state_dir / f"guard-{session_name(run)}.jsonl"

    def guard_lock(self, run: str) -> Path:
        """Held by the one guard of `run`."""
        return self.lock_dir / f"guard-{session_name(run)}.lock"

    @property
    def signing_key(self) -> Path:
        """The key that signs heads of journals: outside the folders that hold them."""
        return self.state_dir.parent / "signing.key"

    @property
    def heads_file(self) -> Path:
        """The second copy of what was signed."""
        return self.state_dir.parent / f"heads-{self.state_dir.name}.jsonl"

    @property
    def pin_file(self) -> Path:
        """The hash of the operator's PIN, one for all modes."""
        return self.state_dir.parent / "pin"

    def pin_for_file(self, run: str) -> Path:
        """For which commands `run` asks for the PIN."""
        return self.state_dir / f"pin-for-{session_name(run)}.json"

    def run_sheet(self, run: str) -> Path:
        """What `run` was started with."""
        return self.state_dir / f"run-{session_name(run)}.json"

    @property
    def drill_file(self) -> Path:
        """The record of the last drill that passed."""
        return self.state_dir / "drill.json"

    @property
    def log_dir(self) -> Path:
        return self.state_dir / "log"

    @property
    def lock_dir(self) -> Path:
        return self.state_dir / "locks"

    def kill_file(self, session: str = "") -> Path:
        """Creating this file flattens `session`, or every session of this mode if none is named."""
        return self.state_dir / (f"kill-{session_name(session)}" if session else "kill")

    def socket(self, session: str) -> Path:
        """The door of the engine that runs `session`."""
        return self.socket_dir / f"{session_name(session)}.sock"

    def prepare(self) -> None:
        """Make the folders of the state. Raises ConfigInvalid naming what is in the way."""
        for folder in (self.state_dir.parent, self.state_dir, self.log_dir, self.lock_dir):
            private_folder(folder)

    def prepare_sockets(self) -> None:
        """Make the folder of the sockets. Raises ConfigInvalid naming what is in the way."""
        private_folder(self.socket_dir)


def paths_of(mode: Mode, environ: Mapping[str, str], *, state_dir: Path | None = None) -> Paths:
    """The paths of `mode`; `state_dir` replaces the folder that the environment names.

    $XDG_STATE_HOME and $XDG_RUNTIME_DIR count only when absolute, as their standard says.
    """
    root = state_dir or _absolute(environ, "XDG_STATE_HOME")
    base = root / "ytc" if root is not None else Path(platformdirs.user_state_path("ytc"))
    return Paths(base / mode.value, _socket_dir(environ))


def session_name(session: str) -> str:
    """`session` if it can be a file name. Raises ConfigInvalid."""
    if SESSION_NAME.fullmatch(session) is None:
        raise ConfigInvalid(
            f"not a session name: {session[:80]!r}", fix="use small letters, digits and dashes, at most 63"
        )
    return session


def private_folder(folder: Path) -> None:
    """Make `folder` if it is missing; raises ConfigInvalid unless it is this user's and only his.

    Rights that are too wide on a folder of our own are taken back.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise ConfigInvalid("is not a folder", where=str(folder), fix="move it away")
        if found.st_uid != os.getuid():
            raise ConfigInvalid(
                f"belongs to user {found.st_uid}, not to you", where=str(folder), fix="name another folder"
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise ConfigInvalid(
            f"cannot be made: {error.strerror}", where=str(folder), fix="name another folder"
        ) from error


def _absolute(environ: Mapping[str, str], name: str) -> Path | None:
    path = Path(environ.get(name, ""))
    return path if path.is_absolute() else None


def _socket_dir(environ: Mapping[str, str]) -> Path:
    """The runtime folder if the longest socket name fits under it, else one that always fits."""
    runtime = _absolute(environ, "XDG_RUNTIME_DIR")
    if runtime is not None:
        folder = runtime / "ytc"
        longest = folder / f"{'x' * 63}.sock"
        if len(os.fsencode(longest)) < SOCKET_PATH_BYTES:
            return folder
    return FALLBACK_ROOT / f"ytc-{os.getuid()}"
