"""The bars feed: order, merging, ranges, and independence from files and batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.adapters.feeds.samples import (
    START_NS,
    Row,
    bars_of,
    demo_rows,
    recorded,
    write_csv,
    write_parquet,
)
from ytc_tui.adapters.feeds.bars import BarsFeed
from ytc_tui.adapters.feeds.demo import demo_sources
from ytc_tui.adapters.feeds.files import BarSource, open_source
from ytc_tui.engine.ports import Minute
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_DAY, NS_PER_MIN, Bar

SYMBOLS = ("AAAUSDT", "BBBUSDT", "CCCUSDT")
ENDLESS_NS = START_NS + 400 * NS_PER_DAY


def minute(index: int) -> int:
    return START_NS + index * NS_PER_MIN


def merged(rows_by_symbol: dict[str, Sequence[Row]]) -> list[Minute]:
    """What the feed must give, built the plain way."""
    by_minute: dict[int, list[Bar]] = defaultdict(list)
    for symbol in sorted(rows_by_symbol):
        for bar in bars_of(symbol, rows_by_symbol[symbol]):
            by_minute[bar.open_ns].append(bar)
    return [Minute(open_ns, tuple(by_minute[open_ns]), ()) for open_ns in sorted(by_minute)]


@st.composite
def holed_rows(draw: st.DrawFn) -> list[Row]:
    """A few thousand demo rows, more than one batch, with holes of all sizes."""
    length = draw(st.integers(2, 5000))
    gone = draw(st.lists(st.tuples(st.integers(1, length), st.integers(1, 1500)), max_size=4))
    dropped = {k for at, size in gone for k in range(at, at + size)}
    return [row for k, row in enumerate(demo_rows()[:length]) if k not in dropped]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_split_into_files_formats_or_batches_changes_the_stream(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("split")
    rows_by_symbol: dict[str, Sequence[Row]] = {}
    sources: list[BarSource] = []
    for symbol in SYMBOLS[: data.draw(st.integers(1, 3))]:
        rows = rows_by_symbol[symbol] = data.draw(holed_rows())
        cuts = data.draw(st.lists(st.integers(1, len(rows)), max_size=3, unique=True))
        for part, (at, end) in enumerate(zip([0, *sorted(cuts)], [*sorted(cuts), len(rows)], strict=True)):
            if at == end:
                continue
            name = f"{symbol}_{part}"
            if data.draw(st.booleans()):
                group_rows = data.draw(st.sampled_from([100, 1440, 4096, 100_000]))
                path = write_parquet(folder, rows[at:end], f"{name}.parquet", group_rows=group_rows)
            else:
                path = write_csv(
                    folder, rows[at:end], f"{name}.csv", per_ms=data.draw(st.sampled_from([1, 1000]))
                )
            sources.append(open_source(f"{symbol}={path}"))
    start = data.draw(st.integers(-10, 5000))
    feed = BarsFeed(data.draw(st.permutations(sources)), START_NS, ENDLESS_NS, 0)
    expected = [m for m in merged(rows_by_symbol) if m.open_ns >= minute(start)]
    assert list(feed.minutes(minute(start))) == expected
    whole = merged(rows_by_symbol)
    assert (feed.first_ns, feed.last_ns) == (whole[0].open_ns, whole[-1].open_ns)


def test_bars_and_minutes_have_their_own_types() -> None:
    first = next(BarsFeed(demo_sources(), START_NS, ENDLESS_NS, 0).minutes(START_NS))
    assert type(first) is Minute
    assert [type(bar) for bar in first.bars] == [Bar, Bar]
    assert [bar.symbol for bar in first.bars] == ["BTCUSDT", "ETHUSDT"]
    assert first.funding == ()
    assert type(first.open_ns) is type(first.bars[0].open_ns) is int
    assert type(first.bars[0].close) is float


def test_a_range_holds_its_warm_up_and_ends_before_to() -> None:
    feed = BarsFeed(demo_sources(), START_NS + 5 * NS_PER_DAY, START_NS + 6 * NS_PER_DAY, 2)
    assert feed.start_ns == feed.first_ns == START_NS + 3 * NS_PER_DAY
    assert feed.last_ns == START_NS + 6 * NS_PER_DAY - NS_PER_MIN
    opens = [m.open_ns for m in feed.minutes(0)]
    assert opens == list(range(feed.first_ns, feed.last_ns + 1, NS_PER_MIN))
    assert feed.warmup_ns("BTCUSDT") == 2 * NS_PER_DAY
    assert list(feed.minutes(feed.to_ns)) == []


def test_a_shorter_history_is_no_error_and_can_be_asked_for() -> None:
    feed = BarsFeed(demo_sources(), START_NS + NS_PER_DAY, START_NS + 2 * NS_PER_DAY, 7)
    assert feed.warmup_ns("ETHUSDT") == NS_PER_DAY
    assert feed.first_ns == START_NS


def test_iteration_can_begin_anywhere_and_again() -> None:
    feed = BarsFeed(demo_sources(), START_NS, ENDLESS_NS, 0)
    whole = list(feed.minutes(START_NS))
    assert len(whole) == 14_400
    for index in (1, 1023, 1024, 1440, 4096, 14_399):
        assert list(feed.minutes(minute(index))) == whole[index:]


def test_ranges_without_data_name_what_the_file_has() -> None:
    sources = demo_sources()
    with pytest.raises(
        DataInvalid, match=r"before the data of BTCUSDT.*2022-11-01 00:00 to 2022-11-10 23:59"
    ):
        BarsFeed(sources, START_NS - NS_PER_MIN, ENDLESS_NS, 0)
    with pytest.raises(DataInvalid, match=r"no bar of BTCUSDT.*2022-11-01 00:00 to 2022-11-10 23:59"):
        BarsFeed(sources, START_NS + 20 * NS_PER_DAY, ENDLESS_NS, 0)
    with pytest.raises(DataInvalid, match="is empty"):
        BarsFeed(sources, START_NS + 1, START_NS + 1, 0)
    with pytest.raises(DataInvalid, match="no market data"):
        BarsFeed([], START_NS, ENDLESS_NS, 0)


def test_a_range_inside_a_hole_is_refused(tmp_path: Path) -> None:
    rows = [*demo_rows()[:10], *demo_rows()[500:600]]
    source = open_source(write_parquet(tmp_path, rows))
    with pytest.raises(DataInvalid, match="no bar of BTCUSDT"):
        BarsFeed([source], minute(100), minute(200), 1)


def test_overlapping_files_of_a_symbol_are_refused_with_both_names(tmp_path: Path) -> None:
    rows = demo_rows()
    one = write_parquet(tmp_path, rows[:100], "x_um_BTCUSDT_1m_a.parquet")
    two = write_csv(tmp_path, rows[99:200], "x_um_BTCUSDT_1m_b.csv")
    inside = write_csv(tmp_path, rows[40:50], "x_um_BTCUSDT_1m_c.csv")
    for other in (two, inside):
        with pytest.raises(DataInvalid) as caught:
            BarsFeed([open_source(other), open_source(one)], START_NS, ENDLESS_NS, 0)
        assert one in str(caught.value)
        assert other in str(caught.value)


def test_the_digest_depends_on_data_in_use_and_not_on_paths_or_order(tmp_path: Path) -> None:
    rows = demo_rows()
    (tmp_path / "elsewhere").mkdir()

    def feed(*args: str, to_ns: int = ENDLESS_NS) -> str:
        return BarsFeed([open_source(arg) for arg in args], START_NS, to_ns, 0).digest

    one = write_parquet(tmp_path, rows[:100], "x_um_BTCUSDT_1m_a.parquet")
    two = write_parquet(tmp_path, rows[100:200], "x_um_BTCUSDT_1m_b.parquet")
    copy = write_parquet(tmp_path / "elsewhere", rows[:100], "other.parquet")
    touched = [*rows[:50], (*rows[50][:5], rows[50][5] + 1e-3), *rows[51:100]]
    changed = write_parquet(tmp_path, touched, "x_um_BTCUSDT_1m_c.parquet")
    assert feed(one, two) == feed(two, f"BTCUSDT={copy}")
    assert feed(one) == feed(one, two, to_ns=minute(100)) != feed(one, two)
    assert feed(one) != feed(changed)
    assert feed(one) != feed(f"ETHUSDT={one}")


def test_volume_and_funding_are_known_by_symbol(tmp_path: Path) -> None:
    rows = demo_rows()
    silent: list[Row] = [(*row[:5], 0.0) for row in rows[100:200]]
    sources = [
        open_source("BTCUSDT=" + write_parquet(tmp_path, rows[:100], "a.parquet")),
        open_source("BTCUSDT=" + write_parquet(tmp_path, silent, "b.parquet")),
        open_source("ETHUSDT=" + write_parquet(tmp_path, rows[:9], "c.parquet", funding=[0.0] * 9)),
    ]
    feed = BarsFeed(sources, START_NS, ENDLESS_NS, 0)
    assert [feed.volume_known(symbol) for symbol in feed.symbols] == [False, True]
    assert BarsFeed(sources[:1], START_NS, ENDLESS_NS, 0).volume_known("BTCUSDT")
    with pytest.raises(KeyError):
        feed.volume_known("XRPUSDT")


def test_funding_stands_at_its_minute_as_an_exact_decimal(tmp_path: Path) -> None:
    rows = demo_rows()[:1500]
    btc: list[float | None] = [0.0001 if k in (0, 480, 960) else None for k in range(1500)]
    eth: list[float | None] = [-0.00005 if k == 480 else 0.0 for k in range(1500)]
    feed = BarsFeed(
        [
            open_source("ETHUSDT=" + write_parquet(tmp_path, rows, "e.parquet", funding=eth)),
            open_source("BTCUSDT=" + write_parquet(tmp_path, rows, "b.parquet", funding=btc)),
        ],
        START_NS,
        ENDLESS_NS,
        0,
    )
    assert {m.open_ns: m.funding for m in feed.minutes(0) if m.funding} == {
        minute(0): (("BTCUSDT", Decimal("0.0001")),),
        minute(480): (("BTCUSDT", Decimal("0.0001")), ("ETHUSDT", Decimal("-0.00005"))),
        minute(960): (("BTCUSDT", Decimal("0.0001")),),
    }


def test_recorded_files_with_different_holes_are_merged() -> None:
    sources = [
        open_source(recorded(f"gapstress_bybit_{symbol}_1m_2024-09.parquet"))
        for symbol in ("ETHUSDT", "BTCUSDT")
    ]
    begin = max(source.first_ns for source in sources)
    feed = BarsFeed(sources, begin, begin + 30 * NS_PER_DAY, 1)
    minutes = list(feed.minutes(0))
    assert sum(len(m.bars) for m in minutes) == 10_000
    assert minutes == sorted(minutes, key=lambda m: m.open_ns)
    assert {len(m.bars) for m in minutes} == {1, 2}


def test_an_unsound_row_ends_the_stream_before_it(tmp_path: Path) -> None:
    rows = list(demo_rows()[:9000])
    rows[8000] = (*rows[8000][:3], -1.0, *rows[8000][4:])
    feed = BarsFeed([open_source(write_parquet(tmp_path, rows))], START_NS, ENDLESS_NS, 0)
    seen = 0
    with pytest.raises(DataInvalid, match="row 8001: price zero or negative"):
        for _ in feed.minutes(0):
            seen += 1
    assert 0 < seen <= 8000
