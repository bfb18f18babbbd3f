"""A paper host that is busy, slow, gone or talked nonsense to, and its script of trouble."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.adapters.venues.host.hosting import ACCOUNT, Hosting, hosted
from tests.adapters.venues.host.test_host import drive, flat
from tests.adapters.venues.paper_bench import START_NS, order
from ytc_tui.adapters.guard.halt_file import HaltFile
from ytc_tui.adapters.venues.host import client
from ytc_tui.adapters.venues.host.account import HostedAccount
from ytc_tui.adapters.venues.host.client import HostedVenue
from ytc_tui.adapters.venues.host.line import TradingLine
from ytc_tui.adapters.venues.host.trouble import LineFault, LineRule, Trouble, load_trouble
from ytc_tui.adapters.venues.host.wire import AccountRequest, Call
from ytc_tui.errors import (
    ConfigInvalid,
    VenueOutcomeUnknown,
    VenueRefused,
    VenueRetryable,
)
from ytc_tui.halting import HaltFence
from ytc_tui.model.halt import NO_CLEARANCE, Halt
from ytc_tui.model.market import NS_PER_MIN, Side
from ytc_tui.venues import fenced


async def test_a_busy_host_refuses_commands_and_reads_may_be_repeated() -> None:
    rules = (LineRule(LineFault.BUSY, Call.SUBMIT, 1), LineRule(LineFault.BUSY, Call.POSITIONS, 1))
    with hosted(Trouble(line=rules)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        with pytest.raises(VenueRefused, match="too many requests"):
            await venue.submit(order("a", Side.BUY, "2"))
        with pytest.raises(VenueRetryable, match="too many requests"):
            await venue.positions()
        assert await venue.positions() == ()
        assert await venue.order("a") is None
        venue.close()


async def test_a_halt_that_comes_while_the_line_opens_bars_what_raises_risk() -> None:
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        asked: list[bool] = []

        def barred() -> str:
            asked.append(venue._connection is not None)
            return "halt 1 stands"

        venue.barred = barred
        with pytest.raises(VenueRefused, match="not sent: halt 1 stands"):
            await venue.submit(order("a", Side.BUY, "2"))
        assert asked == [True]
        assert await venue.order("a") is None
        await venue.submit(order("b", Side.SELL, "2", reduce_only=True))
        await venue.cancel("b")
        assert asked == [True]
        venue.close()


async def test_the_fence_of_a_session_stands_at_both_lines(tmp_path: Path) -> None:
    halts = HaltFile(tmp_path / "halt-a.json")
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        fenced(venue, HaltFence(halts, tmp_path / "guard-a.jsonl", NO_CLEARANCE))
        await venue.submit(order("a", Side.BUY, "1"))
        halts.halt(Halt(1, "s", "silent", 5))
        for line in (venue, venue.urgent):
            with pytest.raises(VenueRefused, match="halt 1 stands"):
                await line.submit(order("b", Side.BUY, "1"))
        venue.close()


async def test_a_rate_limit_counts_the_calls_of_a_second() -> None:
    with hosted(Trouble(requests_per_s=5)) as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
        answered = 0
        with pytest.raises(VenueRetryable):
            for _ in range(20):
                await venue.account()
                answered += 1
        assert 5 <= answered < 20
        venue.close()


async def test_latency_is_on_the_line_and_not_on_the_market() -> None:
    with hosted(Trouble(latency_ms=80)) as host:
        venue = host.venue()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        drive(venue, 0, 100.0)
        driven_s, begun = loop.time() - begun, loop.time()
        await venue.account()
        assert loop.time() - begun >= 0.08
        assert driven_s < 0.08 * 4
        venue.close()


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 50_000 + b"\n",
        b'{"id":1,"call":"open","account":' + b'{"a":' * 900 + b"1" + b"}" * 901 + b"\n",
        b"\xff\n",
        b"[]\n",
        b'{"id":1}\n',
        b'{"id":1,"call":"account"}\n',
        b'{"id":1,"call":"match","x":NaN}\n',
    ],
)
async def test_nonsense_ends_its_own_connection_or_is_refused(line: bytes) -> None:
    with hosted() as host:
        venue = host.venue()
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(host.path))
            stranger.settimeout(5)
            stranger.sendall(line)
            answer = stranger.recv(4096)
        assert answer == b"" or json.loads(answer)["error"] == "UsageInvalid"
        assert (await venue.account()).currency == "USDT"
        venue.close()


NESTED = b"[" * 5_000 + b"]" * 5_000


@pytest.mark.parametrize(
    "answer", [b'{"id":2,"result":' + NESTED + b"}\n", b'{"id":' + b"9" * 5_000 + b"}\n"]
)
async def test_an_answer_that_cannot_be_read_ends_its_call_or_its_line(answer: bytes, tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in (b'{"id":1,"result":null}\n', answer):
            await reader.readline()
            writer.write(line)
        await reader.read()
        writer.close()
        left.set()

    left = asyncio.Event()
    server = await asyncio.start_unix_server(serve, tmp_path / "s")
    line = TradingLine(tmp_path / "s", "a", {}, False, lambda place: None, lambda: 0)
    with pytest.raises(VenueOutcomeUnknown):
        await asyncio.wait_for(line.cancel("a"), 5)
    line.close()
    await left.wait()
    server.close()


def test_a_drive_whose_answer_is_too_deep_is_a_host_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "s"))
        door.listen()

        def answer() -> None:
            with door.accept()[0] as line:
                line.recv(65_536)
                line.sendall(b'{"id":1,"result":' + NESTED + b"}\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(VenueRetryable, match="deep"):
            HostedVenue(tmp_path / "s", ACCOUNT)
        thread.join(5)


def test_only_opening_an_account_may_take_a_host_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "DRIVE_TIMEOUT_S", 0.05)
    with hosted() as host:
        opened = host.server.open_account

        def slowly(request: AccountRequest) -> HostedAccount:
            time.sleep(0.2)
            return opened(request)

        monkeypatch.setattr(host.server, "open_account", slowly)
        venue = host.venue()
        monkeypatch.setattr(HostedAccount, "match", lambda *_: time.sleep(0.2))
        with pytest.raises(VenueRetryable, match="timed out"):
            drive(venue, 0, 100.0)
        venue.close()


async def test_a_host_that_is_gone_can_be_asked_again_when_it_is_back(tmp_path: Path) -> None:
    with pytest.raises(VenueRetryable, match="start it with"):
        HostedVenue(tmp_path / "none", ACCOUNT)
    with hosted() as host:
        venue = host.venue()
        drive(venue, 0, 100.0)
    for ask in (venue.positions(), venue.account()):
        with pytest.raises(VenueRetryable):
            await ask
    with pytest.raises(VenueRetryable):
        venue.match(flat(1, 100.0), 0)
    with pytest.raises(VenueRetryable, match="not sent"):
        await venue.submit(order("a", Side.BUY, "2"))
    venue.close()


async def test_a_host_that_was_started_anew_knows_an_account_once_it_is_driven() -> None:
    with hosted() as first:
        venue = first.venue()
        drive(venue, 0, 100.0)
        await venue.account()
        with hosted(folder=first.folder, name="anew") as anew:
            venue._path = anew.path
            TradingLine.close(venue)
            with pytest.raises(VenueRetryable, match="no account"):
                await venue.account()
            with pytest.raises(VenueRetryable, match=r"not sent: .*no account"):
                await venue.submit(order("a", Side.BUY, "2"))
            venue._drop_drive()
            drive(venue, 1, 100.0)
            assert (await venue.account()).currency == "USDT"
            venue.close()


def test_a_script_of_trouble_is_read_or_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "trouble.toml"
    path.write_text(
        'latency_ms = 40\n[[line]]\nfault = "garbage"\ncall = "submit"\nevery = 10\n'
        '[[venue]]\nfault = "partial"\nshare = 0.25\n[[outage]]\nfrom_ns = 1\nuntil_ns = 2\n'
    )
    found = load_trouble(path)
    assert found.latency_ms == 40
    assert [found.line[0].hits(count) for count in (1, 9, 10, 11, 20)] == [False, False, True, False, True]
    assert found.venue.rules[0].share == Decimal("0.25")
    assert len(found.venue.outages) == 1
    for text, words in (
        ("latency = 1", "unknown key 'latency'"),
        ("latency_ms = -1", "latency_ms is not"),
        ('[[line]]\nfault = "garbage"', r"\[\[line\]\] 1"),
        ('[[line]]\nfault = "none"\ncall = "submit"', r"\[\[line\]\] 1: .*none"),
        ('[[venue]]\nkind = "partial"', r"\[\[venue\]\] 1: has unknown keys"),
        ("[[", "cannot be read"),
    ):
        path.write_text(text)
        with pytest.raises(ConfigInvalid, match=words):
            load_trouble(path)


def test_the_bars_of_these_tests_begin_at_a_minute() -> None:
    assert START_NS % NS_PER_MIN == 0
    assert Hosting(Path("x"), Path("y")).market == ()
