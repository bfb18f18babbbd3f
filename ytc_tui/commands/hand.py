"""Commands by hand on one position, and the ticket, from what was typed.

Decides which text is a number, a side or a part. Imports the model and errors. Invariant: a value that is
not allowed is refused here, with its flag, before anything is sent.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ytc_tui.commands.places import command_of
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket
from ytc_tui.model.market import Side

BREAKEVEN = "breakeven"


def close_command(about: str, part_pct: str, reason: str) -> Command:
    """Close `part_pct` percent of the trade or symbol `about`."""
    pct = _number(part_pct.removesuffix("%"), "--part")
    try:
        return command_of("close", reason, _named(about), action=ClosePart(pct))
    except ValueError as error:
        raise UsageInvalid(str(error), where="--part") from None


def stop_command(about: str, price: str, reason: str) -> Command:
    """Tighten the stop of `about` to a price, or to breakeven."""
    wanted = None if price.lower() == BREAKEVEN else _number(price, "PRICE", f"a price or {BREAKEVEN}")
    try:
        return command_of("stop", reason, _named(about), action=MoveStop(wanted))
    except ValueError as error:
        raise UsageInvalid(str(error), where="PRICE") from None


def target_command(about: str, price: str, part: int | None, reason: str) -> Command:
    """Move the target of part 1 or 2 of `about`; None = of the only one that works."""
    wanted = _number(price, "PRICE")
    try:
        return command_of("target", reason, _named(about), action=MoveTarget(wanted, part))
    except ValueError as error:
        raise UsageInvalid(str(error), where="target") from None


def ticket_command(symbol: str, side: str, stop: str, target: str, limit: str, reason: str) -> Command:
    """A new trade; an empty `limit` leaves the worst entry to the engine."""
    if side.lower() not in list(Side):
        raise UsageInvalid(f"side {side!r} is not allowed", where="SIDE", fix="buy or sell")
    worst = _number(limit, "--limit") if limit else None
    prices = _number(stop, "--stop"), _number(target, "--target")
    try:
        wanted = Ticket(Side(side.lower()), *prices, worst)
    except ValueError as error:
        raise UsageInvalid(str(error), where="ticket") from None
    return command_of("ticket", reason, _named(symbol), action=wanted)


def _named(about: str) -> str:
    """A trade's id or a symbol, as the engine writes it."""
    name = about.strip().upper()
    if not name:
        raise UsageInvalid("no trade and no symbol is named", fix="e.g. T0001 or BTCUSDT")
    return name


def _number(text: str, where: str, allowed: str = "a number") -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise UsageInvalid(f"{text[:40]!r} is not {allowed}", where=where) from None
