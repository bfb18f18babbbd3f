"""`ytc`: the entry point. Answers --version at once and loads the command line only when it is needed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an expected failure prints one clear line and its own exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ytc_tui import __version__

        sys.stdout.write(f"ytc {__version__}\n")
        return
    from ytc_tui.commands.app import app
    from ytc_tui.errors import YtcError

    try:
        app()
    except YtcError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
