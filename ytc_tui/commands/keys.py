"""The keys that settings change.

Decides nothing. Imports the desk's keymap, and with it Textual. Invariant: a desk opens with keys that each
do one thing, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping

from ytc_tui.config import LoadedSettings
from ytc_tui.errors import ConfigInvalid
from ytc_tui.screens.keymap import problems


def key_problems(loaded: LoadedSettings) -> list[ConfigInvalid]:
    """What is wrong with `ui.keys`, each with its place."""
    return [
        ConfigInvalid(f"ui.keys.{name}: {what}", where=loaded.origin(f"ui.keys.{name}"), fix=fix)
        for name, what, fix in problems(loaded.settings.ui.keys)
    ]


def keys_of(loaded: LoadedSettings) -> Mapping[str, str]:
    """The changed keys by action. Raises the first of their `key_problems`."""
    for problem in key_problems(loaded):
        raise problem
    return loaded.settings.ui.keys
