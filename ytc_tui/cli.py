"""`ytc`: the entry point. Answers --version at once and loads the command line only when it is needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ytc_tui.errors import YtcError

ERROR_LIMIT = 16_384


def main() -> None:
    """Run the command line; an expected failure prints one clear line and its own exit code."""
    from ytc_tui.adapters.standard_streams import held_output

    output = held_output()
    code = 0
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ytc_tui import __version__

        sys.stdout.write(f"ytc {__version__}\n")
    else:
        from ytc_tui.adapters import secrets
        from ytc_tui.adapters.process_guard import guard_process

        guard_process()
        secrets.take(os.environ)
        code = command_line(sys.argv[1:])
    code, said = output.concluded(code)
    if said:
        from ytc_tui.adapters.process_guard import tell

        tell(f"error: {said}")
    sys.exit(code)


def command_line(arguments: Sequence[str]) -> int:
    """Carry out `arguments`; the exit code. What an error quotes (arguments, files, their names, answers of
    an engine) is printed without secrets and without what steers a terminal."""
    import typer

    from ytc_tui.adapters.process_guard import discreet, tell
    from ytc_tui.commands.app import app
    from ytc_tui.errors import UsageInvalid, YtcError

    try:
        code = app(list(arguments), prog_name="ytc", standalone_mode=False)
    except YtcError as error:
        tell(discreet(f"error: {error}")[:ERROR_LIMIT])
        _answer_error(error, arguments)
        return error.exit_code
    except _usage_error() as error:
        said = StringIO()
        error.show(said)
        tell(said.getvalue().rstrip("\n"))
        _answer_error(UsageInvalid(error.format_message()), arguments)
        return int(error.exit_code)
    except typer.Abort:
        tell("Aborted!")
        return 1
    return code if isinstance(code, int) else 0


def _answer_error(error: YtcError, arguments: Sequence[str]) -> None:
    """Who asked for JSON gets it of an error too."""
    if "--json" not in arguments:
        return
    import json

    from ytc_tui.adapters.error_documents import error_document
    from ytc_tui.adapters.process_guard import discreet

    document = {name: discreet(text)[:ERROR_LIMIT] for name, text in error_document(error).items()}
    sys.stdout.write(json.dumps(document, sort_keys=True) + "\n")


def _usage_error() -> Any:
    """The class of every error in how a command was spelled; typer has no name of its own for it."""
    import typer

    return typer.BadParameter.__base__
