"""Everything that the program prints of a record, as its commands print it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ytc_tui.adapters.process_guard import discreet
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.explain import explain
from ytc_tui.commands.export import export
from ytc_tui.commands.logs import logs
from ytc_tui.commands.report import ReportForm, report
from ytc_tui.commands.report_structure import report_structure
from ytc_tui.commands.sessions import sessions
from ytc_tui.commands.verify import verify
from ytc_tui.errors import YtcError
from ytc_tui.views.export import Table


def told(ask: Callable[[], Answer]) -> Iterator[tuple[str, str]]:
    """What a person and a program are shown of an answer, or of the error in its place."""
    try:
        answer = ask()
    except YtcError as error:
        yield "error", discreet(str(error))
    else:
        yield "text", answer.text
        yield "json", json.dumps(answer.data, sort_keys=True, default=str)


def printed(database: Path, *targets: str) -> Iterator[tuple[str, str]]:
    """What `ytc` prints of the newest session in `database`, by command; of `targets` why they are so."""
    for form in ReportForm:
        for kind, text in told(partial(report, database, None, safe=safe_line, form=form)):
            yield f"report {form} {kind}", text
    asked: dict[str, Callable[[], Answer]] = {
        "structure": partial(report_structure, database, None, safe=safe_line, last=2),
        "sessions": partial(sessions, [database], safe=safe_line),
        "verify": partial(verify, database, None, safe=safe_line),
    }
    for target in ("T0001", "D0001", "setup_scanner", "04:41", *targets):
        asked[f"explain {target[:20]}"] = partial(explain, database, target, safe=safe_line)
    for table in Table:
        for as_json in (False, True):
            name = f"export {table} {'json' if as_json else 'csv'}"
            asked[name] = partial(export, database, table, None, safe=safe_line, as_json=as_json)
    for name, ask in asked.items():
        for kind, text in told(ask):
            yield f"{name} {kind}", text


def logged(folder: Path) -> Iterator[tuple[str, str]]:
    """What `ytc logs` prints of the log that was written last in `folder`."""
    for kind, text in told(partial(logs, folder, lines=1_000)):
        yield f"logs {kind}", text
