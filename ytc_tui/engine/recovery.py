"""Recovery: trading state from its journal. Start and recovery are one path.

Decides how state is rebuilt: newest valid snapshot, then the entries after it (semantics.md 7), and how a
whole record is verified. Imports apply, the journal's reading port and the model. Invariants: the state after
recovery equals the state that wrote the last entry; a snapshot is believed for good only once the entries up
to it were applied one by one and came to the same state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields

from ytc_tui.engine.apply import apply
from ytc_tui.engine.ports import JournalReader, Snapshot
from ytc_tui.errors import JournalCorrupt
from ytc_tui.model.chain import ChainFault, ChainHead, ChainWalk, Entry
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.events import Event, decode_event
from ytc_tui.model.state import State
from ytc_tui.model.tables import IllegalTransition


def recover_state(reader: JournalReader, session: str) -> tuple[State, ChainHead]:
    """The state and chain head of `session` as journalled; a fresh pair when it has no entry.

    The newest snapshot, and what is before it, is left to `verify_record`. Raises JournalCorrupt naming the
    first bad entry after it, the first that cannot be applied, or a snapshot that cannot be read.
    """
    state, head = State(session), ChainHead(session)
    snapshot = reader.latest_snapshot(session)
    if snapshot is not None:
        state = _state_of(snapshot)
        head = ChainHead(session, snapshot.seq, snapshot.hash)
    walk = ChainWalk(head.seq, head.hash)
    replay(state, walk.along(reader.entries(session, head.seq)), head)
    _refuse(session, walk.fault)
    return state, head


def verify_record(reader: JournalReader, session: str, snapshot: Snapshot | None) -> None:
    """Verify every entry of `session`, and that those up to `snapshot`, one by one, come to its state.

    JournalCorrupt names the first bad entry, or what the snapshot says otherwise.
    """
    walk, state, head = ChainWalk(), State(session), ChainHead(session)
    for entry in walk.along(reader.entries(session)):
        if snapshot is not None and entry.seq <= snapshot.seq:
            replay_entry(state, entry, head)
    _refuse(session, walk.fault)
    problem = "" if snapshot is None else snapshot_problem(snapshot, state)
    if problem:
        raise JournalCorrupt(problem, where=f"session {session}", fix="run `ytc verify`")


def snapshot_problem(snapshot: Snapshot, state: State) -> str:
    """What `snapshot` says otherwise than `state`, that its entries come to; empty if nothing."""
    try:
        kept = _state_of(snapshot)
        differing = [field.name for field in fields(State) if _differs(kept, state, field.name)]
    except JournalCorrupt as error:
        return error.what
    except (ValueError, TypeError, RecursionError):
        return f"the snapshot of entry {snapshot.seq} holds what no state can hold"
    names = ", ".join(differing)
    return f"the snapshot of entry {snapshot.seq} is not the state of its journal: {names}" if names else ""


def _differs(kept: State, state: State, name: str) -> bool:
    left, right = getattr(kept, name), getattr(state, name)
    # The document is the data of one entry: nothing is decided by the order of its names.
    if isinstance(left, dict) and name != "document" and list(left) != list(right):
        return True
    return canonical(left) != canonical(right)


def _state_of(snapshot: Snapshot) -> State:
    try:
        return from_json(State, json.loads(snapshot.state))
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
        raise JournalCorrupt(
            f"the snapshot of entry {snapshot.seq} cannot be read",
            where=f"session {snapshot.session}",
            fix="run `ytc verify`",
        ) from error


def _refuse(session: str, fault: ChainFault | None) -> None:
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
    except (ValueError, KeyError, IllegalTransition, ArithmeticError, RecursionError) as error:
        raise JournalCorrupt(
            f"entry {entry.seq} ({entry.type}) cannot be applied: {error}",
            where=f"session {head.session}",
            fix="run `ytc verify`",
        ) from error
    head.seq, head.hash = entry.seq, entry.hash
