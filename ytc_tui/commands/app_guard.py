"""The command line's part for the guard.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, show


def guard(
    session: Annotated[str, typer.Option("--session", help="Run id, or its beginning.")] = "",
    heartbeat_s: Annotated[
        float | None,
        typer.Option("--heartbeat-s", help="Seconds without a heartbeat; default guard.heartbeat_s."),
    ] = None,
    loss_pct: Annotated[
        str,
        typer.Option("--loss-pct", help="Loss of the start balance; default guard.loss_pct."),
    ] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Let trading go on after a halt.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="With --clear: why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Watch an engine from outside: flatten its account at the paper host when it hangs or dies."""
    from decimal import Decimal, InvalidOperation

    from ytc_tui.commands import guard as command
    from ytc_tui.commands.places import paper_paths
    from ytc_tui.config import load_settings

    if clear:
        from ytc_tui.commands.pin import typed_pin

        show(command.clear(paper_paths(), session, reason, typed_pin), as_json)
        return
    settings = load_settings().settings
    try:
        loss = Decimal(loss_pct) if loss_pct else settings.guard.loss_pct
    except InvalidOperation:
        raise typer.BadParameter("is no number", param_hint="--loss-pct") from None
    heartbeat = settings.guard.heartbeat_s if heartbeat_s is None else heartbeat_s
    options = command.GuardOptions(session, heartbeat, loss, as_json)
    raise typer.Exit(command.guard(paper_paths(), settings, options))


def register_guard(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command("guard")(guard)
