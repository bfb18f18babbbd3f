"""`ytc data check`: says what a market-data file holds, and all that is wrong or odd in it.

Decides the words and the exit code; the looking is the feed adapter's. Imports the feed's file readers and
terminal text.
Invariant: whatever the feed would refuse gives exit code 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from ytc_tui.adapters.feeds.files import open_table, split_argument
from ytc_tui.adapters.feeds.inspection import DataReport, Finding, Hole, RowNote, inspect
from ytc_tui.adapters.feeds.timestamps import BarLabel
from ytc_tui.adapters.terminal_text import safe_line

__all__ = ["DataReport", "Finding", "Hole", "RowNote", "check", "render"]

LISTED = 10


def check(path_arg: str, bar_label: BarLabel = "open", listed: int = LISTED) -> DataReport:
    """Reads the whole file that `[SYMBOL=]PATH` names and lists up to `listed` rows of each finding.

    DataInvalid only where there are no bars to look at: no such file, not a table, no bar columns.
    """
    symbol, path = split_argument(path_arg)
    return inspect(open_table(path), symbol, bar_label, listed)


def render(report: DataReport) -> str:
    """The report as plain text for a terminal, without a final newline."""
    return "\n".join(map(safe_line, _lines(report)))


def _lines(report: DataReport) -> Iterator[str]:
    yield f"file      {report.path}"
    yield f"symbol    {report.symbol or '-'}"
    yield f"rows      {report.rows:,}"
    yield f"period    {report.first or '-'} to {report.last or '-'} UTC"
    interval = "-" if report.interval_minutes is None else f"{report.interval_minutes} min"
    yield f"interval  {interval}"
    yield f"time      {report.unit}, label: {report.label}"
    if report.label == "open":
        yield "          (whole-minute close labels look the same: declare them with --bar-label close)"
    yield f"volume    {'known' if report.volume_known else 'unknown'}"
    yield f"columns   {', '.join(report.columns)}"
    if report.ignored_columns:
        yield f"ignored   {', '.join(ascii(name)[1:-1] for name in report.ignored_columns)}"
    for finding in report.findings:
        yield ""
        yield f"{finding.severity}: {finding.what}, {finding.count:,}"
        yield from (_note(note) for note in finding.rows)
        if finding.what == "holes":
            yield f"  {report.weekend_gaps:,} of them span a weekend"
            yield from (_hole(hole) for hole in report.largest_holes)
        elif finding.count > len(finding.rows):
            yield f"  and {finding.count - len(finding.rows):,} more"
    yield ""
    yield "the feed takes this file" if report.exit_code == 0 else "the feed refuses this file"


def _note(note: RowNote) -> str:
    place = f"row {note.row:,} " if note.row else ""
    at = f"{note.at} " if note.at else ""
    return f"  {place}{at}{note.detail}"


def _hole(hole: Hole) -> str:
    weekend = ", weekend" if hole.weekend else ""
    return (
        f"  row {hole.row:,} {hole.last_before} to {hole.first_after}: {hole.missing_minutes:,} min{weekend}"
    )
