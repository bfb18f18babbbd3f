"""Column types of the tables: exact decimals and JSON documents, both kept as text in SQLite.

Decides how a value is written in its column. May import sqlalchemy and the model.
Invariant: the declared type names ("DECIMAL TEXT", "JSON TEXT") are what `schema` reads values
back by, so that a reader needs no import of the table classes.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.types import JSON, Numeric, TypeDecorator, TypeEngine, UserDefinedType

from ytc_tui.adapters.stores.values import DECIMAL_TYPE, JSON_TYPE
from ytc_tui.adapters.untrusted_json import loads
from ytc_tui.model.codec import canonical


class _NamedText(UserDefinedType[str]):
    """A SQLite column of TEXT affinity under a name of its own."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


class DecimalText(TypeDecorator[Decimal]):
    """A Decimal: exact text in SQLite, NUMERIC elsewhere."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _NamedText(DECIMAL_TYPE) if dialect.name == "sqlite" else dialect.type_descriptor(Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class JsonText(TypeDecorator[Any]):
    """A JSON document: canonical text in SQLite, JSON elsewhere."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return _NamedText(JSON_TYPE) if dialect.name == "sqlite" else dialect.type_descriptor(JSON())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return canonical(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value
