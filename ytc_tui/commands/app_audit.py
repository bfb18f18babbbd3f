"""The command line's part for what is proved: verifying and signing the audit chain, and the risk drill.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, show

Session = Annotated[str, typer.Option("--session", help="Session id, or its beginning.")]


def verify(
    session: Session = "",
    anchor: Annotated[
        str,
        typer.Option("--anchor", help="A head that you kept: SEQ:HASH, or the file of a report."),
    ] = "",
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Write rows that differ anew, from a whole journal."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The audit chain and the sums, offline. Exit 0 good, 1 tampered, unsigned, 2 truncated, 3 unreadable."""
    from ytc_tui.adapters.signing import known_keys
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import verify as command
    from ytc_tui.commands.anchor import anchor_of
    from ytc_tui.commands.places import paper_head_file, paper_paths

    if rebuild and (session or anchor):
        raise typer.BadParameter("is about every ended session", param_hint="--rebuild")
    paths = paper_paths()
    head_file, keys = paper_head_file(), known_keys(paths.signing_key)
    if rebuild:
        show(command.rebuild(paths.database, safe=safe_line, head_file=head_file, keys=keys), as_json)
        return
    kept = anchor_of(anchor, session or None, paths.database) if anchor else None
    answer = command.verify(
        paths.database, session or None, safe=safe_line, head_file=head_file, keys=keys, anchor=kept
    )
    show(answer, as_json)


def sign(session: Session = "", as_json: AsJson = False) -> None:
    """Sign the head of every journal, or of one session, now, and mend the second copy; verified first."""
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import sign as command
    from ytc_tui.commands.places import paper_head_file, paper_paths

    paths, head_file = paper_paths(), paper_head_file()
    answer = command.sign(
        paths.database,
        session or None,
        key_path=paths.signing_key,
        head_file=head_file,
        safe=safe_line,
    )
    show(answer, as_json)


def drill(
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings file; default ./config.toml.")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", help="A setting, as key=value. Repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fire every risk rule, limit and emergency path in a sandbox: what passes, what is stopped."""
    from ytc_tui.adapters.drill_file import DrillFile
    from ytc_tui.adapters.terminal_text import safe_line
    from ytc_tui.commands import drill as command
    from ytc_tui.commands.places import paper_paths
    from ytc_tui.config import assignments as parsed, load_settings

    paths = paper_paths()
    paths.prepare()
    loaded = load_settings(config, parsed(assignments or ()))
    show(command.drill(loaded, DrillFile(paths.drill_file), safe=safe_line), as_json)


def register_audit(app: typer.Typer) -> None:
    """Add these commands to `app`, in the order of its help."""
    app.command()(verify)
    app.command()(sign)
    app.command()(drill)
