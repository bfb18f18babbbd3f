"""The command line's part for files of bars: what they hold, and fetching them.

Decides how its arguments are spelled. Imports typer alone at the top. Invariant: what is in the help works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ytc_tui.commands.app_operator import AsJson, show

data_app = typer.Typer(help="Market data files.", no_args_is_help=True)


@data_app.command("check")
def data_check(
    file: str,
    bar_label: Annotated[
        str, typer.Option("--bar-label", help="open or close: what a bar's time names.")
    ] = "open",
    as_json: AsJson = False,
) -> None:
    """What a file of bars holds and what is wrong with it, with rows."""
    from dataclasses import asdict

    from ytc_tui.commands import data_check as command
    from ytc_tui.commands.answer import Answer

    if bar_label not in ("open", "close"):
        raise typer.BadParameter("is open or close", param_hint="--bar-label")
    report = command.check(file, "close" if bar_label == "close" else "open")
    show(Answer(command.render(report), asdict(report), report.exit_code), as_json)


@data_app.command("fetch")
def data_fetch(
    venue: Annotated[str, typer.Option("--venue", help="Whose bars: binance.")],
    symbol: Annotated[str, typer.Option("--symbol", help="Written like BTCUSDT.")],
    start: Annotated[str, typer.Option("--from", help="First instant, e.g. 2022-11-01.")],
    end: Annotated[str, typer.Option("--to", help="Last instant; default the last closed bar.")] = "",
    market: Annotated[str, typer.Option("--market", help="um (perpetuals in USDT or USDC) or spot.")] = "um",
    timeframe: Annotated[str, typer.Option("--timeframe", help="1m, which the feed reads.")] = "1m",
    out: Annotated[Path, typer.Option("--out", help="A .parquet file, or a folder.")] = Path("."),
    as_json: AsJson = False,
) -> None:
    """One-minute bars of a venue into a Parquet file. The same command again goes on, or extends the file.

    Using a venue's data is between you and its terms.
    """
    from ytc_tui.commands.instants import parse_instant

    from_ns = parse_instant(start, "--from")
    to_ns = parse_instant(end, "--to") if end else None
    from ytc_tui.commands import data_fetch as command

    wanted = command.Wanted(venue, market, symbol, timeframe, from_ns, to_ns, out.expanduser())
    show(command.fetch(wanted), as_json)
