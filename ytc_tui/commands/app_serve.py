"""The command line's part for the desk in a browser.

Decides how arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ytc_tui.commands.app_audit import Session


def register_serve(app: typer.Typer) -> None:
    """Add `ytc serve` to `app`."""

    @app.command()
    def serve(
        session: Session = "",
        port: Annotated[int, typer.Option("--port", min=1024, max=65535, help="Port on 127.0.0.1.")] = 8711,
        control: Annotated[
            bool, typer.Option("--control", help="Let the page send commands too, not only look.")
        ] = False,
    ) -> None:
        """Show the desk of a running engine in a browser on this machine."""
        from ytc_tui.commands.serve import serve as serve_desk

        raise typer.Exit(serve_desk(session, port, control=control))
