"""`ytc`: the entry point. Answers --version at once and loads the command line only when it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import StringIO
from typing import Any

ERROR_LIMIT = 16_384


def main() -> None:
    """Run the command line; an expected failure prints one clear line and its own exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ytc_tui import __version__

        sys.stdout.write(f"ytc {__version__}\n")
        return
    from ytc_tui.adapters import secrets
    from ytc_tui.adapters.process_guard import guard_process

    guard_process()
    secrets.take(os.environ)
    sys.exit(command_line(sys.argv[1:]))


def command_line(arguments: Sequence[str]) -> int:
    """Carry out `arguments`; the exit code. What an error quotes (arguments, files, their names, answers of
    an engine) is printed without secrets and without what steers a terminal."""
    import typer

    from ytc_tui.adapters.process_guard import discreet
    from ytc_tui.commands.app import app
    from ytc_tui.errors import YtcError

    try:
        code = app(list(arguments), prog_name="ytc", standalone_mode=False)
    except YtcError as error:
        sys.stderr.write(f"error: {discreet(str(error))[:ERROR_LIMIT]}\n")
        return error.exit_code
    except _usage_error() as error:
        said = StringIO()
        error.show(said)
        sys.stderr.write(discreet(said.getvalue()))
        return int(error.exit_code)
    except typer.Abort:
        sys.stderr.write("Aborted!\n")
        return 1
    return code if isinstance(code, int) else 0


def _usage_error() -> Any:
    """The class of every error in how a command was spelled; typer has no name of its own for it."""
    import typer

    return typer.BadParameter.__base__
