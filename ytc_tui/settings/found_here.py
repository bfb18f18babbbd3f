"""A file of settings that nobody named: the ./config.toml of whatever folder one stands in.

Decides what such a file may not say: a folder that came from somewhere else must run no program, be given no
secret, and choose no file to write to. Imports the layers. Invariant: what it may not say is refused, never
passed over.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.layers import Layer

ONLY_NAMED = ("notify.command", "notify.secrets", "notify.file", "journal.heads_file")


def problems_here(path: Path, layer: Layer) -> list[ConfigInvalid]:
    """What is wrong with `layer`, the values of the file at `path`, because nobody named that file."""
    fix = f"name the file, --config {path}, or put them into ytc/config.toml of your configuration folder"
    try:
        found = path.stat()
    except OSError:
        return []  # its reading says why
    if found.st_uid not in (os.getuid(), 0):
        return [ConfigInvalid(f"belongs to user {found.st_uid}, not to you", where=f"file {path}", fix=fix)]
    if found.st_mode & stat.S_IWOTH:
        return [ConfigInvalid("can be changed by anybody", where=f"file {path}", fix=f"chmod o-w {path}")]
    return [
        ConfigInvalid(f"{key} does not count in a file that was only found here", where=given.origin, fix=fix)
        for key in ONLY_NAMED
        if (given := layer.values.get(key)) is not None and given.value
    ]
