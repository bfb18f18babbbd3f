"""The table `heads` as verification reads it, and what may be wrong with a signature.

Decides wording. Reads only. May import the model and the signatures. Invariant: a row whose signature is
not whole counts as signed and not genuine, never as unsigned.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from typing import NamedTuple

from ytc_tui.adapters.signing import is_genuine
from ytc_tui.model.chain import SignedHead


class HeadRow(NamedTuple):
    """A row of the table, without the time of its anchor."""

    session: str
    counter: int
    previous_session: str
    previous_seq: int
    previous_hash: str
    head_seq: int
    head_hash: str
    signed_seq: int | None
    signed_hash: str | None
    signed_ns: int | None
    key: str | None
    signature: str | None
    bars: int | None
    bars_digest: str | None

    def signed(self) -> SignedHead | None:
        """The head that was signed last, None where none was."""
        parts = (
            self.signed_seq,
            self.signed_hash,
            self.signed_ns,
            self.key,
            self.signature,
            self.bars_digest,
        )
        if all(part is None for part in parts):
            return None
        return SignedHead(
            self.session,
            self.signed_seq or 0,
            self.signed_hash or "",
            self.signed_ns or 0,
            self.key or "",
            self.signature or "",
            self.bars or 0,
            self.bars_digest or "",
        )


def head_rows(connection: sqlite3.Connection) -> Iterator[HeadRow]:
    """Every row, by the number of its session."""
    rows = connection.execute(f"SELECT {', '.join(HeadRow._fields)} FROM heads ORDER BY counter")
    return map(HeadRow._make, rows)


def head_row(connection: sqlite3.Connection, session: str) -> HeadRow | None:
    """The row of `session`."""
    sql = f"SELECT {', '.join(HeadRow._fields)} FROM heads WHERE session = ?"
    row = connection.execute(sql, (session,)).fetchone()
    return None if row is None else HeadRow._make(row)


def signature_problem(signed: SignedHead, keys: Collection[str]) -> str:
    """What is wrong with the signature; empty when it is genuine and its key is one of `keys` (none: any)."""
    if not is_genuine(signed):
        return f"the signature over entry {signed.seq} is not genuine"
    if keys and signed.key not in keys:
        return f"entry {signed.seq} is signed with key {signed.key[:12]}, which is not of this installation"
    return ""
