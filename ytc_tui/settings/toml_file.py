"""The file of settings: read it, and say on which line each key stands.

Decides the limits on a file (size, lines of one value) and turns every way in which it can be
unreadable into ConfigInvalid. Imports the layers. Invariant: a number in the file stays the exact
decimal that was written.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import KeySpec, Table, nearest, root
from ytc_tui.settings.layers import (
    Given,
    Layer,
    is_secret,
    needs_table,
    secret,
    shown_name,
    unknown,
)

_FILE_BYTES_MAX = 65_536
_VALUE_LINES_MAX = 100
_DEPTH_MAX = 8
_SYNTAX_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)

KeyPath = tuple[str, ...]


def file_layer(path: Path) -> Layer:
    """The values of the TOML file at `path`. What cannot be read at all is the layer's one problem."""
    layer = Layer()
    try:
        text = _text(path)
        data = _parsed(text, path)
        lines = _lines(text, path)
    except ConfigInvalid as problem:
        layer.problems.append(problem)
    except (ValueError, ArithmeticError, RecursionError):
        layer.problems.append(
            ConfigInvalid("a number or a nesting of brackets beyond any setting", where=f"file {path}")
        )
    else:
        _take(layer, root(), data, (), _Places(path, lines))
    return layer


class _Places:
    """Where each key of one file stands."""

    def __init__(self, path: Path, lines: Mapping[KeyPath, int]) -> None:
        self._path = path
        self._lines = lines

    def origin(self, parts: KeyPath) -> str:
        while parts and parts not in self._lines:
            parts = parts[:-1]
        return f"file {self._path}:{self._lines.get(parts, 1)}"


def _text(path: Path) -> str:
    try:
        if not os.path.isfile(path):
            what = "is not an ordinary file" if os.path.lexists(path) else "no such file of settings"
            raise ConfigInvalid(what, where=f"file {path}", fix="check --config")
        with path.open("rb") as stream:
            content = stream.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigInvalid(f"cannot be read: {error.strerror}", where=f"file {path}") from error
    if len(content) > _FILE_BYTES_MAX:
        raise ConfigInvalid(f"larger than {_FILE_BYTES_MAX} bytes", where=f"file {path}")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigInvalid("not UTF-8 text", where=f"file {path}:{line}") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        match = _SYNTAX_PLACE.fullmatch(str(error))
        reason, line, column = match.groups() if match else (str(error), None, None)
        number = line or str(text.count("\n") + 1)
        place = f"column {column}: " if column else ""
        raise ConfigInvalid(
            f"not TOML: {place}{shown_name(reason or '')}",
            where=f"file {path}:{number}",
            fix="a line is `key = value`, a text is in quotes, a section is [name]",
        ) from error


def _statements(text: str, path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Each statement of a valid document but comments: first line, text, and the document it is by itself.

    Every statement of a valid document is a valid document too, and no shorter run of its lines is.
    """
    pending: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        first = number if not pending else first
        pending.append(line)
        chunk = "\n".join(pending)
        try:
            parsed = tomllib.loads(chunk, parse_float=Decimal)
        except tomllib.TOMLDecodeError:
            if len(pending) > _VALUE_LINES_MAX:
                raise ConfigInvalid(
                    f"a value of more than {_VALUE_LINES_MAX} lines", where=f"file {path}:{first}"
                ) from None
            continue
        yield first, chunk, parsed
        pending = []


def _lines(text: str, path: Path) -> dict[KeyPath, int]:
    """The first line of every key and table of a valid document."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, chunk, parsed in _statements(text, path):
        parts = _chain(parsed)
        if chunk.lstrip().startswith("["):
            table = parts
            lines.setdefault(table, number)
        else:
            for depth in range(1, len(parts) + 1):
                lines.setdefault((table + parts)[: len(table) + depth], number)
    return lines


def _chain(parsed: Any) -> KeyPath:
    """The dotted name of a document with one statement: down while there is one way down."""
    parts: list[str] = []
    while isinstance(parsed, dict) and len(parsed) == 1 and len(parts) < _DEPTH_MAX:
        name, parsed = next(iter(parsed.items()))
        parts.append(name)
        if isinstance(parsed, list) and len(parsed) == 1:
            parsed = parsed[0]
    return tuple(parts)


def _take(layer: Layer, table: Table, data: Mapping[str, Any], parts: KeyPath, places: _Places) -> None:
    for name, value in data.items():
        here = (*parts, name)
        key = ".".join(here)
        origin = places.origin(here)
        node = table.child(name)
        match node:
            case None if secrets := _secrets_in(name, value):
                layer.problems.extend(secret(found, origin) for found in secrets)
            case None:
                layer.problems.append(unknown(key, origin, nearest(key)))
            case Table() if isinstance(value, dict):
                _take(layer, node, value, here, places)
            case Table():
                layer.problems.append(needs_table(key, origin))
            case KeySpec() if isinstance(value, dict):
                layer.problems.append(ConfigInvalid(f"{key} is a value, not a table", where=origin))
            case KeySpec():
                layer.put(key, node, Given(value, origin))


def _secrets_in(name: str, value: Any) -> list[str]:
    """Names of credentials at or under an unknown key."""
    found: list[str] = []
    pending = [(name, value)]
    while pending:
        current, inside = pending.pop()
        if is_secret(current):
            found.append(current)
        elif isinstance(inside, dict):
            pending.extend((f"{current}.{child}"[-256:], item) for child, item in inside.items())
    return found
