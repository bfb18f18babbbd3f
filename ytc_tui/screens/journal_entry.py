"""A whole journal entry as text, and what a kind of entry looks like.

Decides names, order and colours. Imports the client protocol and the words of screens. Invariant: what the
entry holds is told whole, or how much is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from textual.content import Content

from ytc_tui.client import WholeEntry
from ytc_tui.model.market import NS_PER_S
from ytc_tui.screens import words
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table_rows import Tone
from ytc_tui.views.entry_kinds import EntryKind
from ytc_tui.views.sanitised import Sanitiser

# The colour only repeats the word beside it.
KIND_TONES: dict[str, Tone] = {
    EntryKind.PHASE.value: "ok",
    EntryKind.AGENT.value: "muted",
    EntryKind.ORDER.value: "accent",
    EntryKind.FILL.value: "gain",
    EntryKind.TRADE.value: "gain",
    EntryKind.ALERT.value: "warning",
    EntryKind.HANDOFF.value: "warning",
    EntryKind.VENUE.value: "warning",
    EntryKind.FLATTEN.value: "critical",
    EntryKind.GUARD.value: "critical",
    EntryKind.OPERATOR.value: "accent",
}
NO_WALL_TIME = "not on record: the chain holds the feed's time alone"
_INDENT = "  "


def entry_content(entry: WholeEntry, zone: ZoneInfo, safe: Sanitiser) -> Content:
    """Everything that is known of `entry`."""
    row = entry.row
    head = Content.assemble((f"{safe(row.text)}\n", "bold"))
    return head + Content("\n").join([*_envelope(entry, zone, safe), Content(), *_fields(entry, safe)])


def _envelope(entry: WholeEntry, zone: ZoneInfo, safe: Sanitiser) -> Iterator[Content]:
    row = entry.row
    told = [
        ("entry", f"{row.seq}"),
        ("type", f"{safe(row.type)}, version {entry.version}, kind {safe(row.kind)}"),
        ("feed time", f"{_date(row.at_ns, zone)} {words.both_clocks(row.at_ns, zone)}"),
        ("wall time", NO_WALL_TIME),
        ("belongs to", safe(entry.correlation) or "nothing"),
        ("caused by", f"entry {safe(entry.causation)}" if entry.causation else "no entry"),
        ("w explains", safe(row.about)),
        ("hash", safe(entry.hash)),
        ("previous", safe(entry.prev_hash)),
    ]
    for name, value in told:
        yield Content.assemble((f"{name:<11}", MUTED), value)


def _fields(entry: WholeEntry, safe: Sanitiser) -> Iterator[Content]:
    for line in entry.fields:
        yield Content.assemble(_INDENT * line.depth, (f"{safe(line.name)}  ", MUTED), safe(line.value))
    if entry.left_out:
        yield Content.styled(f"and {entry.left_out} fields more than are shown", "bold $text-warning")


def _date(at_ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ns // NS_PER_S, zone).strftime("%Y-%m-%d")
