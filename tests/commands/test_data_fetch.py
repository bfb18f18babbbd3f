"""`ytc data fetch`: the file that it leaves, whole, extended, or taken up again after a stop."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.adapters.feeds.samples import MIN_MS, START_NS, bars_in, bars_of, demo_rows
from tests.adapters.feeds.venue_server import Fault, answer
from tests.commands.fetches import NAME, Fetcher, data, rows_in
from ytc_tui.adapters.feeds.demo import demo_paths
from ytc_tui.adapters.feeds.fetching import ATTEMPTS
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.commands import data_check
from ytc_tui.errors import AlreadyRunning, DataInvalid, UsageInvalid, YtcError


def test_pages_become_one_file_that_the_feed_takes(fetcher: Fetcher) -> None:
    got = data(fetcher.fetch())
    assert rows_in(fetcher.file) == list(demo_rows()[:1_250])
    assert fetcher.venue.asked == [demo_rows()[at][0] for at in (0, 500, 1_000)]
    assert (got["bars"], got["stored"], got["pages"], got["gaps"]) == (1_250, 1_250, 3, [])
    assert sorted(path.name for path in fetcher.folder.iterdir()) == [NAME]
    assert bars_in(open_source(str(fetcher.file))) == bars_of("BTCUSDT", demo_rows()[:1_250])
    report = data_check.check(str(fetcher.file))
    assert (report.exit_code, report.symbol, report.rows, report.findings) == (0, "BTCUSDT", 1_250, ())
    told = {key.decode(): text.decode() for key, text in pq.read_schema(fetcher.file).metadata.items()}
    assert told["ytc.venue"] == "binance"
    assert told["ytc.venue_symbol"] == "BTCUSDT"
    assert told["ytc.ccxt"].count(".") == 2
    assert told["ytc.fetched_at"].endswith("Z")


def test_spot_is_another_market_with_its_own_name(fetcher: Fetcher) -> None:
    got = data(fetcher.fetch(market="spot", symbol="ETHBTC"))
    assert got["file"].endswith("binance_spot_ETHBTC_1m.parquet")
    assert got["bars"] == 1_250


def test_the_bar_that_is_not_closed_is_left_out(fetcher: Fetcher) -> None:
    fetcher.venue.now_ms = demo_rows()[1_500][0] + MIN_MS // 2
    got = data(fetcher.fetch(last=None))
    assert got["bars"] == 1_500
    assert rows_in(fetcher.file)[-1] == demo_rows()[1_499]
    with pytest.raises(UsageInvalid, match="no bar is closed there yet; at the venue it is 2022-11-02 01:00"):
        fetcher.fetch(first=1_500, last=None)


def test_a_finished_file_is_left_alone_or_extended_at_both_ends(fetcher: Fetcher) -> None:
    fetcher.fetch(first=500, last=1_000)
    before = fetcher.file.read_bytes()
    got = fetcher.fetch(first=600, last=900)
    assert fetcher.file.read_bytes() == before
    assert not data(got)["written"]
    assert "left as it is" in got.text
    fetcher.venue.asked.clear()
    assert data(fetcher.fetch(first=400, last=1_200))["stored"] == 300
    assert fetcher.venue.asked == [demo_rows()[at][0] for at in (400, 1_000)]
    assert rows_in(fetcher.file) == list(demo_rows()[400:1_200])


def test_a_range_apart_from_what_is_there_is_refused(fetcher: Fetcher) -> None:
    fetcher.fetch(first=500, last=1_000)
    with pytest.raises(UsageInvalid, match="2022-11-02 09:20 to 2022-11-02 17:40 UTC does not meet"):
        fetcher.fetch(first=2_000, last=2_500)
    assert rows_in(fetcher.file) == list(demo_rows()[500:1_000])


def test_a_file_that_was_not_fetched_is_never_touched(fetcher: Fetcher) -> None:
    fetcher.folder.mkdir()
    pq.write_table(pq.read_table(demo_paths()[0]), fetcher.file)
    before = fetcher.file.read_bytes()
    with pytest.raises(DataInvalid, match="was not fetched with this command"):
        fetcher.fetch()
    fetcher.file.write_bytes(b"PAR1")
    with pytest.raises(DataInvalid, match="not a readable Parquet file"):
        fetcher.fetch()
    fetcher.file.write_bytes(before)
    assert [path.name for path in fetcher.folder.iterdir()] == [NAME]


def test_another_contract_does_not_go_into_the_file(fetcher: Fetcher) -> None:
    fetcher.fetch(last=100)
    with pytest.raises(DataInvalid, match="holds symbol 'BTCUSDT', not ETHUSDT"):
        fetcher.fetch(last=200, symbol="ETHUSDT", out=fetcher.file)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"venue": "kraken"}, "no bars from 'kraken'"),
        ({"market": "cm"}, "binance has no market 'cm'"),
        ({"timeframe": "5m"}, "'5m' is not 1m"),
        ({"symbol": "BTC/USDT"}, "is not a symbol"),
        ({"symbol": "BTCUSD"}, "lists no USD-M perpetual 'BTCUSD'.*did you mean BTCUSDT"),
        ({"first": 100, "last": 100}, "the range is empty"),
        ({"from_ns": START_NS + 1}, "is not a whole minute"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(
    fetcher: Fetcher, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageInvalid, match=said):
        fetcher.fetch(**given)
    assert not fetcher.part.exists()


def part_after(fetcher: Fetcher, faults: Sequence[Fault | None]) -> bytes:
    with pytest.raises(YtcError):
        fetcher.fetch(*faults)
    return fetcher.part.read_bytes()


def test_a_torn_line_is_dropped_wherever_it_was_torn(fetcher: Fetcher) -> None:
    whole = part_after(fetcher, [None, None, *[answer(502, "")] * ATTEMPTS])
    lines = whole.splitlines(keepends=True)
    for length in (3, len(lines[0]) - 1, len(lines[0]) + 5, len(whole) - len(lines[2]) // 2, len(whole) - 1):
        fetcher.file.unlink(missing_ok=True)
        fetcher.part.write_bytes(whole[:length])
        fetcher.fetch()
        assert rows_in(fetcher.file) == list(demo_rows()[:1_250])


def test_a_part_that_is_in_the_file_already_is_removed(fetcher: Fetcher) -> None:
    """The process died between the two: the file in place, the part not yet removed."""
    part = part_after(fetcher, [None, None, *[answer(502, "")] * ATTEMPTS])
    fetcher.fetch()
    before = fetcher.file.read_bytes()
    fetcher.part.write_bytes(part)
    assert not data(fetcher.fetch())["written"]
    assert fetcher.file.read_bytes() == before
    assert not fetcher.part.exists()


def test_a_part_that_was_tampered_with_is_refused(fetcher: Fetcher) -> None:
    whole = part_after(fetcher, [None, *[answer(502, "")] * ATTEMPTS])
    fetcher.part.write_bytes(whole + b'{"from":1}\n')
    with pytest.raises(DataInvalid, match=r"part:3: is damaged"):
        fetcher.fetch()
    fetcher.part.write_bytes(json.dumps({"symbol": "ETHUSDT"}).encode() + b"\n")
    with pytest.raises(DataInvalid, match="is the part of another fetch"):
        fetcher.fetch()


def test_no_reader_of_bars_takes_a_part(fetcher: Fetcher) -> None:
    part_after(fetcher, [None, *[answer(502, "")] * ATTEMPTS])
    with pytest.raises(DataInvalid, match=r"cannot read \.part"):
        data_check.check(f"BTCUSDT={fetcher.part}")


def test_two_processes_never_fill_one_file(fetcher: Fetcher) -> None:
    import fcntl

    fetcher.folder.mkdir()
    with fetcher.part.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(AlreadyRunning, match="another process is filling it"):
            fetcher.fetch()
    assert fetcher.part.exists()
