"""How many wrong PINs there were, and until when no further one is looked at.

Decides the law of the lockout and the record that it is kept in (safety.md 5: five tries, then 15 minutes,
doubling). Standard library, private files and errors. Invariants: a try is on record before it is looked at,
so that a process killed meanwhile wins none; neither a restart nor a clock that is put back shortens a
lockout; a record that cannot be trusted locks.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from ytc_tui.adapters.private_file import open_lock, read_private, write_private
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.errors import ConfigInvalid, PinRefused

TRIES = 5
FIRST_LOCK_S = 15 * 60
LONGEST_LOCK_S = 24 * 3600
KEPT_FAILURES = 50
_MAX_BYTES = 16_384
_NS_PER_S = 1_000_000_000
_NS_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant by two clocks: `wall_ns` (UTC), and `up_ns` since the start of the machine that `boot`
    names, which nobody can put back. Without a `boot` only the wall clock counts."""

    wall_ns: int
    boot: str = ""
    up_ns: int = 0


def moment_now() -> Moment:
    """The instant now, by the clocks of this machine."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        up_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):  # not Linux
        return Moment(time.time_ns())
    return Moment(time.time_ns(), boot, up_ns)


@dataclass(frozen=True, slots=True)
class Tries:
    """The record: `failed` tries since the last right one or lockout, `locks` lockouts in a row, until when
    the last one holds by both clocks, and the wall times of the last failures. `bound_to` names the hash
    that these tries were at."""

    bound_to: str
    failed: int = 0
    locks: int = 0
    until_wall_ns: int = 0
    until_up_ns: int = 0
    boot: str = ""
    failures_ns: tuple[int, ...] = ()

    def left_s(self, now: Moment) -> int:
        """Whole seconds for which nothing is looked at, 0 = none. While the machine that locked is up its
        own clock alone counts; after a restart of the machine the wall clock does."""
        same_boot = bool(self.boot) and self.boot == now.boot
        left_ns = self.until_up_ns - now.up_ns if same_boot else self.until_wall_ns - now.wall_ns
        return max(0, -(-left_ns // _NS_PER_S))

    def with_failure(self, now: Moment) -> Tries:
        """After one more try that is not known to be right; the last one allowed locks."""
        failures = (*self.failures_ns, now.wall_ns)[-KEPT_FAILURES:]
        if self.failed + 1 < TRIES:
            return replace(self, failed=self.failed + 1, failures_ns=failures)
        lock_ns = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2 ** min(self.locks, 16)) * _NS_PER_S
        return replace(
            self,
            failed=0,
            locks=self.locks + 1,
            until_wall_ns=now.wall_ns + lock_ns,
            until_up_ns=now.up_ns + lock_ns,
            boot=now.boot,
            failures_ns=failures,
        )


class TriesFile:
    """The record at `path`. Read and write it while it is `held`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, bound_to: str) -> Tries:
        """The record of tries at the hash `bound_to`. Raises PinRefused unless it can be trusted."""
        try:
            tries = _tries(loads(read_private(self.path, _MAX_BYTES)))
        except FileNotFoundError:
            raise self._refused("is missing") from None
        except ConfigInvalid as error:
            raise self._refused(error.what) from error
        except ValueError:
            raise self._refused("is not what this program writes") from None
        if tries.bound_to != bound_to:
            raise self._refused("is that of another PIN")
        return tries

    def write(self, tries: Tries) -> None:
        """Replace the record, durable when this returns. Raises ConfigInvalid."""
        write_private(self.path, json.dumps(asdict(tries)).encode())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process from the record; waits while one has it. Raises ConfigInvalid."""
        import fcntl

        try:
            descriptor = open_lock(self.path.with_name(f"{self.path.name}.lock"))
        except OSError as error:
            raise ConfigInvalid(f"cannot be locked: {error.strerror}", where=str(self.path)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _refused(self, what: str) -> PinRefused:
        return PinRefused(
            f"the record of wrong PINs {what}, so none is accepted",
            where=str(self.path),
            fix="if you know why, remove it and the PIN's file beside it, and `ytc pin set` anew",
        )


def _tries(data: Any) -> Tries:
    """The record in JSON data; ValueError for anything that `write` would not write."""
    if not isinstance(data, dict) or set(data) != {field.name for field in fields(Tries)}:
        raise ValueError("other fields")
    numbers = [data["failed"], data["locks"], data["until_wall_ns"], data["until_up_ns"]]
    failures = data["failures_ns"]
    if not isinstance(failures, list) or len(failures) > KEPT_FAILURES:
        raise ValueError("failures")
    # A boolean is an int to Python.
    if not all(type(number) is int and 0 <= number <= _NS_MAX for number in (*numbers, *failures)):
        raise ValueError("numbers")
    if not (isinstance(data["bound_to"], str) and isinstance(data["boot"], str)) or data["failed"] >= TRIES:
        raise ValueError("texts")
    return Tries(**{**data, "failures_ns": tuple(failures)})
