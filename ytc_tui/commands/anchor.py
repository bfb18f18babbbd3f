"""A head that somebody kept: given as SEQ:HASH, or read from a printed report.

Decides how an anchor is found in a report of any format. Imports the store's reader. Invariant: an anchor
names exactly one session, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from ytc_tui.adapters.stores.reader import SqliteReader
from ytc_tui.adapters.stores.verify import SessionVerdict, Witness, Witnesses
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.commands.sessions import find_session
from ytc_tui.errors import UsageInvalid

MAX_REPORT_BYTES = 64 * 1024 * 1024
_ANCHOR = re.compile(r"(?<![0-9a-z])([1-9][0-9]{0,17}):([0-9a-f]{64})(?![0-9a-z])")
_SESSION = re.compile(r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])")


class Anchor(NamedTuple):
    """The entry `seq` of `session` and the hash that it had."""

    session: str
    seq: int
    hash: str

    def data(self, verdicts: Sequence[SessionVerdict]) -> dict[str, Any]:
        """The anchor as JSON data; it `holds` if the chain of its session is whole and nothing was found of
        this entry."""
        found = next((one for one in verdicts if one.session == self.session), None)
        whole = found is not None and found.fault is None
        named = found is not None and any(finding.seq == self.seq for finding in found.findings)
        return {**self._asdict(), "holds": whole and not named}


def with_anchor(witnesses: Witnesses, anchor: Anchor | None) -> Witnesses:
    """`witnesses`, and what the anchor bears witness to."""
    if anchor is None:
        return witnesses
    known = (*witnesses.get(anchor.session, ()), Witness(anchor.seq, anchor.hash))
    return {**witnesses, anchor.session: known}


def anchor_of(given: str, session: str | None, db_path: Path) -> Anchor:
    """The anchor that `given` is (SEQ:HASH), or that the report file of this name states.

    `session` is an id or its beginning; a report names its own. Raises UsageInvalid for what is neither,
    and for an anchor of no one session, JournalUnavailable if the store cannot be opened.
    """
    exact = _ANCHOR.fullmatch(given)
    if exact is not None:
        return Anchor(_session(session, db_path), int(exact[1]), exact[2])
    named, (seq, digest) = _stated(_report(given), given)
    if session is not None and not named.startswith(session):
        raise UsageInvalid(f"this report is of session {named}", where=given, fix="leave --session out")
    return Anchor(named, int(seq), digest)


def _stated(text: str, where: str) -> tuple[str, tuple[str, str]]:
    """The session and the head that a report states, as text."""
    if text.startswith("{"):
        text = _json_header(text)
    anchors, sessions = set(_ANCHOR.findall(text)), _SESSION.findall(text)
    if len(anchors) != 1 or not sessions:
        fix = "give SEQ:HASH, or a file that `ytc report` wrote"
        raise UsageInvalid("this file states no one head of a session", where=where, fix=fix)
    # The first thing that a report names is its session.
    return sessions[0], anchors.pop()


def _json_header(text: str) -> str:
    try:
        header = loads(text)["header"]
        return f"{header['session']} {header['anchor']}"
    except (ValueError, LookupError, TypeError):
        return ""


def _session(wanted: str | None, db_path: Path) -> str:
    with closing(SqliteReader(db_path)) as reader:
        known = reader.sessions()
    if wanted is None and len(known) > 1:
        what = f"there are {len(known)} sessions, and an anchor is of one"
        raise UsageInvalid(what, where="--anchor", fix="add --session, the report names it")
    fitting = [name for name in known if wanted is not None and name.startswith(wanted)]
    # A session that is gone altogether is what an anchor is there to find.
    return find_session(known, wanted, str(db_path)) if fitting or wanted is None else wanted


def _report(name: str) -> str:
    try:
        with open(name, "rb") as file:
            return file.read(MAX_REPORT_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise UsageInvalid(
            f"is neither SEQ:HASH nor a report: {what}", where=f"--anchor {name[:80]}", fix="see `ytc report`"
        ) from error
