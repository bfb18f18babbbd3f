"""`ytc verify`: the audit chain, the sums and the projections, offline (safety.md 4.3).

Decides the exit code: 0 ok, 1 tampered, sums wrong or not signed, 2 truncated against an anchor,
3 unreadable. Imports the store, the engine's replay and the ledger check. Invariants: verifying writes
nothing; a session is ok only if its hashes, its money and its stored rows were all computed again and agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.stores.beside import Finding
from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.store import Store
from ytc_tui.adapters.stores.verify import (
    Claims,
    SessionVerdict,
    Verdict,
    Verification,
    Witnesses,
    verify as verify_store,
)
from ytc_tui.commands.anchor import Anchor, with_anchor
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.reckoning import Examination, Reckoner, examine
from ytc_tui.engine.ports import Batch, ProjectionRow
from ytc_tui.errors import JournalCorrupt, JournalUnavailable
from ytc_tui.model.codec import to_json
from ytc_tui.sealing import CopyFindings, copy_findings, kept_witnesses
from ytc_tui.views.sanitised import Sanitiser, sanitised
from ytc_tui.views.verification import ledger_data, verification_text

_ROWS_A_WRITE = 500
_WORDS = {
    Verdict.OK: "ok",
    Verdict.TAMPERED: "tampered or sums wrong",
    Verdict.TRUNCATED: "truncated",
    Verdict.UNREADABLE: "unreadable",
}
_UNSIGNED = "not signed"


def verify(
    db_path: Path,
    session: str | None = None,
    *,
    safe: Sanitiser,
    head_file: HeadFile | None = None,
    keys: Collection[str] = (),
    anchor: Anchor | None = None,
) -> Answer:
    """Verify the store at `db_path`, or one session of it (an id or its beginning).

    `head_file` is the second copy of signed heads (None: it is not looked at), `keys` the public keys that
    they may be signed with (none: any, and none is missed), `anchor` a head that somebody kept, of the
    session that it names. Raises UsageInvalid for an unknown session; whatever the files hold becomes the
    answer, never an exception.
    """
    reckoner = Reckoner(db_path, session)
    known = with_anchor(_witnesses(head_file), anchor)
    stored = verify_store(db_path, witnesses=known, keys=keys, judge=reckoner.judge)
    examined = reckoner.examined
    verdicts = list(stored.sessions)
    shown = [verdict for verdict in verdicts if verdict.session in examined]
    wanted = shown[0].session if session is not None and shown else None
    signed = [one.signed for one in verdicts if one.signed is not None]
    # After the store: an engine that signs meanwhile writes its line first.
    copy = CopyFindings() if head_file is None else copy_findings(head_file, signed)
    findings = [
        found
        for found in (*copy.wrong, *stored.findings)
        if wanted in (None, found.session) or not found.session
    ]
    worst = _worst(stored, shown, examined, findings, copy)
    unsigned = any(one.unsigned for one in examined.values())
    verdict = _UNSIGNED if unsigned and worst is Verdict.OK else _WORDS[worst]
    worst = Verdict.TAMPERED if verdict is _UNSIGNED else worst
    unread = stored.verdict is Verdict.UNREADABLE and not stored.sessions
    data = {
        "ok": worst is Verdict.OK,
        "exit_code": int(worst),
        "verdict": verdict,
        "path": str(db_path),
        "sessions": [_session_data(db_path, one, examined[one.session]) for one in shown],
        "bars": None if unread else stored.bars,
        "bar_fault": None if stored.bar_fault is None else to_json(stored.bar_fault._asdict()),
        "snapshots": None if unread else stored.snapshots,
        "findings": [
            *({"session": "", "seq": 0, "text": problem} for problem in copy.unread),
            *(found._asdict() for found in findings),
        ],
        "anchor": None if anchor is None else anchor.data(verdicts),
        "other_sessions_ok": all(v.verdict is Verdict.OK for v in verdicts if v not in shown),
    }
    data = sanitised(data, safe)
    return Answer(verification_text(data), data, int(worst))


def rebuild(
    db_path: Path,
    *,
    safe: Sanitiser,
    head_file: HeadFile | None = None,
    keys: Collection[str] = (),
) -> Answer:
    """Write the projection rows of every ended session anew from its journal, where they differ.

    A session that has not ended is left alone: an engine may be about to write it. Rows that no entry
    accounts for stay, since a store only adds and replaces; they are named. Raises JournalCorrupt if
    the chain or the sums of the file are not whole, or not as `head_file` and `keys` (as `verify` takes
    them) say.
    """
    stored = verify_store(db_path, witnesses=_witnesses(head_file), keys=keys)
    signed = [one.signed for one in stored.sessions if one.signed is not None]
    copy = CopyFindings() if head_file is None else copy_findings(head_file, signed)
    if stored.verdict is not Verdict.OK or copy.wrong or copy.unread:
        raise JournalCorrupt("the journal is not whole", where=str(db_path), fix="run `ytc verify`")
    lines, results = [], []
    for verdict in stored.sessions:
        with SqliteReader(db_path) as reader:
            _, examined = examine(reader, Claims(verdict.session))
        if examined.unreadable or (examined.ledger is not None and not examined.ledger.ok):
            fix = "run `ytc verify`"
            raise JournalCorrupt(f"session {verdict.session} does not add up", where=str(db_path), fix=fix)
        rows = [examined.rebuilt[key] for key in examined.wrong_rows if key in examined.rebuilt]
        stray = [key for key in examined.wrong_rows if key not in examined.rebuilt]
        written = len(rows) if examined.ended else 0
        if written:
            _write(db_path, rows)
        note = "" if examined.ended else ", left alone: not ended"
        lines.append(f"session {verdict.session}: {written} of {examined.rows} rows written{note}")
        lines += [f"  stays, no entry accounts for it: {table} {' '.join(key)}" for table, key in stray]
        results.append({"session": verdict.session, "written": written, "stray": to_json(stray)})
    text = "\n".join(safe(line) for line in lines)
    return Answer(text or "no session", sanitised({"sessions": results}, safe))


def _write(db_path: Path, rows: list[ProjectionRow]) -> None:
    store = Store(db_path)
    try:
        for start in range(0, len(rows), _ROWS_A_WRITE):
            (refusal,) = store.write([Batch((), tuple(rows[start : start + _ROWS_A_WRITE]))])
            if refusal is not None:
                raise refusal
    finally:
        store.close()


def _worst(
    stored: Verification,
    shown: list[SessionVerdict],
    examined: Mapping[str, Examination],
    findings: Sequence[Finding],
    copy: CopyFindings,
) -> Verdict:
    """A broken record is worse news than a short one or one that cannot be read whole."""
    if stored.verdict is Verdict.UNREADABLE:
        return Verdict.UNREADABLE
    verdicts = [verdict.verdict for verdict in shown] + [one.verdict for one in examined.values()]
    if stored.bar_fault is not None or findings:
        verdicts.append(Verdict.TAMPERED)
    if copy.unread:
        verdicts.append(Verdict.UNREADABLE)
    return Verdict.TAMPERED if Verdict.TAMPERED in verdicts else max(verdicts, default=Verdict.OK)


def _witnesses(head_file: HeadFile | None) -> Witnesses:
    """What the second copy bears witness to; what of it cannot be read is said when it is looked at."""
    with suppress(JournalUnavailable):
        return {} if head_file is None else kept_witnesses(head_file)
    return {}


def _session_data(db_path: Path, verdict: SessionVerdict, examined: Examination) -> dict[str, Any]:
    worst = max(verdict.verdict, examined.verdict)
    if Verdict.TAMPERED in (verdict.verdict, examined.verdict):
        worst = Verdict.TAMPERED
    ok = worst is Verdict.OK
    return {
        "session": verdict.session,
        "ok": ok and not examined.unsigned,
        "verdict": _UNSIGNED if ok and examined.unsigned else _WORDS[worst],
        "entries": verdict.entries,
        "head_seq": verdict.head_seq,
        "head": verdict.head_hash,
        "signed": None if verdict.signed is None else verdict.signed._asdict(),
        "unsigned": examined.unsigned or None,
        "fault": _fault_data(db_path, verdict),
        "findings": [
            {"seq": found.seq, "text": found.text} for found in (*verdict.findings, *examined.snapshot_faults)
        ],
        "unreadable": examined.unreadable or None,
        "sums": None if examined.ledger is None else ledger_data(examined.ledger),
        "projections": {
            "compared": examined.compared,
            "rows": examined.rows,
            "faults": examined.row_faults,
        },
    }


def _fault_data(db_path: Path, verdict: SessionVerdict) -> dict[str, Any] | None:
    """The first bad entry: its number and type (None if it is not there), and both hashes."""
    fault = verdict.fault
    if fault is None:
        return None
    with SqliteReader(db_path) as reader:
        entry = next(reader.entries(verdict.session, fault.seq - 1), None)
    kind = entry.type if entry is not None and entry.seq == fault.seq else None
    return {
        "seq": fault.seq,
        "type": kind,
        "reason": fault.reason,
        "found": fault.found,
        "expected": fault.expected,
    }
