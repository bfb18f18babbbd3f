"""The catalog of every key: range, unit, environment name, spec 000 name, value in effect.

Decides what a key is called in a file, in the environment and in spec 000, and what is nearest to a
name that is none. Invariant: the catalog is derived from the models alone, nothing is listed twice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ytc_tui.settings.tree import Settings

ENV_PREFIX = "YTC_"
ANY_NAME = "*"

_FREE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_UNITS = {
    "pct": "percent (3 means 3 %)",
    "bps": "basis points (100 = 1 %)",
    "hours": "hours",
    "days": "days",
    "min": "minutes",
    "ms": "milliseconds",
    "s": "seconds",
    "ticks": "ticks",
    "bars": "bars",
    "mb": "megabytes",
    "atr": "ATR",
    "r": "R, multiples of the risk taken",
    "balance": "account.currency",
    "notional": "account.currency",
}


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What is known of one key. A table of free names has `*` in the key: `agents.*.weight`."""

    key: str
    field: FieldInfo

    @property
    def _extra(self) -> dict[str, Any]:
        extra = self.field.json_schema_extra
        return dict(extra) if isinstance(extra, dict) else {}

    @property
    def meaning(self) -> str:
        """The description without the spec 000 names that end it."""
        return (self.field.description or "").partition(" (spec 000:")[0]

    @property
    def env(self) -> str:
        return env_name(self.key)

    @property
    def spec_names(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in str(self._extra["spec"]).split(",") if name.strip())

    @property
    def decides(self) -> bool:
        """Whether the value can change what is traded."""
        return bool(self._extra["decides"])

    @property
    def upper_names(self) -> bool:
        """Whether the free names of this table are upper case."""
        return str(self._extra["name_case"]) == "upper"

    @property
    def is_list(self) -> bool:
        return get_origin(self.field.annotation) is tuple

    @property
    def unit(self) -> str:
        if not _bounds(self.field).keys() & {"ge", "le"}:
            return ""
        leaf = self.key.rsplit(".", 1)[-1]
        return _UNITS.get(leaf.rsplit("_", 1)[-1], "")

    @property
    def allowed(self) -> str:
        """The range or the choices, in words."""
        words = str(self._extra["allowed"])
        return words or _allowed(self.field)


def canonical(key: str, spec: KeySpec) -> str:
    """`key` as it is stored: the free name of a table of upper-case names in upper case."""
    if not spec.upper_names:
        return key
    table, _, name = key.rpartition(".")
    return f"{table}.{name.upper()}"


def env_name(key: str) -> str:
    """`risk.max_positions` -> `YTC_RISK__MAX_POSITIONS`."""
    return ENV_PREFIX + key.replace(".", "__").upper()


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    return ()


def _bounds(field: FieldInfo) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for constraint in field.metadata:
        for name in ("ge", "le", "min_length", "max_length"):
            value = getattr(constraint, name, None)
            if value is not None:
                found[name] = value
    return found


def _allowed(field: FieldInfo) -> str:
    annotation = field.annotation
    origin = get_origin(annotation)
    if origin is tuple:
        choices = _choices(get_args(annotation)[0])
        return "a list of " + (", ".join(choices) if choices else "texts in quotes")
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        choices = _choices(get_args(annotation)[1])
        return ", ".join(choices)
    if choices := _choices(annotation):
        return ", ".join(choices)
    if annotation is bool:
        return "true or false"
    bounds = _bounds(field)
    if "ge" in bounds and "le" in bounds:
        kind = "a whole number" if annotation is int else "a number"
        return f"{kind} from {bounds['ge']} to {bounds['le']}"
    if "max_length" in bounds:
        return f"a text in quotes of at most {bounds['max_length']} characters"
    return "a text in quotes"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of keys; `*` stands for a free name."""

    key: str
    children: dict[str, Table | KeySpec] = field(default_factory=dict)

    def child(self, name: str) -> Table | KeySpec | None:
        """The table or key called `name` here; None when there is none or the free name is ill-formed."""
        if ANY_NAME in self.children:
            return self.children[ANY_NAME] if _FREE_NAME.fullmatch(name) else None
        return self.children.get(name)

    def leaves(self) -> Iterator[KeySpec]:
        for node in self.children.values():
            if isinstance(node, Table):
                yield from node.leaves()
            else:
                yield node


def _table(model: type[BaseModel], prefix: str) -> Table:
    table = Table(prefix)
    for name, info in model.model_fields.items():
        key = f"{prefix}.{name}" if prefix else name
        annotation = info.annotation
        origin = get_origin(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            table.children[name] = _table(annotation, key)
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            item = get_args(annotation)[1]
            item_key = f"{key}.{ANY_NAME}"
            is_model = isinstance(item, type) and issubclass(item, BaseModel)
            node = _table(item, item_key) if is_model else KeySpec(item_key, info)
            table.children[name] = Table(key, {ANY_NAME: node})
        else:
            table.children[name] = KeySpec(key, info)
    return table


@cache
def root() -> Table:
    """The tree of tables and keys."""
    return _table(Settings, "")


@cache
def catalog() -> Mapping[str, KeySpec]:
    """Every key, in the order of the models."""
    return {spec.key: spec for spec in root().leaves()}


def resolve(key: str) -> Table | KeySpec | None:
    """What a dotted key names; free names stand as themselves (`agents.trend.weight`)."""
    node: Table | KeySpec | None = root()
    for part in key.split("."):
        node = node.child(part) if isinstance(node, Table) else None
    return node


@cache
def _aliases() -> Mapping[str, str]:
    """Other names of keys: spec 000 names, and last parts that only one key has."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    for key in catalog():
        leaf = key.rsplit(".", 1)[-1]
        shared.add(leaf) if leaf in found else found.setdefault(leaf, key)
    unique = {leaf: key for leaf, key in found.items() if leaf not in shared and leaf != ANY_NAME}
    for key, spec in catalog().items():
        for name in spec.spec_names:
            unique[name] = key
            unique.setdefault(name.rsplit(".", 1)[-1], key)
    return unique


def named(name: str) -> str:
    """The key that a spec 000 name or an unshared last part stands for; empty when none."""
    return _aliases().get(name, "")


def nearest(key: str) -> str:
    """The known key or table closest to `key` in spelling; empty when nothing is close."""
    lowered = key.lower()[:128]
    leaf = lowered.rsplit(".", 1)[-1]
    if exact := named(lowered) or named(leaf):
        return exact
    parent, _, _ = lowered.rpartition(".")
    table = resolve(parent) if parent else root()
    if isinstance(table, Table):
        prefix = f"{parent}." if parent else ""
        siblings = [name for name in table.children if name != ANY_NAME]
        if close := difflib.get_close_matches(leaf, siblings, n=1, cutoff=0.6):
            return prefix + close[0]
    if close := difflib.get_close_matches(lowered, list(catalog()), n=1, cutoff=0.6):
        return close[0]
    close = difflib.get_close_matches(leaf, list(_aliases()), n=1, cutoff=0.7)
    return _aliases()[close[0]] if close else ""


def plain(value: Any) -> Any:
    """`value` as JSON can hold it, one form for equal values: Decimal as text without needless zeros."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return format((value + 0).normalize(), "f")
        case float():
            return value + 0.0
        case time():
            return value.isoformat("seconds" if value.second else "minutes")
        case tuple() | list():
            return [plain(item) for item in value]
        case _:
            return value


def effective(settings: Settings) -> dict[str, Any]:
    """Every key in effect and its value; free names stand as themselves."""
    found: dict[str, Any] = {}
    _collect(root(), settings, "", found)
    return found


def _collect(table: Table, values: Any, prefix: str, found: dict[str, Any]) -> None:
    names = values if isinstance(values, Mapping) else table.children
    for name in names:
        node = table.children.get(ANY_NAME, table.children.get(name))
        value = values[name] if isinstance(values, Mapping) else getattr(values, name)
        key = f"{prefix}{name}"
        if isinstance(node, Table):
            _collect(node, value, f"{key}.", found)
        else:
            found[key] = value
