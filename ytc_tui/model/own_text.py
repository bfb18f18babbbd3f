"""Levels, biases and notes from what a person types, on the desk as in the shell.

Decides which text is a price, a band, a kind or a code. Standard library and the model only. Invariant:
ValueError names the field, what was typed and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from ytc_tui.model.own import AddLevel, Bias, LevelAlert, WriteNote, unknown_code
from ytc_tui.model.structure import ZoneRole

BAND = ".."
BY_SIDE = ("", "side")
_SHOWN = 40


def read_level(prices: str, kind: str, label: str, alert: str, until_ns: int = 0) -> AddLevel:
    """A level from `20150` or `20100..20200`; an empty `kind` is by the side of the price."""
    low, _, high = prices.partition(BAND)
    first = _price(low)
    return AddLevel(first, _price(high) if high else first, _role(kind), label, until_ns, read_alert(alert))


def read_alert(text: str) -> LevelAlert:
    """What is told of a level; empty = nothing."""
    word = text.strip().lower() or LevelAlert.NONE
    if word not in set(LevelAlert):
        raise ValueError(f"alert {text[:_SHOWN]!r} is not allowed: {', '.join(LevelAlert)}")
    return LevelAlert(word)


def read_bias(text: str) -> Bias:
    word = text.strip().lower().replace("-", "_")
    if word not in set(Bias):
        raise ValueError(f"bias {text[:_SHOWN]!r} is not allowed: {', '.join(Bias)}")
    return Bias(word)


def read_note(
    text: str, tags: Iterable[str], mistakes: Iterable[str], codes: Iterable[str], at_ns: int = 0
) -> WriteNote:
    """A note whose mistakes are among `codes`; a # before a tag is taken off."""
    named = tuple(code.strip().lower() for code in mistakes if code.strip())
    problem = unknown_code(named, codes)
    if problem:
        raise ValueError(problem)
    marks = tuple(tag.strip().lower().removeprefix("#") for tag in tags if tag.strip())
    return WriteNote(text.strip(), marks, named, at_ns)


def _role(kind: str) -> ZoneRole | None:
    word = kind.strip().lower()
    if word in BY_SIDE:
        return None
    if word not in set(ZoneRole):
        raise ValueError(f"kind {kind[:_SHOWN]!r} is not allowed: {', '.join(ZoneRole)}, or none (by side)")
    return ZoneRole(word)


def _price(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        allowed = f"digits with a point, like 1484.94, or a band low{BAND}high"
        raise ValueError(f"price {text[:_SHOWN]!r} is not a number: {allowed}") from None
