"""The canonical form of values: dataclasses to sorted, compact JSON and back.

Decides the bytes that the journal hashes: Decimal as string, enum as its value, tuples as lists,
keys sorted, floats rounded to `FLOAT_DIGITS`, no NaN (safety.md 4.3, semantics.md 7).
Invariant: decode(encode(x)) == x for every dataclass of the model.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from functools import cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

FLOAT_DIGITS = 10

ValueT = TypeVar("ValueT")
Json = Any  # what json.loads gives: dict, list, str, int, float, bool or None

_dumps = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_quoted: Callable[[str], str] = encode_basestring
_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
# One expression of both would take fifty times as long: what it begins with would not be plain text.
_LONG_FRACTION = re.compile(r"\.[0-9]{11}")
_EXPONENT = re.compile(r"e-[0-9]")
_NUMBER_AS_KEY = re.compile(r'"-?[0-9][^"]*":')


class Plain(dict[str, Any]):
    """JSON data in canonical form already, with its text; made by `plain` alone and never changed."""

    __slots__ = ("text",)

    text: str


def plain(data: Mapping[str, Any]) -> Plain:
    """A copy of `data` as canonical JSON data, at the speed of the JSON library.

    TypeError or ValueError when it holds anything but JSON, or a number that is not finite.
    """
    return from_text(plain_text(data))


def from_text(text: str) -> Plain:
    """The JSON object whose canonical text this is."""
    result = Plain(json.loads(text))
    result.text = text
    return result


def plain_text(data: Mapping[str, Any]) -> str:
    """The canonical text of JSON data; raises as `plain` does."""
    try:
        text = _dumps(data)
    except TypeError:  # keys of several types have no order before they are text
        text = ""
    if not text or _may_change(text):
        text = json.dumps(data, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        text = _dumps(json.loads(text, parse_float=_rounded))
    return text


def _may_change(text: str) -> bool:
    """Whether a float may have too many digits, or a key may have been a number and sorted as one."""
    return bool(_LONG_FRACTION.search(text) or _EXPONENT.search(text) or _NUMBER_AS_KEY.search(text))


def _rounded(text: str) -> float:
    return round(float(text), FLOAT_DIGITS)


def told_float(value: float | None) -> float | None:
    """`value` with as many digits as are written."""
    return None if value is None else round(value, FLOAT_DIGITS)


def decimal_text(value: Decimal) -> str:
    """All digits of `value`, never an exponent."""
    text = str(value)  # three times as quick as format, and the same unless it has an exponent
    return format(value, "f") if "E" in text else text


def to_json(value: object) -> Json:
    """`value` as plain JSON data; raises TypeError on a type that has no canonical form."""
    kind: type = type(value)
    return value if kind in _AS_THEY_ARE else _encoder(kind)(value)


def _of_float(value: Any) -> Json:
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value!r}")
    return round(value, FLOAT_DIGITS)


def _of_enum(value: Any) -> Json:
    return value._value_  # the value itself, without the property around it


def _of_mapping(value: Any) -> Json:
    return {str(key): to_json(item) for key, item in value.items()}


def _of_sequence(value: Any) -> Json:
    return [to_json(item) for item in value]


def _of_record(kind: type) -> Callable[[Any], Json]:
    names = _field_names(kind)
    return lambda value: {name: to_json(getattr(value, name)) for name in names}


@cache
def _encoder(kind: type) -> Callable[[Any], Json]:
    """How values of exactly this type are written; built once per type."""
    if kind is Plain or kind in _AS_THEY_ARE:
        return _plain
    if issubclass(kind, float):
        return _of_float
    if issubclass(kind, Decimal):
        return decimal_text
    if issubclass(kind, Enum):
        return _of_enum
    if dataclasses.is_dataclass(kind):
        return _of_record(kind)
    if issubclass(kind, Mapping):
        return _of_mapping
    if issubclass(kind, tuple | list):
        return _of_sequence
    raise TypeError(f"no canonical form for {kind.__name__}")


def canonical(value: object) -> str:
    """`value` as canonical JSON text."""
    return _WRITERS[type(value)](value)


def in_order(value: object) -> str:
    """`value` as JSON text whose mappings keep the order in which they were filled.

    For what is read back and gone on with; what is hashed is `canonical`.
    """
    return json.dumps(to_json(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class _Writers(dict[type, Callable[[Any], str]]):
    """How values of exactly each type become text at once, with no tree between; built once per type."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        encode = _encoder(kind)
        if kind is Plain:
            writer: Callable[[Any], str] = attrgetter("text")
        elif encode is _of_mapping:
            writer = _mapping_text
        elif encode is _of_sequence:
            writer = _sequence_text
        elif encode is _of_enum:
            members = cast(type[Enum], kind)
            writer = {member: _leaf_text(encode)(member) for member in members}.__getitem__
        elif dataclasses.is_dataclass(kind):
            writer = _record_text(kind)
        else:
            writer = _leaf_text(encode)
        self[kind] = writer
        return writer


def _leaf_text(encode: Callable[[Any], Json]) -> Callable[[Any], str]:
    def text(value: Any) -> str:
        plain_value = encode(value)
        return _quoted(plain_value) if isinstance(plain_value, str) else _dumps(plain_value)

    return text


def _mapping_text(value: Any) -> str:
    items = {str(key): item for key, item in value.items()}
    texts = [f"{_quoted(key)}:{_WRITERS[type(items[key])](items[key])}" for key in sorted(items)]
    return "{" + ",".join(texts) + "}"


def _sequence_text(value: Any) -> str:
    return "[" + ",".join([_WRITERS[type(item)](item) for item in value]) + "]"


def _record_text(kind: type) -> Callable[[Any], str]:
    names = sorted(_field_names(kind))
    frame = "{" + ",".join(f'"{name}":%s' for name in names) + "}"
    read = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]
    return lambda value: frame % tuple([_WRITERS[type(item)](item) for item in read(value)])


_WRITERS = _Writers({str: _quoted, int: int.__repr__, float: lambda value: repr(_of_float(value))})


def from_json(kind: type[ValueT], data: Json) -> ValueT:
    """A `kind` from its plain JSON data; raises ValueError naming the field that does not fit."""
    decode: Callable[[Json], Any] = _decoder(cast(Any, kind))
    return cast(ValueT, decode(data))


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _plain(data: Json) -> Json:
    return data


def _member_of(kind: type[Enum]) -> Callable[[Json], Enum]:
    members = {member.value: member for member in kind}

    def decode(data: Json) -> Enum:
        try:
            return members[data]
        except (KeyError, TypeError):
            return kind(data)  # raises, in the words of the type

    return decode


def _tuple_of(items: tuple[Any, ...]) -> Callable[[Json], tuple[Any, ...]]:
    if len(items) == 2 and items[1] is Ellipsis:
        inner = _decoder(items[0])
        return tuple if inner is _plain else lambda data: tuple([inner(item) for item in data])
    inners = [_decoder(item) for item in items]
    return lambda data: tuple([inner(item) for inner, item in zip(inners, data, strict=True)])


def _mapping_of(items: tuple[Any, ...]) -> Callable[[Json], dict[Any, Any]]:
    key, value = (_decoder(item) for item in items)
    if key is value is _plain:
        return lambda data: {**data}
    return lambda data: {key(k): value(v) for k, v in data.items()}


def _record(kind: type) -> Callable[[Json], Any]:
    hints = get_type_hints(kind)
    decoders = {name: _decoder(hints[name]) for name in _field_names(kind)}
    changed = [(name, decoder) for name, decoder in decoders.items() if decoder is not _plain]

    def decode(data: Json) -> Any:
        if not isinstance(data, dict):
            raise ValueError(f"{kind.__name__}: not an object")
        values = {**data}
        for name, inner in changed:
            if name not in values:
                continue
            try:
                values[name] = inner(values[name])
            except (ValueError, TypeError, KeyError, ArithmeticError) as error:
                raise ValueError(f"{kind.__name__}.{name}: {error}") from error
        try:
            return kind(**values)
        except TypeError as error:
            unknown = values.keys() - decoders.keys()
            problem = f"unknown fields {sorted(unknown)}" if unknown else str(error)
            raise ValueError(f"{kind.__name__}: {problem}") from error

    return decode


@cache
def _decoder(kind: Any) -> Callable[[Json], Any]:
    """The function that reads one annotated type; built once per type."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        rest = [arg for arg in args if arg is not type(None)]
        if len(rest) != 1:
            raise TypeError(f"a union cannot be decoded: {kind}")
        inner = _decoder(rest[0])
        return _plain if inner is _plain else lambda data: None if data is None else inner(data)
    if origin is tuple:
        return _tuple_of(args)
    if origin in (dict, Mapping, typing.Mapping):
        return _mapping_of(args)
    if kind is Decimal or kind is float:
        return cast(Callable[[Json], Any], kind)
    if kind in (str, int, bool, Any):
        return _plain
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _member_of(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    if hasattr(kind, "_make"):  # a NamedTuple, written as the list of its values
        values = _tuple_of(tuple(get_type_hints(kind).values()))
        return lambda data: kind._make(values(data))
    raise TypeError(f"no decoder for {kind}")
