"""The operator's PIN: its hash, and what a try at it comes to.

Decides what a PIN may be and that only a file that can be trusted is asked (safety.md 5). Imports private
files, the lockout and errors; argon2 only when a PIN is hashed. Invariants: no file, no PIN is right; the PIN
itself is written nowhere and is in no message; every try costs the same and is counted before it is made.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from ytc_tui.adapters.lockout import TRIES, Moment, Tries, TriesFile, moment_now
from ytc_tui.adapters.private_file import read_private, remove_private, write_private
from ytc_tui.errors import ConfigInvalid, PinRefused, UsageInvalid

SHORTEST_PIN = 6
ADVISED_PIN = 8
LONGEST_PIN = 128
# OWASP's least for argon2id is 19 MiB and 2 passes; new hashes take more.
MEMORY_KIB, PASSES, LANES = 65_536, 3, 1
_LEAST_MEMORY_KIB, _LEAST_PASSES = 19_456, 2
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 1_048_576, 64, 16
_MAX_BYTES = 512
_BASE64 = r"[A-Za-z0-9+/]"
_HASH = re.compile(
    rf"\$argon2id\$v=19\$m=(\d{{1,7}}),t=(\d{{1,2}}),p=(\d{{1,2}})\${_BASE64}{{22,64}}\${_BASE64}{{43,86}}"
)

_log = logging.getLogger(__name__)


def hashed(pin: str) -> str:
    """The argon2id hash of `pin`, with a salt of its own, in its usual text form."""
    from argon2.low_level import Type, hash_secret

    return hash_secret(_bytes(pin), os.urandom(16), PASSES, MEMORY_KIB, LANES, 32, Type.ID).decode()


def matches(text: str, pin: str) -> bool:
    """Whether `pin` is the one behind the hash `text`; in constant time."""
    from argon2.exceptions import VerificationError
    from argon2.low_level import Type, verify_secret

    try:
        return verify_secret(text.encode(), _bytes(pin), Type.ID)
    except VerificationError:
        return False


class PinFile:
    """The PIN of this installation, in the file at `path`, with the record of its tries beside it."""

    def __init__(
        self,
        path: Path,
        *,
        now: Callable[[], Moment] = moment_now,
        matches: Callable[[str, str], bool] = matches,
    ) -> None:
        self.path = path
        self._tries = TriesFile(path.with_name(f"{path.name}.tries"))
        self._now = now
        self._matches = matches

    @property
    def is_set(self) -> bool:
        """Whether there is anything in the file's place, trustworthy or not."""
        return os.path.lexists(self.path)

    def set(self, pin: str, old: str | None = None) -> None:
        """Make `pin` the PIN. Where there is one already, `old` has to be it.

        Raises UsageInvalid for a PIN that may not be one, PinRefused for a wrong `old`, ConfigInvalid.
        """
        refuse_weak(pin)
        with self._tries.held():
            if self.is_set:
                self._verify("" if old is None else old)
            text = hashed(pin)
            # A process that dies between the two leaves a record that fits no hash: that refuses every PIN.
            self._tries.write(Tries(_fingerprint(text)))
            write_private(self.path, f"{text}\n".encode())

    def remove(self, pin: str) -> None:
        """Take the PIN away, which has to be `pin`. Raises what `verify` raises."""
        with self._tries.held():
            self._verify(pin)
            remove_private(self.path)
            remove_private(self._tries.path)

    def state(self) -> tuple[Tries, int]:
        """The record of tries, and for how many seconds it locks. Raises PinRefused without usable files."""
        tries = self._tries.read(_fingerprint(self._hash()))
        return tries, tries.left_s(self._now())

    def verify(self, pin: str) -> None:
        """Return if `pin` is the PIN. Raises PinRefused if it is not, if too many were wrong, if there is
        none, or if a file cannot be trusted; ConfigInvalid where the try cannot be put on record."""
        with self._tries.held():
            self._verify(pin)

    def _verify(self, pin: str) -> None:
        text = self._hash()
        tries = self._tries.read(_fingerprint(text))
        now = self._now()
        left_s = tries.left_s(now)
        if left_s:
            raise PinRefused(f"too many wrong PINs: none is looked at for {_time(left_s)}")
        counted = tries.with_failure(now)
        self._tries.write(counted)
        if self._matches(text, pin):
            self._tries.write(Tries(tries.bound_to, failures_ns=tries.failures_ns))
            return
        left_s = counted.left_s(now)
        told = f"locked for {_time(left_s)}" if left_s else f"{TRIES - counted.failed} tries left"
        _log.warning("a wrong PIN, %s", told)
        raise PinRefused(f"the PIN is wrong, {told}")

    def _hash(self) -> str:
        """The hash on file. Raises PinRefused unless there is one that can be trusted."""
        try:
            content = read_private(self.path, _MAX_BYTES)
        except FileNotFoundError:
            raise PinRefused("no PIN is set", where=str(self.path), fix="`ytc pin set`") from None
        except ConfigInvalid as error:
            raise PinRefused(f"the PIN's file {error.what}", where=str(self.path), fix=error.fix) from error
        text = content.decode("ascii", errors="replace").removesuffix("\n")
        found = _HASH.fullmatch(text)
        if found is None or not _strong(*map(int, found.groups())):
            raise PinRefused(
                "the PIN's file holds no hash of this program's",
                where=str(self.path),
                fix="move it away, and `ytc pin set`",
            )
        return text


def refuse_weak(pin: str) -> None:
    """UsageInvalid unless `pin` may be one."""
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        raise UsageInvalid(
            f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} characters, better {ADVISED_PIN} or more"
        )
    if not pin.isprintable():
        raise UsageInvalid("a PIN is of letters, digits and signs alone")
    if len(set(pin)) == 1:
        raise UsageInvalid("a PIN of one repeated character is none")


def _strong(memory_kib: int, passes: int, lanes: int) -> bool:
    """Whether a hash costs enough to guess at, and not so much that asking it stops the machine."""
    enough = memory_kib >= _LEAST_MEMORY_KIB and passes >= _LEAST_PASSES and lanes >= 1
    return enough and memory_kib <= _MOST_MEMORY_KIB and passes <= _MOST_PASSES and lanes <= _MOST_LANES


def _bytes(pin: str) -> bytes:
    # The same letters typed on another keyboard may come as other code points.
    return unicodedata.normalize("NFC", pin).encode("utf-8", "surrogatepass")


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _time(seconds: int) -> str:
    return f"{-(-seconds // 60)} min" if seconds > 60 else f"{seconds} s"
