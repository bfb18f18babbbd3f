"""The application log and the audit file of a session, as lines of JSON.

Decides what a line holds, when a file rotates, and that no secret is in it. Imports redaction, paths,
errors and the model. Invariants: logging never raises into its caller, what could not be written is
counted; a line is plain ASCII, so no text in it can steer a terminal.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import os
import re
import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from ytc_tui.adapters.paths import session_name
from ytc_tui.adapters.redaction import Redactor
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.chain import Entry

LOGGER = "ytc_tui"
GUARD_LOG = "guard-"  # and the run: a log beside those of sessions
MAX_TEXT = 16_384
MAX_FIELDS = 65_536
_TAIL_BYTES = 65_536
_NS_PER_DAY = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class LogOptions:
    """The settings of [logging]: the three of spec 000 and the sizes."""

    level: str = "INFO"
    include_agent_outputs: bool = True
    audit_trail: bool = True
    max_file_mb: int = 10
    keep_files: int = 5


class SessionLog:
    """The log of one session, from construction to `close`. Everything logged in this process goes in:
    ours from the level of the options on, that of libraries from WARNING on."""

    def __init__(self, folder: Path, session_id: str, options: LogOptions, redactor: Redactor) -> None:
        """Opens, or goes on with, `<session>.log` and `<session>.audit.jsonl` in `folder`; OSError."""
        self.path = folder / f"{session_name(session_id)}.log"
        self.audit_path = folder / f"{session_id}.audit.jsonl"
        self._options = options
        self._redactor = redactor
        self._handler = _JsonLines(self.path, options, redactor)
        self._audit_fd = -1
        self.audited_seq = 0
        self._audit_lost = 0
        if options.audit_trail:
            self.audited_seq = _last_seq(self.audit_path)
            self._audit_fd = _append_fd(self.audit_path)
        self._root_level = logging.root.level
        self._our_level = logging.getLogger(LOGGER).level
        # The root passes what libraries warn of; our own logger decides for ours.
        logging.root.setLevel(logging.WARNING)
        logging.getLogger(LOGGER).setLevel(options.level)
        logging.root.addHandler(self._handler)

    @property
    def lost(self) -> int:
        """Lines that could not be written."""
        return self._handler.lost + self._audit_lost

    def event(self, level: int, message: str, fields: Mapping[str, Any] | None = None) -> None:
        """Log one line at `level` (as in `logging`) with `fields` beside its message."""
        logging.getLogger(LOGGER).log(level, "%s", message, extra={"fields": fields or {}})

    def agent_output(self, agent: str, task_id: str, output: Mapping[str, Any]) -> None:
        """Log what an agent answered, where the options include it."""
        if self._options.include_agent_outputs:
            self.event(logging.INFO, f"{agent} answered", {"task_id": task_id, "output": output})

    def agent_repeated(self, agent: str, task_id: str) -> None:
        """Log that an agent answered as it had answered last, where the options include answers."""
        if self._options.include_agent_outputs:
            self.event(logging.INFO, f"{agent} answered as before", {"task_id": task_id})

    def audit(self, entry: Entry) -> None:
        """Write a journal entry as a line of the audit file; one that is in it already is left out.

        Hand over entries in order; after a restart those after `audited_seq`.
        """
        if self._audit_fd < 0 or entry.seq <= self.audited_seq:
            return
        line = json.dumps({**entry._asdict(), "body": self._redactor.data(json.loads(entry.body))})
        whole_bytes = os.fstat(self._audit_fd).st_size
        try:
            _write_all(self._audit_fd, line.encode() + b"\n")
        except OSError:
            self._audit_lost += 1
            # A disk that filled up in the middle took a part, which the next line must not join.
            with contextlib.suppress(OSError):
                os.ftruncate(self._audit_fd, whole_bytes)
        else:
            self.audited_seq = entry.seq

    def close(self) -> None:
        """Detach and close the files; a second call does nothing."""
        if self._handler in logging.root.handlers:
            logging.root.removeHandler(self._handler)
            logging.root.setLevel(self._root_level)
            logging.getLogger(LOGGER).setLevel(self._our_level)
            self._handler.close()
        if self._audit_fd >= 0:
            os.close(self._audit_fd)
            self._audit_fd = -1


class _JsonLines(RotatingFileHandler):
    """A rotating file of JSON lines that gives each line its number."""

    def __init__(self, path: Path, options: LogOptions, redactor: Redactor) -> None:
        self._redactor = redactor
        self.lost = 0
        self._seq = max((_last_seq(part) for part in _parts(path)), default=0) or _archived_seq(path)
        self._limit = options.max_file_mb * 1024 * 1024
        super().__init__(path, backupCount=options.keep_files, encoding="ascii")

    def _open(self) -> TextIOWrapper:
        return os.fdopen(_append_fd(Path(self.baseFilename)), "a", encoding="ascii")

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; never raises."""
        try:
            line = self._line(record)
            if self.stream is not None and self.stream.tell() + len(line) > self._limit:
                self.doRollover()
            if self.stream is None:
                self.stream = self._open()
            self.stream.write(line)
            self.flush()
        except Exception:  # a log that fails must not take trading with it
            self.lost += 1

    def close(self) -> None:
        """Close the file; what a full disk does not take at the end is counted like any other line."""
        try:
            super().close()
        except OSError:
            self.lost += 1

    def _line(self, record: logging.LogRecord) -> str:
        self._seq += 1
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "seq": self._seq,
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redactor.text(record.getMessage())[:MAX_TEXT],
        }
        fields = self._redactor.data(getattr(record, "fields", None) or {})
        if fields:
            size = len(json.dumps(fields))
            line["fields"] = fields if size <= MAX_FIELDS else {"omitted": f"{size} characters"}
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            line["error"] = self._redactor.text(trace)[-MAX_TEXT:]
        return json.dumps(line) + "\n"


def archive(folder: Path, session_id: str) -> Path:
    """Gzip the closed log of `session_id`, its rotated parts first, and remove them; the archive's path.

    An archive that is there already (an earlier run of the same session) is continued. Raises
    UsageInvalid if there is no log.
    """
    path = folder / f"{session_name(session_id)}.log"
    target = folder / f"{session_id}.log.gz"
    parts = _parts(path)
    if not parts:
        if target.exists():
            return target
        raise UsageInvalid(f"there is no log of session {session_id}", where=str(folder))
    fresh = target.with_suffix(".tmp")
    fresh.unlink(missing_ok=True)
    with os.fdopen(_append_fd(fresh), "wb") as out:
        if target.exists():
            # Gzip members one after the other are one gzip file.
            out.write(target.read_bytes())
        with gzip.open(out, "wb") as packed:
            for part in parts:
                with part.open("rb") as lines:
                    shutil.copyfileobj(lines, packed)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    for part in parts:
        part.unlink()
    return target


def log_sessions(folder: Path) -> tuple[str, ...]:
    """Sessions with a log in `folder`, the one last written first."""
    newest: dict[str, float] = {}
    for path in folder.glob("*.log*"):
        found = re.fullmatch(r"([a-z0-9-]+)\.log(\.gz|\.\d+)?", path.name)
        if found is not None:
            with contextlib.suppress(FileNotFoundError):
                newest[found[1]] = max(newest.get(found[1], 0.0), path.stat().st_mtime)
    return tuple(sorted(newest, key=lambda session: (-newest[session], session)))


def log_lines(folder: Path, session_id: str) -> Iterator[str]:
    """The lines of a session's log, oldest first: archive, rotated parts, the file being written."""
    path = folder / f"{session_name(session_id)}.log"
    packed = folder / f"{session_id}.log.gz"
    if packed.exists():
        with gzip.open(packed, "rt", encoding="ascii", errors="replace") as lines:
            yield from lines
    for part in _parts(path):
        # An engine may pack a part, or turn it over, between the listing and this.
        with contextlib.suppress(FileNotFoundError), part.open(encoding="ascii", errors="replace") as lines:
            yield from lines


def prune_audit(folder: Path, keep_days: int, now_ns: int) -> tuple[Path, ...]:
    """Remove audit files last written more than `keep_days` before `now_ns` (UTC); which they were."""
    gone = []
    for path in sorted(folder.glob("*.audit.jsonl")):
        # Another engine may be doing the same.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime_ns < now_ns - keep_days * _NS_PER_DAY:
                path.unlink()
                gone.append(path)
    return tuple(gone)


def _parts(path: Path) -> list[Path]:
    """The file at `path` with its rotated predecessors, oldest first."""
    rotated = [
        (int(part.suffix[1:]), part)
        for part in path.parent.glob(f"{path.name}.*")
        if part.suffix[1:].isdigit()
    ]
    return [part for _, part in sorted(rotated, reverse=True)] + ([path] if path.exists() else [])


def _last_seq(path: Path) -> int:
    """The number of the last whole line, 0 if there is none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            reach = _TAIL_BYTES
            while True:
                file.seek(max(0, size - reach))
                found = next(filter(None, map(_seq_of, reversed(file.read().splitlines()))), 0)
                if found or reach >= size:
                    return found
                reach *= 4
    except FileNotFoundError:
        return 0


def _archived_seq(path: Path) -> int:
    """The number of the last line in the archive of the log at `path`, 0 if there is none."""
    packed = path.with_name(f"{path.name}.gz")
    if not packed.exists():
        return 0
    with gzip.open(packed, "rb") as lines:
        return max(map(_seq_of, deque(lines, maxlen=2)), default=0)


def _seq_of(line: bytes) -> int:
    try:
        return int(loads(line)["seq"])
    except (ValueError, KeyError, TypeError):
        return 0


def _append_fd(path: Path) -> int:
    """A descriptor that appends to `path`, which is this user's alone and no link. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(path, flags, 0o600)
    size = os.fstat(fd).st_size
    if size and os.pread(fd, 1, size - 1) != b"\n":
        # A line torn by a crash ends here, so that the next one is whole.
        _write_all(fd, b"\n")
    return fd


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
