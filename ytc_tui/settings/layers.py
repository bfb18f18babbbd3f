"""Layers of given values: what flags and the environment give, by key, each with its origin.

Decides which names are accepted and how a problem with one is put into words; values are judged
later, by the models. Imports the catalog, the prefix of secrets and the errors. Invariant: a name that is
not a key never passes silently, and the value of a secret never reaches a message.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ytc_tui.adapters.secrets import ENV_PREFIX as SECRET_PREFIX
from ytc_tui.errors import ConfigInvalid
from ytc_tui.settings.catalog import (
    ANY_NAME,
    ENV_PREFIX,
    KeySpec,
    Table,
    canonical,
    catalog,
    env_name,
    nearest,
    plain,
    resolve,
)

# Variables with the prefix that are not settings: where the tests find large data files.
RESERVED_ENV = frozenset({"YTC_TEST_DATA"})

_SHOWN_CHARS_MAX = 60
_SECRET = re.compile(
    r"api_?key|secret|passw(or)?d|passphrase|private_?key|(^|[._])token|credential|mnemonic",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was given, and where: "flag", "env YTC_...", "file PATH:LINE"."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Layer:
    """The values of one source by dotted key, and what is wrong with its names."""

    values: dict[str, Given] = field(default_factory=dict)
    problems: list[ConfigInvalid] = field(default_factory=list)

    def put(self, key: str, spec: KeySpec, given: Given) -> None:
        """Takes a value for `key`, which `spec` describes."""
        key = canonical(key, spec)
        if key in self.values:
            self.problems.append(ConfigInvalid(f"{key} is given twice", where=given.origin))
        self.values[key] = given

    def tree(self) -> dict[str, Any]:
        """The values as nested mappings."""
        nested: dict[str, Any] = {}
        for key, given in self.values.items():
            *tables, leaf = key.split(".")
            place = nested
            for name in tables:
                place = place.setdefault(name, {})
            place[leaf] = given.value
        return nested


def flag_layer(overrides: Mapping[str, str]) -> Layer:
    """Values given as `--set a.b=c`, or by a flag of their own, by dotted key."""
    layer = Layer()
    for key, text in overrides.items():
        _put_text(layer, key, text, "flag", name=key, like=nearest(key))
    return layer


def env_layer(environment: Mapping[str, str]) -> Layer:
    """Values given as `YTC_SECTION__KEY`; any other variable with the prefix is a problem."""
    layer = Layer()
    for name, text in sorted(environment.items()):
        if not name.startswith(ENV_PREFIX) or name in RESERVED_ENV or name.startswith(SECRET_PREFIX):
            continue
        key = name.removeprefix(ENV_PREFIX).replace("__", ".")
        # A name that is not all upper case names no key, and gets the right spelling as an answer.
        key = key.lower() if key.isupper() else key
        _put_text(layer, key, text, f"env {name}", name=name, like=_nearest_variable(name))
    return layer


def _nearest_variable(name: str) -> str:
    known = [env_name(key) for key in catalog() if ANY_NAME not in key]
    close = difflib.get_close_matches(name.upper()[:128], known, n=1, cutoff=0.75)
    if close:
        return close[0]
    found = nearest(name.removeprefix(ENV_PREFIX).replace("__", "."))
    return env_name(found) if found else ""


def _put_text(layer: Layer, key: str, text: str, origin: str, *, name: str, like: str) -> None:
    match resolve(key):
        case KeySpec() as spec:
            try:
                value = _list_of(text) if spec.is_list else text
            except (ValueError, ArithmeticError, RecursionError):
                layer.problems.append(wrong_value(key, text, origin, spec))
            else:
                layer.put(key, spec, Given(value, origin))
        case Table():
            layer.problems.append(needs_table(name, origin))
        case None:
            layer.problems.append(unknown(name, origin, like))


def _list_of(text: str) -> list[Any]:
    """A list as text: `BTCUSDT,ETHUSDT`, or a TOML array for items with commas."""
    if text.lstrip().startswith("["):
        value = tomllib.loads(f"value = {text.strip()}")["value"]
        return value if isinstance(value, list) else [value]
    items = [item.strip() for item in text.split(",") if item.strip()]
    if text.strip() and not items:
        raise ValueError("commas alone are no list")
    return items


def shown(value: Any) -> str:
    """`value` for a message: one line, of bounded length."""
    try:
        written = value if isinstance(value, Decimal | int | float) else plain(value)
        is_number = isinstance(written, Decimal)
        text = str(written) if is_number else json.dumps(written, default=str, ensure_ascii=True)
    except (ValueError, RecursionError):
        return "a value too long to show"
    return text if len(text) <= _SHOWN_CHARS_MAX else text[:_SHOWN_CHARS_MAX] + "..."


def shown_name(name: str) -> str:
    """A foreign name for a message: printable, of bounded length."""
    text = name if name.isprintable() else json.dumps(name)
    return text if len(text) <= _SHOWN_CHARS_MAX else text[:_SHOWN_CHARS_MAX] + "..."


def is_secret(name: str) -> bool:
    """Whether `name` is that of a credential."""
    return _SECRET.search(name) is not None


def unknown(name: str, origin: str, like: str) -> ConfigInvalid:
    """`name` is no key; `like` is the nearest that is, or empty."""
    if is_secret(name):
        return secret(name, origin)
    fix = f"did you mean {like}?" if like else "`ytc config show` lists every key"
    return ConfigInvalid(f"unknown key {shown_name(name)}", where=origin, fix=fix)


def secret(name: str, origin: str) -> ConfigInvalid:
    """`name` is that of a credential, which no setting may hold."""
    return ConfigInvalid(
        f"{shown_name(name)} looks like a credential, and settings never hold credentials",
        where=origin,
        fix="remove it: settings are shown on screens and hashed into the journal; a secret goes into "
        f"the keyring or into a variable {SECRET_PREFIX}NAME",
    )


def needs_table(name: str, origin: str) -> ConfigInvalid:
    """A value was given where a table of keys belongs."""
    return ConfigInvalid(
        f"{shown_name(name)} is a table, not a value",
        where=origin,
        fix="give one of its keys; `ytc config explain TABLE` lists them",
    )


def wrong_value(key: str, value: Any, origin: str, spec: KeySpec, reason: str = "") -> ConfigInvalid:
    """`value` is outside what `spec` allows."""
    what = f"{key} = {shown(value)} is not allowed" + (f", {reason}" if reason else "")
    unit = f", in {spec.unit}" if spec.unit else ""
    return ConfigInvalid(what, where=origin, fix=f"allowed: {spec.allowed}{unit}")
