"""The journal envelope and the hash chain over it.

Decides what one entry's hash covers. Standard library only.
Invariant: hash_n = sha256(hash_(n-1) || every envelope field || canonical body), so that any
change, removal or reordering of an entry breaks its own hash or the next (safety.md 4.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

GENESIS_HASH = "0" * 64


class Entry(NamedTuple):
    """One journal entry. `at` is feed time (UTC ns), `body` canonical JSON text, `v` its version."""

    seq: int
    at: int
    session: str
    type: str
    v: int
    correlation: str
    causation: str
    body: str
    prev_hash: str
    hash: str


def entry_hash(
    seq: int,
    at: int,
    session: str,
    kind: str,
    v: int,
    correlation: str,
    causation: str,
    body: str,
    prev_hash: str,
) -> str:
    """The hash of an entry with these fields (hex sha256). No field may hold a newline but `body`."""
    text = f"{prev_hash}\n{seq}\n{at}\n{session}\n{kind}\n{v}\n{correlation}\n{causation}\n{body}"
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class ChainHead:
    """Where a session's chain stands: the last sequence number and its hash."""

    session: str
    seq: int = 0
    hash: str = GENESIS_HASH

    def link(self, at: int, kind: str, v: int, correlation: str, causation: str, body: str) -> Entry:
        """The next entry after this head; moves the head."""
        seq = self.seq + 1
        digest = entry_hash(seq, at, self.session, kind, v, correlation, causation, body, self.hash)
        entry = Entry(seq, at, self.session, kind, v, correlation, causation, body, self.hash, digest)
        self.seq, self.hash = seq, digest
        return entry


class BarsHead(NamedTuple):
    """Where the bar store stands: how many bars it holds, and the rolling digest after the last."""

    bars: int = 0
    digest: str = GENESIS_HASH


class SignedHead(NamedTuple):
    """A head and who vouches for it: Ed25519 `key` and `signature` as hex, `signed_ns` wall time (UTC ns).

    `bars` is how many bars the store held then, `bars_digest` their rolling digest; empty in heads of before.
    """

    session: str
    seq: int
    hash: str
    signed_ns: int
    key: str
    signature: str
    bars: int = 0
    bars_digest: str = ""

    def message(self) -> bytes:
        """The bytes that are signed."""
        told = f"{self.session}\n{self.seq}\n{self.hash}\n{self.signed_ns}"
        if self.bars_digest:
            return f"ytc-head-2\n{told}\n{self.bars}\n{self.bars_digest}".encode()
        return f"ytc-head-1\n{told}".encode()


def fingerprint(key: str) -> str:
    """A public key (hex) as people compare it: the first 16 digits of the sha256 of its hex text."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class ChainFault(NamedTuple):
    """The first bad entry of a chain: where, why, and the hash found against the one expected."""

    seq: int
    reason: str
    found: str
    expected: str


@dataclass(slots=True)
class ChainWalk:
    """Where a walk along a chain stands: its last whole entry, and the fault at which it ended."""

    seq: int = 0
    hash: str = GENESIS_HASH
    fault: ChainFault | None = None

    def along(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Each entry that continues the chain, up to the first that does not."""
        for entry in entries:
            self.fault = self._fault_of(entry)
            if self.fault is not None:
                return
            self.seq, self.hash = entry.seq, entry.hash
            yield entry

    def _fault_of(self, entry: Entry) -> ChainFault | None:
        seq = self.seq + 1
        if entry.seq != seq:
            return ChainFault(seq, f"expected entry {seq}, found {entry.seq}", "", "")
        if entry.prev_hash != self.hash:
            return ChainFault(seq, "does not continue the entry before it", entry.prev_hash, self.hash)
        expected = entry_hash(*entry[:9])
        if entry.hash != expected:
            return ChainFault(seq, "its content does not match its hash", entry.hash, expected)
        return None


def first_fault(
    entries: Iterable[Entry], *, seq: int = 0, prev_hash: str = GENESIS_HASH
) -> ChainFault | None:
    """The first entry that breaks the chain continuing after (`seq`, `prev_hash`), or None."""
    walk = ChainWalk(seq, prev_hash)
    for _ in walk.along(entries):
        pass
    return walk.fault
