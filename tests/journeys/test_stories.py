"""What a person wants of the screens, from the wish to its effect, on real engines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.journeys.desk import desk_on
from tests.journeys.process import Home
from tests.journeys.terminal import Terminal
from tests.journeys.test_paper_host import hosting
from ytc_tui.adapters.venues.host.line import TradingLine
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags
from ytc_tui.model.market import Side
from ytc_tui.model.orders import OrderKind, OrderRequest, OrderRole
from ytc_tui.model.session import Phase
from ytc_tui.views.differences import DifferencesView
from ytc_tui.views.watchlist import WatchlistView

Start = Callable[[Flags], ProcessEngine]


async def test_a_symbol_is_kept_out_for_the_rest_of_the_day_and_let_in_again(start: Start) -> None:
    async with desk_on(start(Flags(demo=True, speed="60"))) as desk:
        await desk.begins()
        await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
        await desk.press("2")
        await desk.sees("BTCUSDT", "ETHUSDT")

        def kept_out() -> list[str]:
            view = desk.app.link.view("watchlist", WatchlistView)
            return [row.symbol for row in view.rows if row.disabled] if view is not None else []

        await desk.press("e")
        await desk.sees("Disable BTCUSDT", "working entries that are canceled: 0")
        await desk.press("y")
        await desk.until(lambda: kept_out() == ["BTCUSDT"])
        await desk.press("e")
        await desk.sees("Enable BTCUSDT")
        await desk.press("y")
        await desk.until(lambda: kept_out() == [])


async def test_a_strangers_order_is_shown_with_its_evidence_and_ignored_for_a_while(
    start: Start, user: Home
) -> None:
    with hosting(user) as (_, use):
        async with desk_on(start(Flags(demo=True, speed="20", assignments=(use[1],)))) as desk:
            await desk.begins()
            await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
            await strangers_order(Path(use[1].partition("=")[2]), user.engines()[0].rpartition("-")[0])
            await desk.press("7")

            def states() -> list[tuple[str, str]]:
                view = desk.app.link.view("differences", DifferencesView)
                return [(row.kind, row.state) for row in view.rows] if view is not None else []

            await desk.until(lambda: len(states()) == 1)
            await desk.sees("stranger-1")
            await desk.press("r")
            await desk.sees("Resolve", "ignore")
            await desk.press("i")
            await desk.sees("how many minutes")
            await desk.press(*"30", "enter")
            await desk.hears("reconcile: accepted")
            await desk.until(lambda: "ignored" in str(states()))


async def strangers_order(socket: Path, account: str) -> None:
    """Somebody else rests an order on the account, far from the market."""
    line = TradingLine(socket, account, {}, True, lambda place: None, lambda: 0)
    try:
        await line.submit(
            OrderRequest(
                client_id="stranger-1",
                symbol="BTCUSDT",
                side=Side.BUY,
                kind=OrderKind.LIMIT,
                role=OrderRole.ENTRY,
                quantity=Decimal("0.05"),
                limit_price=Decimal(15_000),
            )
        )
    finally:
        line.close()


def test_the_review_of_the_day_is_read_and_its_trade_played_again(user: Home) -> None:
    [document] = user.documents("--demo", "--speed", "max")
    session = str(document["session_id"])
    with Terminal(user, "run", "--demo", "--speed", "1", "--label", "other") as terminal:
        terminal.shows("gate ACTIVE")
        terminal.press(b"9")
        terminal.shows("on record")
        terminal.press(b"\x1b[F\r")
        terminal.shows("Trades by R", f"ytc playback {session[:8]}", "session time over")
        terminal.press(b"q")
        terminal.shows("what becomes of the engine")
        terminal.press(b"l")
        assert terminal.ended() == 0
    with Terminal(user, "playback", session[:8], "--at", "T0001") as terminal:
        terminal.shows("PLAYBACK", "04:41:00 UTC")
        terminal.press(b"q")
        assert terminal.ended() == 0


def test_a_key_is_changed_in_the_settings_and_told_wherever_keys_are(user: Home) -> None:
    user.folder.joinpath("config.toml").write_text('[ui.keys]\nwhy = "f9"\npause = "w"\n')
    assert user.ytc("config", "check").returncode == 0
    with Terminal(user, "run", "--demo", "--speed", "1") as terminal:
        terminal.shows("gate ACTIVE", "w Pause", "f9 Why")
        terminal.press(b"w")
        terminal.shows("PAUSED")
        terminal.press(b"q")
        terminal.shows("what becomes of the engine")
        terminal.press(b"l")
        assert terminal.ended() == 0
    user.folder.joinpath("config.toml").write_text('[ui.keys]\nwhy = "p"\n')
    refused = user.ytc("config", "check")
    assert refused.returncode == 2
    assert "p would be pause and why" in refused.stderr + refused.stdout
