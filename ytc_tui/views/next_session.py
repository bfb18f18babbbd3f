"""What the next session starts from, as a settings file that a person may take.

Decides how suggestions, goals and scenarios are written as TOML. Imports nothing of ours. Invariants:
only suggested settings are active lines, all else is comment; foreign text never leaves its comment or
its quotes; the file loads as settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

PREPARER = "next_session_prep"
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


def next_session_toml(session: str, prepared: Mapping[str, Any]) -> str:
    """The file for what `next_session_prep` answered in `session`."""
    return "\n".join(_lines(session, prepared)) + "\n"


def _lines(session: str, prepared: Mapping[str, Any]) -> Iterator[str]:
    plan = prepared.get("next_session_config", {})
    goals = plan.get("goals", {})
    settings = {key: value for key, value in prepared.get("settings", {}).items() if _KEY.fullmatch(key)}
    yield from _comment(f"Next session, prepared from session {session}.")
    yield from _comment("Nothing here is applied by itself. To take the suggested settings, either run with")
    yield from _comment(
        "`--config THIS FILE` (it then is the only settings file), or give each one as a flag:"
    )
    if not settings:
        yield from _comment("  (none is suggested)")
    for key, value in settings.items():
        yield from _comment(f"  --set '{key}={_flag(value)}'")
    yield from _listed("Why", (_reason(each) for each in plan.get("strategy_updates", ())))
    yield from _listed("Process goals", goals.get("process_goals", ()))
    yield from _listed("Focus", goals.get("focus_areas", ()))
    yield from _listed("Scenarios", prepared.get("scenarios", ()))
    yield from _listed("Key levels", _levels(prepared.get("key_levels", {})))
    yield from _listed("Maintenance", plan.get("system_maintenance", ()))
    yield from _listed("Checklist", prepared.get("checklist", ()))
    tables: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        table, _, name = key.rpartition(".")
        tables.setdefault(table, {})[name] = value
    for table, values in tables.items():
        yield ""
        yield f"[{table}]"
        for name, value in values.items():
            yield f"{name} = {_value(value)}"


def _comment(text: Any) -> Iterator[str]:
    """One line of comment: what a line break or a control character was is a space."""
    kept = "".join(char if char.isprintable() else " " for char in str(text))
    yield f"# {kept}".rstrip()


def _listed(title: str, texts: Iterable[Any]) -> Iterator[str]:
    lines = list(texts)
    if lines:
        yield "#"
        yield from _comment(f"{title}:")
        for text in lines:
            yield from _comment(f"- {text}")


def _reason(update: Mapping[str, Any]) -> str:
    return f"{update.get('parameter')}: {update.get('reason')} (confidence {update.get('confidence')})"


def _levels(levels: Mapping[str, Any]) -> Iterator[str]:
    for symbol, known in levels.items():
        zones = ", ".join(
            f"zone {side} {low} to {high}"
            for side in ("above", "below")
            if (band := known.get(f"zone_{side}")) is not None
            for low, high in (band,)
        )
        told = f"high {known.get('high')}, low {known.get('low')}, close {known.get('close')}"
        yield f"{symbol}: {told}{f', {zones}' if zones else ''}"


def _value(value: Any) -> str:
    """A suggested value as TOML: a list of texts, a number, or a text."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    return _number(value) or _quoted(value)


def _quoted(value: Any) -> str:
    """A basic string: TOML's rules are JSON's for printable text."""
    return json.dumps("".join(filter(str.isprintable, str(value))), ensure_ascii=False)


def _flag(value: Any) -> str:
    if isinstance(value, list | tuple):
        return _value(value)
    return _number(value) or str(value)


def _number(value: Any) -> str:
    """A number without exponent and trailing zeros; empty for what is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return ""
    return format(number.normalize(), "f") if number.is_finite() else ""
