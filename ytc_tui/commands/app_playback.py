"""The command line's part for looking back: playback of a past session.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import Annotated

import typer


def playback(
    session: Annotated[str, typer.Argument(help="Session id, its beginning, or last.")] = "last",
    at: Annotated[
        str, typer.Option("--at", help="Where: start, end, 13:45, T0003, an alert, an order, an entry.")
    ] = "start",
    speed: Annotated[float, typer.Option("--speed", help="Bars a second while it plays.")] = 4.0,
) -> None:
    """A past or crashed session in the desk's own screens, at any moment of it. Nothing is written."""
    from ytc_tui.commands.curtain import curtain

    with curtain(" ytc: opening the record"):
        from ytc_tui.commands.playback import playback as open_playback

        code = open_playback(session, at=at, bars_per_s=speed)
    raise typer.Exit(code)


def register_playback(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(playback)
