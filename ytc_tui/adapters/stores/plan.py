"""What one commit will write, gathered from the jobs that share it.

Decides which jobs are admitted: entries must continue their session's chain, rows must fit their
table. May import the engine's ports and the model; touches no database itself.
Invariant: a job that is not admitted leaves no trace in the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

from ytc_tui.adapters.stores.schema import RECORD_TABLES, Shape
from ytc_tui.adapters.stores.values import Stored
from ytc_tui.engine.ports import Batch, ProjectionRow, Snapshot
from ytc_tui.errors import JournalCorrupt, YtcError
from ytc_tui.model.chain import GENESIS_HASH, Entry, SignedHead

HEAD_SQL = "SELECT seq, hash, at FROM journal WHERE session = ? ORDER BY seq DESC LIMIT 1"


class Anchor(NamedTuple):
    """Write down in `heads` where a session's chain stands."""

    session: str
    at_ns: int


Job = Batch | Snapshot | Anchor | SignedHead
Refusal = YtcError | ValueError | TypeError


class Point(NamedTuple):
    """The last entry of a session: its number, its hash and its feed time."""

    seq: int
    hash: str
    at: int


START = Point(0, GENESIS_HASH, 0)

Rows = dict[tuple[str, ...], tuple[Stored, ...]]


@dataclass(slots=True)
class Plan:
    """Entries in order, the last row of each key, new heads, and sessions that begin here."""

    heads: dict[str, Point] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    rows: dict[str, Rows] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    anchors: dict[str, int] = field(default_factory=dict)
    signed: dict[str, SignedHead] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries or self.rows or self.snapshots or self.anchors or self.signed)


def admit(plan: Plan, job: Job, head: Callable[[str], Point], shapes: Mapping[str, Shape]) -> Refusal | None:
    """Add `job` to the plan, or say why it cannot be written; `head` knows the store's chains."""
    try:
        match job:
            case Batch():
                heads = continued(plan, job.entries, head)
                rows = [(row.table, row.key, _packed(row, shapes)) for row in job.rows]
                plan.heads.update(heads)
                plan.opened.extend(entry.session for entry in job.entries if entry.seq == 1)
                plan.entries.extend(job.entries)
                for table, key, values in rows:
                    plan.rows.setdefault(table, {})[key] = values
            case Snapshot():
                check_snapshot(plan, job, head)
                plan.snapshots.append(job)
            case Anchor():
                plan.anchors[job.session] = job.at_ns
            case SignedHead():
                plan.signed[job.session] = job
            case _:
                assert_never(job)
    except (YtcError, ValueError, TypeError) as error:
        return error
    return None


def continued(plan: Plan, entries: tuple[Entry, ...], head: Callable[[str], Point]) -> dict[str, Point]:
    """The heads after `entries`. Raises JournalCorrupt on a gap, a repeat or a foreign predecessor."""
    heads: dict[str, Point] = {}
    last: Entry | None = None
    seq, digest = 0, ""
    for entry in entries:
        if last is None or entry.session != last.session:
            if last is not None:
                heads[last.session] = Point(last.seq, last.hash, last.at)
            point = heads.get(entry.session) or plan.heads.get(entry.session) or head(entry.session)
            seq, digest = point.seq, point.hash
        if entry.seq != seq + 1 or entry.prev_hash != digest:
            raise _broken(entry, seq, digest)
        seq, digest, last = entry.seq, entry.hash, entry
    if last is not None:
        heads[last.session] = Point(last.seq, last.hash, last.at)
    return heads


def _broken(entry: Entry, seq: int, digest: str) -> JournalCorrupt:
    """Why `entry` cannot follow the entry `seq` with this hash."""
    if entry.seq == seq + 1:
        what = f"entry {entry.seq} continues {entry.prev_hash[:12]}, the chain stands at {digest[:12]}"
    else:
        kind = "a repeat" if entry.seq <= seq else "a gap"
        what = f"entry {entry.seq} is {kind}: the next one is {seq + 1}"
    return JournalCorrupt(
        what, where=f"session {entry.session}", fix="read the journal again and go on from its head"
    )


def _packed(row: ProjectionRow, shapes: Mapping[str, Shape]) -> tuple[Stored, ...]:
    shape = shapes.get(row.table)
    if shape is None or row.table in RECORD_TABLES:
        raise ValueError(f"no projection is called {row.table!r}")
    return shape.packed(row.key, row.values)


def check_snapshot(plan: Plan, snapshot: Snapshot, head: Callable[[str], Point]) -> None:
    point = plan.heads.get(snapshot.session) or head(snapshot.session)
    if snapshot.seq > point.seq or (snapshot.seq == point.seq and snapshot.hash != point.hash):
        raise JournalCorrupt(
            f"a snapshot of entry {snapshot.seq} does not belong to the chain, which stands at {point.seq}",
            where=f"session {snapshot.session}",
            fix="take the snapshot from the state after the last written entry",
        )
