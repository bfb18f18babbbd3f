"""The command line's part for the paper host.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def paper_host(
    socket: Annotated[
        Path | None, typer.Option("--socket", help="Where to listen; default in the folder of sockets.")
    ] = None,
    trouble: Annotated[
        Path | None, typer.Option("--trouble", help="TOML: latency, rate limit and faults of the line.")
    ] = None,
    pace: Annotated[
        float, typer.Option("--pace", help="Feed seconds a real second while no engine drives a market.")
    ] = 1.0,
    grace_s: Annotated[
        float, typer.Option("--grace-s", help="Seconds that an engine has to come back before that.")
    ] = 5.0,
) -> None:
    """Paper venues in a process of their own: they outlive an engine, as an exchange does."""
    from ytc_tui.adapters.venues.host.trouble import Trouble, load_trouble
    from ytc_tui.commands import paper_host as command
    from ytc_tui.commands.places import paper_paths

    if not (pace > 0 and grace_s >= 0):
        raise typer.BadParameter("are numbers from 0, a pace above it", param_hint="--pace, --grace-s")
    paths = paper_paths()
    raise typer.Exit(
        command.serve(
            paths,
            socket or paths.socket_dir / command.SOCKET_NAME,
            load_trouble(trouble) if trouble else Trouble(),
            pace=pace,
            grace_s=grace_s,
        )
    )


def register_host(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command("paper-host")(paper_host)
