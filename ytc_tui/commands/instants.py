"""Instants as people type them. Decides what `--from` and `--to` accept; imports errors and the model."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ytc_tui.errors import UsageInvalid
from ytc_tui.model.market import NS_PER_DAY, NS_PER_S

# Bars outside these are no market data: a feed reads times from 1973 to 2255.
_FROM_YEAR, _BEYOND_YEAR = 1973, 2255
_SPEED_DIGITS = 9
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?Z?")


def parse_instant(text: str, flag: str) -> int:
    """UTC nanoseconds of `2022-11-08T12:00Z`, with any ISO 8601 offset; without one it is UTC.

    Raises UsageInvalid, naming `flag`, for anything else and for years that no feed has.
    """
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageInvalid(
            f"{text!r} is not a time", where=flag, fix="write it like 2022-11-08T12:00Z"
        ) from None
    if not _FROM_YEAR <= read.year < _BEYOND_YEAR:
        raise UsageInvalid(
            f"{text!r} is no time of a market",
            where=flag,
            fix=f"years are {_FROM_YEAR} to {_BEYOND_YEAR - 1}",
        )
    if read.tzinfo is None:
        read = read.replace(tzinfo=UTC)
    return int(read.timestamp()) * NS_PER_S


def parse_moment(text: str, from_ns: int, flag: str) -> int:
    """As `parse_instant`, or a clock time `04:41` (UTC): the first such one at or after `from_ns`."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return parse_instant(text, flag)
    hour, minute, second = (int(part or 0) for part in clock.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise UsageInvalid(f"{text!r} is not a time of day", where=flag, fix="write it like 04:41")
    wanted_ns = ((hour * 60 + minute) * 60 + second) * NS_PER_S
    day_ns = from_ns // NS_PER_DAY * NS_PER_DAY
    return day_ns + wanted_ns + (NS_PER_DAY if day_ns + wanted_ns < from_ns else 0)


def parse_speed(text: str) -> int | None:
    """Feed seconds a real second; None for `max`. Raises UsageInvalid."""
    if text == "max":
        return None
    if text.isascii() and text.isdigit() and len(text) <= _SPEED_DIGITS and int(text) >= 1:
        return int(text)
    raise UsageInvalid(f"{text!r} is not a speed", where="--speed", fix="write 1, 60, ... or max")
