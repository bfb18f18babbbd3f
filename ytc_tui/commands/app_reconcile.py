"""The command line's part for differences with the venue.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, Reason, Session, show


def reconcile(
    difference: Annotated[
        str, typer.Argument(metavar="[ID]", help="A difference, as the list names it; none = the list.")
    ] = "",
    remedy: Annotated[
        str,
        typer.Argument(metavar="[REMEDY]", help="adopt, close, ignore (with --until) or link (with ORDER)."),
    ] = "",
    order: Annotated[
        str, typer.Argument(metavar="[ORDER]", help="With link: our order that the venue's is.")
    ] = "",
    until: Annotated[
        str,
        typer.Option("--until", help="With ignore: when it is asked about again, UTC of the feed."),
    ] = "",
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Differences between our books and the venue's, and what is to become of one of them."""
    from ytc_tui.commands import reconcile as command
    from ytc_tui.commands.operate import send
    from ytc_tui.commands.places import paper_paths

    if not difference:
        show(command.differences(paper_paths(), session), as_json)
        return
    wanted = command.reconcile_command(difference, remedy, order, until, reason)
    show(send(paper_paths(), session, wanted), as_json)


def register_reconcile(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(reconcile)
