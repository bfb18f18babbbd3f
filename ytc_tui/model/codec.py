"""The canonical form of values: dataclasses to sorted, compact JSON and back.

Decides the bytes that the journal hashes: Decimal as string, enum as its value, tuples as lists,
keys sorted, floats rounded to `FLOAT_DIGITS`, no NaN (safety.md 4.3, semantics.md 7).
Invariant: decode(encode(x)) == x for every dataclass of the model.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

FLOAT_DIGITS = 10

ValueT = TypeVar("ValueT")
Json = Any  # what json.loads gives: dict, list, str, int, float, bool or None


class Plain(dict[str, Any]):
    """JSON data in canonical form already, which is not walked again; made by `plain` alone."""


def plain(data: Mapping[str, Any]) -> Plain:
    """A copy of `data` as canonical JSON data, at the speed of the JSON library.

    TypeError or ValueError when it holds anything but JSON, or a number that is not finite.
    """
    text = json.dumps(data, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return Plain(json.loads(text, parse_float=_rounded))


def _rounded(text: str) -> float:
    return round(float(text), FLOAT_DIGITS)


def to_json(value: object) -> Json:
    """`value` as plain JSON data; raises TypeError on a type that has no canonical form."""
    kind: Any = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is Plain:
        return value
    if kind is dict:
        return {str(key): to_json(item) for key, item in cast(dict[Any, Any], value).items()}
    if kind is list or kind is tuple:
        return [to_json(item) for item in cast(list[Any], value)]
    return _encoder(kind)(value)


def _of_float(value: Any) -> Json:
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value!r}")
    return round(value, FLOAT_DIGITS)


def _of_decimal(value: Any) -> Json:
    return format(value, "f")


def _of_enum(value: Any) -> Json:
    return value.value


@cache
def _encoder(kind: type) -> Callable[[Any], Json]:
    """How values of exactly this type are written; built once per type."""
    if issubclass(kind, float):
        return _of_float
    if issubclass(kind, Decimal):
        return _of_decimal
    if issubclass(kind, Enum):
        return _of_enum
    if dataclasses.is_dataclass(kind):
        names = _field_names(kind)
        return lambda value: {name: to_json(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {str(key): to_json(item) for key, item in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [to_json(item) for item in value]
    raise TypeError(f"no canonical form for {kind.__name__}")


def canonical(value: object) -> str:
    """`value` as canonical JSON text."""
    return json.dumps(to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def from_json(kind: type[ValueT], data: Json) -> ValueT:
    """A `kind` from its plain JSON data; raises ValueError naming the field that does not fit."""
    decode: Callable[[Json], Any] = _decoder(cast(Any, kind))
    return cast(ValueT, decode(data))


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _plain(data: Json) -> Json:
    return data


def _decimal(data: Json) -> Decimal:
    return Decimal(data)


def _number(data: Json) -> float:
    return float(data)


def _optional(inner: Callable[[Json], Any]) -> Callable[[Json], Any]:
    return lambda data: None if data is None else inner(data)


def _tuple_of(items: tuple[Any, ...]) -> Callable[[Json], tuple[Any, ...]]:
    if len(items) == 2 and items[1] is Ellipsis:
        inner = _decoder(items[0])
        return lambda data: tuple(inner(item) for item in data)
    inners = [_decoder(item) for item in items]
    return lambda data: tuple(inner(item) for inner, item in zip(inners, data, strict=True))


def _mapping_of(items: tuple[Any, ...]) -> Callable[[Json], dict[Any, Any]]:
    key, value = (_decoder(item) for item in items)
    return lambda data: {key(k): value(v) for k, v in data.items()}


def _record(kind: type) -> Callable[[Json], Any]:
    hints = get_type_hints(kind)
    decoders = {name: _decoder(hints[name]) for name in _field_names(kind)}

    def decode(data: Json) -> Any:
        values = {}
        for name, inner in decoders.items():
            if name not in data:
                continue
            try:
                values[name] = inner(data[name])
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise ValueError(f"{kind.__name__}.{name}: {error}") from error
        unknown = set(data) - set(decoders)
        if unknown:
            raise ValueError(f"{kind.__name__}: unknown fields {sorted(unknown)}")
        try:
            return kind(**values)
        except TypeError as error:
            raise ValueError(f"{kind.__name__}: {error}") from error

    return decode


@cache
def _decoder(kind: Any) -> Callable[[Json], Any]:
    """The function that reads one annotated type; built once per type."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        rest = [arg for arg in args if arg is not type(None)]
        if len(rest) != 1:
            raise TypeError(f"a union cannot be decoded: {kind}")
        return _optional(_decoder(rest[0]))
    if origin is tuple:
        return _tuple_of(args)
    if origin in (dict, Mapping, typing.Mapping):
        return _mapping_of(args)
    if kind is Decimal:
        return _decimal
    if kind is float:
        return _number
    if kind in (str, int, bool, Any):
        return _plain
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    raise TypeError(f"no decoder for {kind}")
