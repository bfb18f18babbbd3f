"""Past sessions, as their own journals tell them.

Decides what the drawdown ledger counts: closed sessions of the same account and mode. Imports the
journal's reading port and the model. Invariant: a session that did not end, or another account's, counts
nothing.
"""

from __future__ import annotations

from ytc_tui.engine.ports import JournalReader
from ytc_tui.model.drawdown import SessionBalance
from ytc_tui.model.events import SessionEnded, SessionStarted, decode_event
from ytc_tui.model.session import Mode


def session_balance(
    reader: JournalReader, session: str, date: str, account_id: str, mode: Mode
) -> SessionBalance | None:
    """The balances of `session`, which was that of the local `date`; None if it does not count."""
    ends = reader.ends(session)
    if ends is None:
        return None
    started, ended = (decode_event(entry) for entry in ends)
    if not isinstance(started, SessionStarted) or not isinstance(ended, SessionEnded):
        return None
    if (started.account_id, started.mode) != (account_id, mode):
        return None
    return SessionBalance(date, started.opening_balance, ended.end_balance)
