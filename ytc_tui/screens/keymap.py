"""Which key runs which action once a person has changed some.

Decides what a key may be, and what clashes. Imports the table of actions, the widgets' own keys and Textual's
names of keys, one function of which is not public: the version is pinned. Invariants: no key runs two things;
the flatten key is never one that its word is written with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from textual.binding import Binding
from textual.keys import Keys, _character_to_key, key_to_character

from ytc_tui.screens.actions import ACTIONS
from ytc_tui.screens.approvals import ApprovalsScreen
from ytc_tui.screens.dialogs.flatten import WORD
from ytc_tui.screens.widgets.chart_keys import CHART_KEYS
from ytc_tui.screens.widgets.live_table import LiveTable

ANSWERING = "In Approvals"
# The keys of widgets and of single screens, each with its id, by where they are heard.
WIDGET_KEYS: Mapping[str, Sequence[Binding]] = {
    "In a table": [each for each in LiveTable.BINDINGS if isinstance(each, Binding)],
    "Chart, with the focus": CHART_KEYS,
    ANSWERING: [each for each in ApprovalsScreen.BINDINGS if isinstance(each, Binding)],
}
# What Textual itself and every dialog use.
_TAKEN = {"tab": "the next pane", "shift+tab": "the pane before", "ctrl+q": "leaving", "ctrl+c": "leaving"}
_PRESSED = frozenset(key.value for key in Keys if not key.value.startswith("<"))


def default_keys() -> dict[str, str]:
    """The key of every action and of every widget's own, by the name that settings know it by."""
    return {named(binding_id): key for binding_id, key in _bound()}


def named(binding_id: str) -> str:
    """`table.up` as `table_up`."""
    return binding_id.replace(".", "_")


def keys_with(changes: Mapping[str, str]) -> dict[str, str]:
    """The key of every name once `changes` (name to key) are made. They must have no `problems`."""
    return default_keys() | {name: _long_name(key) for name, key in changes.items()}


def keymap_of(changes: Mapping[str, str]) -> dict[str, str]:
    """`changes` by the ids of the bindings, as Textual takes them."""
    return {
        binding_id: _long_name(changes[named(binding_id)])
        for binding_id, _ in _bound()
        if named(binding_id) in changes
    }


def _bound() -> Iterator[tuple[str, str]]:
    """Id and key of every binding that can be changed."""
    for action in ACTIONS:
        yield action.id, action.key
    for bindings in WIDGET_KEYS.values():
        for each in bindings:
            yield each.id or "", each.key


def problems(changes: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with `changes`: the name, what is wrong, and what to do."""
    known = default_keys()
    for name, key in changes.items():
        if name not in known:
            close = get_close_matches(name, known, n=1, cutoff=0.5)
            fix = f"did you mean {close[0]}?" if close else "docs/keys.md lists every action"
            yield name, f"there is no action {name!r}", fix
        elif not _is_key(_long_name(key)):
            yield name, f"there is no key {key!r}", 'write "f9", "ctrl+k" or one character'
        elif _long_name(key) in _TAKEN:
            yield name, f"{key} is kept for {_TAKEN[_long_name(key)]}", "choose another key"
        elif name == "flatten" and key.upper() in WORD:
            yield name, f"{key} is a letter of {WORD}, which is typed to confirm", "choose another key"
    keys = known | {name: _long_name(key) for name, key in changes.items() if name in known}
    for name in changes.keys() & known.keys():
        sharing = [other for other in keys if keys[other] == keys[name] and _meet(name, other)]
        if len(sharing) > 1:
            yield name, f"{changes[name]} would be {' and '.join(sorted(sharing))}", "one key each"


def _meet(first: str, second: str) -> bool:
    """Whether a key could be for either: it is heard in one place, or everywhere."""
    places = [_place(first), _place(second)]
    return places[0] == places[1] or "" in places


def _place(name: str) -> str:
    """Where a key is heard, empty = everywhere."""
    for place, bindings in WIDGET_KEYS.items():
        if any(named(each.id or "") == name for each in bindings):
            return place
    return ""


def _long_name(key: str) -> str:
    """`!` as `exclamation_mark`, as bindings have it."""
    return _character_to_key(key) if len(key) == 1 else key


def _is_key(key: str) -> bool:
    return key in _PRESSED or ((character := key_to_character(key)) is not None and character.isprintable())
