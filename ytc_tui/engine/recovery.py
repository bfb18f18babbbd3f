"""Recovery: trading state from its journal. Start and recovery are one path.

Decides how state is rebuilt: newest valid snapshot, then the entries after it (semantics.md 7), and how a
whole chain is verified. Imports apply, the journal's reading port and the model. Invariant: the state after
recovery equals the state that wrote the last entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ytc_tui.engine.apply import apply
from ytc_tui.engine.ports import JournalReader
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainHead, Entry, first_fault
from ytc_tui.model.codec import from_json
from ytc_tui.model.events import Event, decode_event
from ytc_tui.model.state import State
from ytc_tui.model.tables import IllegalTransition


def recover_state(reader: JournalReader, session: str) -> tuple[State, ChainHead]:
    """The state and chain head of `session` as journalled; a fresh pair when it has no entry.

    What is before the newest snapshot is left to `verify_chain`. Raises JournalCorrupt naming the first bad
    entry after it, or the first that cannot be applied.
    """
    state, head = State(session), ChainHead(session)
    snapshot = reader.latest_snapshot(session)
    if snapshot is not None:
        state = from_json(State, json.loads(snapshot.state))
        head = ChainHead(session, snapshot.seq, snapshot.hash)
    verify_chain(reader, session, head)
    replay(state, reader.entries(session, head.seq), head)
    return state, head


def verify_chain(reader: JournalReader, session: str, after: ChainHead | None = None) -> None:
    """Verify every entry of `session`, or those after a head. JournalCorrupt names the first bad one."""
    start = after or ChainHead(session)
    fault = first_fault(reader.entries(session, start.seq), seq=start.seq, prev_hash=start.hash)
    if fault is not None:
        raise JournalCorrupt(
            f"entry {fault.seq}: {fault.reason}", where=f"session {session}", fix="run `ytc verify`"
        )


def replay(state: State, entries: Iterable[Entry], head: ChainHead) -> None:
    """Apply `entries` to `state` and move `head` along; each must continue the chain."""
    for entry in entries:
        replay_entry(state, entry, head)


def replay_entry(state: State, entry: Entry, head: ChainHead, event: Event | None = None) -> None:
    """One step of `replay`; `event` is the entry's, where it was decoded already."""
    if entry.seq != head.seq + 1 or entry.prev_hash != head.hash:
        raise JournalCorrupt(
            f"entry {entry.seq} does not continue entry {head.seq}",
            where=f"session {head.session}",
            fix="run `ytc verify`",
        )
    try:
        apply(state, decode_event(entry) if event is None else event, entry.at)
    except (ValueError, KeyError, IllegalTransition, ArithmeticError) as error:
        raise JournalCorrupt(
            f"entry {entry.seq} ({entry.type}) cannot be applied: {error}",
            where=f"session {head.session}",
            fix="run `ytc verify`",
        ) from error
    head.seq, head.hash = entry.seq, entry.hash
