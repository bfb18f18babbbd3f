"""What a series of kills came to, and how two runs' books differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.force.witness import Books, Witness


@dataclass
class Tally:
    """`kill_points` counts the type of the last entry on record at each kill; `asked_again` the orders that a
    restarted process sent again under their id, since it could not know that they had arrived."""

    kills: int = 0
    sessions: int = 0
    orders: int = 0
    entries: int = 0
    acknowledged: int = 0
    asked_again: int = 0
    kill_points: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def take(self, books: Books) -> None:
        self.sessions += 1
        self.orders += len(books.orders)
        self.entries += books.entries

    def witnessed(self, witness: Witness) -> None:
        self.acknowledged += len(witness.seen)
        self.asked_again += sum(lives - 1 for lives in witness.sent.values())
        self.kill_points.update(witness.last_types)
        self.faults += witness.faults

    def line(self) -> str:
        again = f" ({self.asked_again} asked for again under their id)" if self.asked_again else ""
        points = ", ".join(f"{kind} {count}" for kind, count in self.kill_points.most_common())
        return (
            f"{self.kills} kills in {self.sessions} sessions: {self.acknowledged} entries told and"
            f" {self.entries} on record, {self.orders} orders{again}; {len(self.faults)} faults;"
            f" last entry at the kill: {points}"
        )


def differences(books: Books, whole: Books, name: str) -> list[str]:
    """What two runs of one session do not agree about but must."""
    fields = ("orders", "fills", "trades", "balance")
    return [
        f"{name}: {field_} differ from the uninterrupted run's"
        for field_ in fields
        if getattr(books, field_) != getattr(whole, field_)
    ]
