"""What every key does, those of the screen in front first.

Decides the order. Imports the table of actions and the keymap. Invariant: it says the keys in use, and
nothing that is not in the table or bound by a widget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from textual.content import Content

from ytc_tui.screens.actions import ACTIONS, Action, Group, key_text
from ytc_tui.screens.keymap import ANSWERING, WIDGET_KEYS, default_keys, named

_INTRODUCTION = """\
Made from the table of actions; a test compares the two. A key is changed in the table `[ui.keys]` of the
settings, by its name: `why = "f9"`, `flatten = "f12"`, `pause = "ctrl+p"`. `ytc config check` says what is
no key, and which key two actions would share."""


class _Row(NamedTuple):
    name: str
    title: str
    does: str


def help_content(keys: Mapping[str, str], mode: str, own: frozenset[str], there: Sequence[Action]) -> Content:
    """Every key of `keys` that does something; `there` are the actions that this desk has, `own` those that
    matter most on the screen `mode`."""
    here = [action for action in there if action.id == mode]
    first = [*here, *(action for action in there if action.id in own and action.id != mode)]
    pieces: list[str | tuple[str, str]] = []
    for title, rows in (("This screen", list(map(_of_action, first))), *_parts(there)):
        pieces.append((f"{title}\n", "bold $text-accent"))
        for row in rows:
            pieces += [(f"  {key_text(keys[row.name]):<8}", "bold"), f" {row.title:<14} {row.does}\n"]
    pieces.append("  tab and shift+tab go from pane to pane")
    return Content.assemble(*pieces)


def as_markdown() -> str:
    """Every key that nobody changed, as the page `docs/keys.md`."""
    keys = default_keys()
    lines = ["# Keys", "", _INTRODUCTION]
    for title, rows in _parts(ACTIONS):
        lines += ["", f"## {title}", "", "| key | name | action | does |", "|---|---|---|---|"]
        lines += [
            f"| `{key_text(keys[row.name])}` | `{row.name}` | {row.title} | {row.does} |" for row in rows
        ]
    return "\n".join(lines) + "\n"


def _parts(there: Sequence[Action]) -> Iterator[tuple[str, list[_Row]]]:
    """Every key of `there` and of the widgets, by where it belongs; those of a playback first."""
    for group in sorted(Group, key=lambda group: group is not Group.PLAYBACK):
        if rows := [_of_action(action) for action in there if action.group is group]:
            yield group.value, rows
    answers = any(action.group is Group.ANSWER for action in there)
    for place, bindings in WIDGET_KEYS.items():
        if place == ANSWERING and not answers:
            continue
        yield place, [_Row(named(each.id or ""), each.description, each.tooltip) for each in bindings]


def _of_action(action: Action) -> _Row:
    return _Row(action.id, action.title, action.does)
