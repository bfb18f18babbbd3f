"""`ytc pin` on the command line.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ytc_tui.commands.app_operator import AsJson, show

if TYPE_CHECKING:
    from ytc_tui.adapters.pin import PinFile

pin_app = typer.Typer(
    help="The PIN that security.pin_for asks for. Flatten, pause and cancel never need one.",
    no_args_is_help=True,
)


def _file() -> PinFile:
    from ytc_tui.adapters.pin import PinFile
    from ytc_tui.commands.places import paper_paths

    paths = paper_paths()
    paths.prepare()
    return PinFile(paths.pin_file)


@pin_app.command("set")
def pin_set(as_json: AsJson = False) -> None:
    """Set the PIN, or change it."""
    from ytc_tui.commands.pin import set_pin

    show(set_pin(_file()), as_json)


@pin_app.command("check")
def pin_check(as_json: AsJson = False) -> None:
    """Whether what you type is the PIN. A wrong one counts."""
    from ytc_tui.commands.pin import check_pin

    show(check_pin(_file()), as_json)


@pin_app.command("remove")
def pin_remove(as_json: AsJson = False) -> None:
    """Take the PIN away; commands that need one are then refused."""
    from ytc_tui.commands.pin import remove_pin

    show(remove_pin(_file()), as_json)


@pin_app.command("status")
def pin_status(as_json: AsJson = False) -> None:
    """Whether a PIN is set, locked, and which wrong ones were tried; asks for nothing."""
    from ytc_tui.commands.pin import pin_state

    show(pin_state(_file()), as_json)
