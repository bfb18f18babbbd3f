"""The instrument table: which symbols can be traded, in which steps, at which fees.

Decides whether a row of instruments.toml is complete and sound (semantics.md 4). Imports model and errors.
Invariant: no key has a default; numbers are read as exact decimals, never through a float.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path

from ytc_tui.errors import ConfigInvalid, DataInvalid
from ytc_tui.model.market import Instrument, InstrumentKind

KEYS = tuple(field.name for field in fields(Instrument) if field.name != "symbol")
_SYMBOL = re.compile(r"[A-Z0-9]{2,30}")
_ABOVE_ZERO = ("tick", "lot", "contract_size")
# A fee beyond this is a percentage written as a fraction.
_LARGEST_FEE = Decimal("0.05")


def load_instruments(path: Path | None) -> dict[str, Instrument]:
    """The table in `path`, or the bundled one. DataInvalid names file, symbol and key of what is wrong."""
    where = str(path) if path is not None else "instruments.toml"
    try:
        text = (files("ytc_tui").joinpath("data", "instruments.toml") if path is None else path).read_text(
            "utf-8"
        )
        tables = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise DataInvalid(f"cannot be read: {error.strerror}", where=where) from error
    except UnicodeDecodeError as error:
        raise DataInvalid("is not UTF-8 text", where=where) from error
    except tomllib.TOMLDecodeError as error:
        raise DataInvalid(f"is not TOML: {error}", where=where) from error
    return {symbol: _instrument(symbol, table, where) for symbol, table in tables.items()}


def instrument_for(symbol: str, table: Mapping[str, Instrument]) -> Instrument:
    """The row of `symbol`. ConfigInvalid names the keys to give for an unknown symbol."""
    try:
        return table[symbol]
    except KeyError:
        raise ConfigInvalid(
            f"no instrument {symbol}; missing keys: {', '.join(KEYS)}",
            where="instruments.toml",
            fix=f"add a table [{symbol}] with these keys; known are {', '.join(sorted(table)) or 'none'}",
        ) from None


def _instrument(symbol: str, table: object, where: str) -> Instrument:
    if not _SYMBOL.fullmatch(symbol):
        raise DataInvalid(
            f"{symbol!a} is not a symbol", where=where, fix="write tables like [BTCUSDT]: capitals and digits"
        )
    if not isinstance(table, dict):
        raise DataInvalid(f"{symbol} is not a table", where=where, fix=f"write [{symbol}] and its keys below")
    for what, keys in (("unknown", sorted(set(table) - set(KEYS))), ("missing", _missing(table))):
        if keys:
            raise DataInvalid(f"{what} keys: {', '.join(keys)}", where=f"{where}, [{symbol}]", fix=_KEYS_FIX)
    place = f"{where}, [{symbol}]"
    decimals = {key: _decimal(table[key], f"{place} {key}") for key in KEYS if key not in ("kind", "quote")}
    instrument = Instrument(
        symbol=symbol,
        kind=_kind(table["kind"], f"{place} kind"),
        quote=_quote(table["quote"], f"{place} quote"),
        **decimals,
    )
    _refuse_nonsense(instrument, place)
    return instrument


_KEYS_FIX = f"a row has exactly: {', '.join(KEYS)}"


def _missing(table: Mapping[str, object]) -> list[str]:
    return [key for key in KEYS if key not in table]


def _decimal(value: object, where: str) -> Decimal:
    if isinstance(value, Decimal | int | str) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise DataInvalid(f"{value!a} is not a number", where=where, fix="write a plain decimal number")


def _kind(value: object, where: str) -> InstrumentKind:
    try:
        return InstrumentKind(str(value))
    except ValueError:
        kinds = ", ".join(InstrumentKind)
        raise DataInvalid(
            f"{value!a} is no kind of instrument", where=where, fix=f"one of: {kinds}"
        ) from None


def _quote(value: object, where: str) -> str:
    if isinstance(value, str) and _SYMBOL.fullmatch(value):
        return value
    raise DataInvalid(f"{value!a} is not a currency", where=where, fix='write a currency like "USDT"')


def _refuse_nonsense(row: Instrument, place: str) -> None:
    rules = [(key, getattr(row, key) > 0, "must be above 0") for key in _ABOVE_ZERO]
    rules += [
        ("min_notional", row.min_notional >= 0, "must not be below 0"),
        ("maker_fee", abs(row.maker_fee) <= _LARGEST_FEE, f"must be a fraction within {_LARGEST_FEE}"),
        ("taker_fee", 0 <= row.taker_fee <= _LARGEST_FEE, f"must be a fraction from 0 to {_LARGEST_FEE}"),
        ("max_leverage", row.max_leverage >= 1, "must be at least 1"),
        (
            "maintenance_margin",
            0 <= row.maintenance_margin * row.max_leverage < 1,
            "must be at least 0 and below 1 / max_leverage",
        ),
    ]
    for key, ok, rule in rules:
        if not ok:
            raise DataInvalid(f"{getattr(row, key)} {rule}", where=f"{place} {key}")
