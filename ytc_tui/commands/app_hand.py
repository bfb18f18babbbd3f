"""The operator's hand on the command line: close, stop, target, cancel, ticket.

Decides how their arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, Reason, Session, show

if TYPE_CHECKING:
    from ytc_tui.model.commands import Command

About = Annotated[str, typer.Argument(metavar="TRADE|SYMBOL", help="T0001, or the symbol of an open trade.")]


def _send(command: Command, session: str, as_json: bool) -> None:
    from ytc_tui.commands import operate
    from ytc_tui.commands.pin import typed_pin
    from ytc_tui.commands.places import paper_paths

    show(operate.send(paper_paths(), session, command, typed_pin), as_json)


def close(
    about: About,
    part: Annotated[str, typer.Option("--part", help="Percent of what is open.")] = "100",
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Close a position, or a part of it, at the market. Exit code 9 says that it has not filled yet."""
    from ytc_tui.commands.hand import close_command

    _send(close_command(about, part, reason), session, as_json)


def stop(
    about: About,
    price: Annotated[str, typer.Argument(metavar="PRICE|breakeven")],
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Tighten the stop of a position: to a price, or to breakeven with costs. It never widens."""
    from ytc_tui.commands.hand import stop_command

    _send(stop_command(about, price, reason), session, as_json)


def target(
    about: About,
    price: Annotated[str, typer.Argument()],
    part: Annotated[int | None, typer.Option("--part", help="1 or 2; needed where both work.")] = None,
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Move a target of a position, or set one for what has none."""
    from ytc_tui.commands.hand import target_command

    _send(target_command(about, price, part, reason), session, as_json)


def cancel(
    order: Annotated[str, typer.Argument(help="One entry or target order; none = every entry.")] = "",
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Pull working entry orders, or the one order named; protective stops stay."""
    from ytc_tui.commands.places import command_of

    _send(command_of("cancel", reason, order), session, as_json)


def ticket(
    symbol: str,
    side: Annotated[str, typer.Argument(metavar="buy|sell")],
    stop_price: Annotated[str, typer.Option("--stop", help="Where the trade is wrong.")],
    target_price: Annotated[str, typer.Option("--target", help="Where all of it takes profit.")],
    limit: Annotated[
        str, typer.Option("--limit", help="Worst entry; default the last price and risk.max_slippage_bps.")
    ] = "",
    session: Session = "",
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """A new trade by hand, sized by the 1 % rule, through every risk rule; a limit order, never market."""
    from ytc_tui.commands.hand import ticket_command

    _send(ticket_command(symbol, side, stop_price, target_price, limit, reason), session, as_json)


def register_hand(app: typer.Typer) -> None:
    """Add the commands by hand to `app`, in the order of its help."""
    for command in (cancel, close, stop, target, ticket):
        app.command()(command)
