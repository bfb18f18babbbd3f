"""Where a command looks, and the command that it sends. Imports the settings and the adapters' paths.

Decides the paths of this user's paper mode, with the state folder that the settings name.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from ytc_tui.adapters.head_file import HeadFile
from ytc_tui.adapters.paths import Paths, paths_of
from ytc_tui.config import load_settings
from ytc_tui.model.commands import ARGUMENT, Argument, Command, Verb
from ytc_tui.model.session import Mode


def paper_paths() -> Paths:
    """The paper mode's files, under the state folder of the settings."""
    folder = load_settings().settings.journal.state_dir
    return paths_of(Mode.PAPER, os.environ, state_dir=Path(folder) if folder else None)


def paper_head_file() -> HeadFile:
    """Where the paper mode's signed heads are kept a second time."""
    from ytc_tui.sealing import head_file_of

    return head_file_of(paper_paths(), load_settings().settings)


def command_of(
    verb: str, reason: str, target: str = "", content_hash: str = "", action: Argument | None = None
) -> Command:
    """A new command by this user; its id is its own, so that a repeat is a new command.

    `action` is what the verb asks for, where it takes more than a target. Raises ValueError where it is
    missing or does not fit.
    """
    by_hand: dict[str, Any] = {ARGUMENT[Verb(verb)]: action} if action is not None else {}
    return Command(str(uuid4()), Verb(verb), user(), reason, target, content_hash, **by_hand)


def user() -> str:
    """The name under which this user speaks."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
