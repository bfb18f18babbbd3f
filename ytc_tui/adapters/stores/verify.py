"""Offline verification of a store file: chains, heads, snapshots, bars (safety.md 4.3).

Decides the verdict and its exit code. Reads only. May import the model.
Invariant: the verdict is ok only if every entry's hash was computed again from its stored bytes.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from ytc_tui.adapters.stores.bars import ALL_SQL, BarFault, first_bar_fault
from ytc_tui.adapters.stores.beside import (
    Finding,
    link_findings,
    row_findings,
    snapshot_findings,
    stray_findings,
)
from ytc_tui.adapters.stores.failures import BACKUP_FIX, JOURNAL_FIX, translated
from ytc_tui.adapters.stores.heads import head_rows, signature_problem
from ytc_tui.adapters.stores.reader import SqliteReader, open_readonly
from ytc_tui.errors import UsageInvalid, YtcError
from ytc_tui.model.chain import GENESIS_HASH, BarsHead, ChainFault, ChainWalk, Entry, SignedHead

SNAPSHOT_ANCHORS_SQL = "SELECT session, seq, hash FROM snapshots ORDER BY session, seq DESC"


class Verdict(IntEnum):
    """The exit code, worst last."""

    OK = 0
    TAMPERED = 1
    TRUNCATED = 2
    UNREADABLE = 3


class Witness(NamedTuple):
    """An entry known from elsewhere: a printed report, another disk, the table `heads`."""

    seq: int
    hash: str
    bars: BarsHead | None = None  # what the bar store held then, where that is known


def witness_of(signed: SignedHead) -> Witness:
    """What a signed head bears witness to."""
    bars = BarsHead(signed.bars, signed.bars_digest) if signed.bars_digest else None
    return Witness(signed.seq, signed.hash, bars)


Witnesses = Mapping[str, Sequence[Witness]]


# Further checks read a session's entries (the chain is already known to be whole) and yield findings.
EntryCheck = Callable[[str, Iterable[Entry]], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """What was found in one session: entries counted, where its chain stands, the first bad entry, and
    the signed head that the file holds (None: it was never signed)."""

    session: str
    verdict: Verdict
    entries: int
    head_seq: int
    head_hash: str
    fault: ChainFault | None
    findings: tuple[Finding, ...]
    signed: SignedHead | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole file. `exit_code`: 0 ok, 1 tampered, 2 truncated against an anchor, 3 unreadable."""

    path: Path
    verdict: Verdict
    sessions: tuple[SessionVerdict, ...] = ()
    bars: int = 0
    bar_fault: BarFault | None = None
    snapshots: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        return int(self.verdict)

    @property
    def entries(self) -> int:
        return sum(session.entries for session in self.sessions)


class Claims(NamedTuple):
    """What is said of one session beside its entries: entries that must be there, and who signed its head.

    `keys` are the public keys (hex) that it may be signed with (none: any)."""

    session: str
    anchors: tuple[Witness, ...] = ()
    signed: SignedHead | None = None
    keys: frozenset[str] = frozenset()


# Verifies the sessions of these claims, in their order, while the caller goes on with the rest of the file.
Judge = Callable[[Sequence[Claims]], AbstractContextManager[Iterable[SessionVerdict]]]


def verify(
    path: Path,
    *,
    witnesses: Witnesses | None = None,
    keys: Collection[str] = (),
    checks: Sequence[EntryCheck] = (),
    judge: Judge | None = None,
) -> Verification:
    """Verify the file at `path`; never raises for what the file holds.

    `witnesses` are heads known from outside by session, `keys` the public keys (hex) that heads may be
    signed with (none: any); `judge` verifies the sessions (none: one after the other, here); `checks` run on
    each session with a whole chain that was verified here. Raises UsageInvalid where the judge does.
    """
    try:
        connection = open_readonly(path)
    except YtcError as error:
        return _unreadable(path, error)
    try:
        # One view of the file from first to last, though an engine may be writing it.
        connection.execute("BEGIN")
        return _Examination(connection, path, witnesses or {}, frozenset(keys)).run(judge, checks)
    except UsageInvalid:
        raise
    except (sqlite3.Error, ValueError, TypeError, YtcError) as error:
        return _unreadable(path, error)
    finally:
        connection.close()


def _unreadable(path: Path, error: Exception) -> Verification:
    if isinstance(error, sqlite3.Error):
        error = translated(error, path, "read")
    if isinstance(error, YtcError) and error.fix == JOURNAL_FIX:
        # Verifying is what was just tried.
        error = YtcError(error.what, where=error.where, fix=BACKUP_FIX)
    return Verification(path, Verdict.UNREADABLE, findings=(Finding("", 0, str(error)),))


def session_verdict(
    reader: SqliteReader,
    claims: Claims,
    *,
    take: Callable[[Entry], None] | None = None,
    checks: Sequence[EntryCheck] = (),
) -> SessionVerdict:
    """Verify one session; `take` is given each entry of it, up to the first bad one, as it passes."""
    session, anchors = claims.session, claims.anchors
    walk, wanted = ChainWalk(), {anchor.seq for anchor in anchors}
    hashes: dict[int, str] = {}
    for entry in walk.along(reader.entries(session)):
        if entry.seq in wanted:
            hashes[entry.seq] = entry.hash
        if take is not None:
            take(entry)
    verdict, findings = Verdict.TAMPERED, list[Finding]()
    if walk.fault is None:
        verdict = Verdict.OK
        for anchor in anchors:
            found = hashes.get(anchor.seq)
            if found == anchor.hash:
                continue
            if found is not None:
                verdict = Verdict.TAMPERED
            elif verdict is Verdict.OK:
                verdict = Verdict.TRUNCATED
            findings.append(_anchor_finding(session, anchor, found, walk.seq))
        for bars in dict.fromkeys(anchor.bars for anchor in anchors if anchor.bars is not None):
            digest = reader.bars_digest(bars.bars)
            if digest == bars.digest:
                continue
            if digest:
                verdict = Verdict.TAMPERED
            elif verdict is Verdict.OK:
                verdict = Verdict.TRUNCATED
            findings.append(_bars_finding(session, bars, digest))
        further = [*_signature_findings(claims), *row_findings(reader, session, walk.seq)]
        for check in checks:
            further.extend(check(session, reader.entries(session)))
        if further:
            findings.extend(further)
            verdict = Verdict.TAMPERED
    return SessionVerdict(
        session, verdict, walk.seq, walk.seq, walk.hash, walk.fault, tuple(findings), claims.signed
    )


def unread(claims: Claims, why: str) -> SessionVerdict:
    """The verdict of a session that nobody could verify."""
    finding = Finding(claims.session, 0, why)
    return SessionVerdict(
        claims.session, Verdict.UNREADABLE, 0, 0, GENESIS_HASH, None, (finding,), claims.signed
    )


def _signature_findings(claims: Claims) -> Iterator[Finding]:
    signed = claims.signed
    if signed is not None and (problem := signature_problem(signed, claims.keys)):
        yield Finding(claims.session, signed.seq, problem)


class _Examination:
    """One pass over one file."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, witnesses: Witnesses, keys: frozenset[str]
    ) -> None:
        self._connection = connection
        self._reader = SqliteReader.over(connection, path)
        self._path = path
        self._witnesses = witnesses
        self._keys = keys
        self._heads = {head.session: head for head in head_rows(connection)}

    def run(self, judge: Judge | None, checks: Sequence[EntryCheck]) -> Verification:
        claims = self._claims()
        here = (session_verdict(self._reader, each, checks=checks) for each in claims)
        with nullcontext(here) if judge is None else judge(claims) as verified:
            bars, bar_fault = self._bars()
            snapshots, findings = snapshot_findings(self._connection, self._reader)
            known = {each.session for each in claims}
            findings = (
                *link_findings(self._heads.values(), self._reader.sessions()),
                *findings,
                *stray_findings(self._connection, self._reader, known),
            )
            (structure,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            sessions = tuple(verified)
        verdicts = [session.verdict for session in sessions]
        if bar_fault is not None or findings:
            verdicts.append(Verdict.TAMPERED)
        if structure != "ok":
            findings = (*findings, Finding("", 0, f"the file is damaged: {structure}"))
            verdicts = [Verdict.UNREADABLE]
        # A broken chain is worse news than a short one: tampered wins over truncated.
        worst = Verdict.TAMPERED if Verdict.TAMPERED in verdicts else max(verdicts, default=Verdict.OK)
        return Verification(self._path, worst, sessions, bars, bar_fault, snapshots, findings)

    def _claims(self) -> list[Claims]:
        """Every session of the file, and every other that something says was there."""
        known = self._reader.sessions()
        missing = {*self._heads, *self._witnesses} - {*known}
        anchors: defaultdict[str, list[Witness]] = defaultdict(list)
        for head in self._heads.values():
            if head.previous_seq > 0:
                anchors[head.previous_session].append(Witness(head.previous_seq, head.previous_hash))
        for head in self._heads.values():
            anchors[head.session].append(Witness(head.head_seq, head.head_hash))
            if (signed := head.signed()) is not None:
                anchors[head.session].append(witness_of(signed))
        for session, witnesses in self._witnesses.items():
            anchors[session].extend(witnesses)
        for session, *entry in self._connection.execute(SNAPSHOT_ANCHORS_SQL):
            anchors[session].append(Witness(*entry))
        return [
            Claims(session, tuple(dict.fromkeys(anchors[session])), self._signed(session), self._keys)
            for session in (*known, *sorted(missing))
        ]

    def _signed(self, session: str) -> SignedHead | None:
        head = self._heads.get(session)
        return None if head is None else head.signed()

    def _bars(self) -> tuple[int, BarFault | None]:
        count, fault = 0, None
        for fault in first_bar_fault(self._connection.execute(ALL_SQL)):
            count += fault is None
        return count, fault


def _bars_finding(session: str, bars: BarsHead, digest: str) -> Finding:
    if digest:
        text = f"signed with {bars.bars} bars of digest {bars.digest[:12]}, but the store's is {digest[:12]}"
    else:
        text = f"signed with {bars.bars} bars, but the store holds fewer"
    return Finding(session, 0, text)


def _anchor_finding(session: str, anchor: Witness, found: str | None, last_seq: int) -> Finding:
    if found is None:
        text = f"anchored at entry {anchor.seq} ({anchor.hash[:12]}), but the journal ends at {last_seq}"
    else:
        text = f"anchored at entry {anchor.seq} as {anchor.hash[:12]}, but the journal holds {found[:12]}"
    return Finding(session, anchor.seq, text)
