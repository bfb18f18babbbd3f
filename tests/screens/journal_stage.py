"""A journal that a staged desk reads: entries made by hand, found as an engine finds them."""

from __future__ import annotations

from dataclasses import dataclass

from ytc_tui.adapters.stores.pages import row_of, whole
from ytc_tui.client import Page, WholeEntry
from ytc_tui.errors import YtcError
from ytc_tui.model.chain import Entry
from ytc_tui.views.journal_match import Matcher
from ytc_tui.views.journal_query import BEYOND, PageQuery, check


def nobody(trade_id: str) -> frozenset[str]:
    return frozenset()


@dataclass
class StillJournal:
    """`entries`, oldest first. A page looks at no more than `stretch` of them; `trouble` is raised instead of
    it, `refused` instead of one with a condition."""

    entries: tuple[Entry, ...] = ()
    stretch: int = 10_000
    indexed_seq: int | None = None
    trouble: YtcError | None = None
    refused: YtcError | None = None

    def page(self, query: PageQuery) -> Page:
        check(query)
        trouble = self.refused if query.conditions and self.refused else self.trouble
        if trouble is not None:
            raise trouble
        last_seq = len(self.entries)
        matcher = Matcher(query, nobody)
        if query.after_seq is None:
            start = min(query.before_seq or BEYOND, last_seq + 1)
            ahead = [self.entries[seq - 1] for seq in range(start - 1, max(0, start - 1 - self.stretch), -1)]
        else:
            ahead = list(self.entries[query.after_seq : query.after_seq + self.stretch])
        found: list[Entry] = []
        seq = 1 if query.after_seq is None else last_seq
        for entry in ahead:
            seq = entry.seq
            found += [entry] if matcher.wants(entry) else []
            if len(found) == query.rows:
                break
        seqs = (seq if seq > 1 else 0, 0) if query.after_seq is None else (0, seq)
        rows = sorted(map(row_of, found), key=lambda row: -row.seq)
        return Page(
            "s-1", tuple(rows), *seqs, last_seq, last_seq if self.indexed_seq is None else self.indexed_seq
        )

    def entry(self, seq: int) -> WholeEntry | None:
        return whole(self.entries[seq - 1]) if 0 < seq <= len(self.entries) else None
