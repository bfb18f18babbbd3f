"""`ytc config show|check|explain`: the settings in effect, what is wrong with them, what one means.

Decides wording only; the settings package decides everything else. Invariant: each function returns
the text and the JSON-able data of the same answer, and prints nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.answer import Answer
from ytc_tui.config import LoadedSettings, Settings, load_settings, settings_file, settings_problems
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import (
    ANY_NAME,
    KeySpec,
    Table,
    canonical,
    effective,
    env_name,
    named,
    nearest,
    plain,
    resolve,
)
from ytc_tui.settings.not_yet import NOT_YET

_ORIGIN_COLUMN = 54

Overrides = Mapping[str, str] | None


def show(path: Path | None = None, overrides: Overrides = None) -> Answer:
    """Every key with its value and origin. Raises ConfigInvalid if the settings do not load."""
    loaded = load_settings(path, overrides)
    rows = [(key, value, loaded.origin(key)) for key, value in effective(loaded.settings).items()]
    lines = [f"{f'{key} = {written(value)}':<{_ORIGIN_COLUMN}}  {origin}" for key, value, origin in rows]
    source = str(loaded.path) if loaded.path else "none"
    head = [f"file    {source}", f"digest  {loaded.digest}", ""]
    data = {
        "file": str(loaded.path) if loaded.path else None,
        "digest": loaded.digest,
        "settings": [{"key": key, "value": plain(value), "origin": origin} for key, value, origin in rows],
    }
    return Answer(_text(head + lines), data)


def check(path: Path | None = None, overrides: Overrides = None) -> Answer:
    """Whether the settings load: exit code 0, or 2 and every problem."""
    problems = settings_problems(path, overrides) or _key_problems(load_settings(path, overrides))
    file = settings_file(path)
    data: dict[str, Any] = {
        "ok": not problems,
        "file": str(file) if file else None,
        "problems": [{"what": p.what, "where": p.where, "fix": p.fix} for p in problems],
    }
    if not problems:
        return Answer(_text([f"settings are valid (file: {file or 'none'})"]), data)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    text = _text([f"{count} in the settings:", *(f"  {problem}" for problem in problems)])
    return Answer(text, data, ConfigInvalid.exit_code)


def _key_problems(loaded: LoadedSettings) -> list[ConfigInvalid]:
    if not loaded.settings.ui.keys:
        return []
    # The desk's libraries take a while to load.
    from ytc_tui.commands.keys import key_problems

    return key_problems(loaded)


def explain(key: str, path: Path | None = None, overrides: Overrides = None) -> Answer:
    """What `key` means. Takes a dotted key, a section, a spec 000 name, or an unshared last part.

    Works when the settings do not load: the value in effect is then unknown and said to be so.
    Raises ConfigInvalid, with the nearest spelling, if nothing is called so.
    """
    name = key if resolve(key) is not None else named(key)
    node = resolve(name) if name else None
    match node:
        case KeySpec():
            name = canonical(name, node)
            return _explain_key(name, node, *_value_and_origin(name, path, overrides))
        case Table():
            return _explain_table(name, node)
        case None:
            like = nearest(key)
            fix = f"did you mean {like}?" if like else "`ytc config show` lists every key"
            raise ConfigInvalid(f"unknown key {key}", fix=fix)


def _explain_table(name: str, table: Table) -> Answer:
    rows = [(_in_place(spec.key, table.key, name), spec.meaning) for spec in table.leaves()]
    width = max(len(key) for key, _ in rows)
    text = _text([f"{key:<{width}}  {meaning}" for key, meaning in rows])
    return Answer(text, {"table": name, "keys": [{"key": key, "meaning": meaning} for key, meaning in rows]})


def _in_place(key: str, table: str, name: str) -> str:
    """A key of a table with free names, under the name that was asked for."""
    return name + key.removeprefix(table)


def _explain_key(name: str, spec: KeySpec, value: Any, origin: str) -> Answer:
    default = effective(Settings()).get(name)
    if default is None and not spec.key.endswith(ANY_NAME):
        default = spec.field.default
    waits_for = NOT_YET.get(spec.key, "")
    data: dict[str, Any] = {
        "key": name,
        "value": plain(value),
        "origin": origin,
        "meaning": spec.meaning,
        "default": plain(default),
        "allowed": spec.allowed,
        "unit": spec.unit,
        "env": env_name(name),
        "spec_000": list(spec.spec_names),
        "changes_trading": spec.decides,
        "waits_for": waits_for,
    }
    rows = [
        ("origin", origin),
        ("meaning", spec.meaning),
        ("default", written(default)),
        ("allowed", spec.allowed),
        ("unit", spec.unit),
        ("env", env_name(name)),
        ("spec 000", ", ".join(spec.spec_names)),
        ("effect", f"none in this release: it waits for {waits_for}" if waits_for else ""),
        ("digest", "in: it can change what is traded" if spec.decides else "out: it cannot change a trade"),
    ]
    lines = [f"{name} = {written(value)}"]
    lines += [f"  {label:<9} {text}" for label, text in rows if text]
    return Answer(_text(lines), data)


def _text(lines: list[str]) -> str:
    """Lines as one text that is safe to print: values and file names are the user's, or somebody's."""
    return "\n".join(map(safe_line, lines))


def _value_and_origin(key: str, path: Path | None, overrides: Overrides) -> tuple[Any, str]:
    try:
        loaded: LoadedSettings = load_settings(path, overrides)
    except ConfigInvalid:
        return None, "unknown: the settings do not load, see `ytc config check`"
    values = effective(loaded.settings)
    if key not in values:
        return None, "not given"
    return values[key], loaded.origin(key)


def written(value: Any) -> str:
    """A value as TOML writes it; one that is not set as a dash."""
    if value is None:
        return "-"
    written = plain(value)
    return written if isinstance(value, Decimal) else json.dumps(written, ensure_ascii=False)
