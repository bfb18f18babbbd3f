"""`ytc`: the entry point. Answers --version at once and loads the command line only when it is needed."""

from __future__ import annotations

import os
import sys

ERROR_LIMIT = 16_384


def main() -> None:
    """Run the command line; an expected failure prints one clear line and its own exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ytc_tui import __version__

        sys.stdout.write(f"ytc {__version__}\n")
        return
    from ytc_tui.adapters import secrets
    from ytc_tui.adapters.process_guard import discreet, guard_process

    guard_process()
    secrets.take(os.environ)
    from ytc_tui.adapters.terminal_text import safe
    from ytc_tui.commands.app import app
    from ytc_tui.errors import YtcError

    try:
        app()
    except YtcError as error:
        # It quotes files, their names and what an engine answered.
        sys.stderr.write(f"error: {safe(discreet(str(error)), ERROR_LIMIT)}\n")
        sys.exit(error.exit_code)
