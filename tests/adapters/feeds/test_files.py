"""Reading one market-data file: whose bars, which unit, which label."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from tests.adapters.feeds.samples import (
    MIN_MS,
    SOME,
    START_NS,
    Row,
    bars_in,
    bars_of,
    changed,
    csv_text,
    demo_rows,
    recorded,
    write_csv,
    write_parquet,
)
from ytc_tui.adapters.feeds.demo import demo_sources
from ytc_tui.adapters.feeds.files import open_source, split_argument
from ytc_tui.adapters.feeds.timestamps import UNITS, unit_of, utc_text
from ytc_tui.errors import DataInvalid
from ytc_tui.model.market import NS_PER_MIN, NS_PER_S


@pytest.mark.parametrize(
    ("arg", "symbol"),
    [
        ("binance_um_BTCUSDT_1m_2022.parquet", "BTCUSDT"),
        ("/some/where/bybit_ADAUSDT_1m_2025-06.parquet", "ADAUSDT"),
        ("gapstress_bybit_ETHUSDT_1m_2024-09.csv", "ETHUSDT"),
        ("x_y_1000PEPEUSDT_1m.csv", "1000PEPEUSDT"),
        ("ABC=binance_um_BTCUSDT_1m.csv", "ABC"),
        ("fxcm_USDJPY_ask_1m.parquet", ""),
        ("binance_um_btcusdt_1m.csv", ""),
        ("binance_um_BTCUSDT_15m.csv", ""),
        ("bars.csv", ""),
        ("dir/a=b/bars.csv", ""),
    ],
)
def test_the_symbol_is_declared_or_named_by_the_file(arg: str, symbol: str) -> None:
    assert split_argument(arg)[0] == symbol


@pytest.mark.parametrize("arg", ["btcusdt=x.csv", "=x.csv", "BTCUSDT="])
def test_a_malformed_declaration_is_refused(arg: str) -> None:
    with pytest.raises(DataInvalid, match="is not a symbol with a path"):
        split_argument(arg)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("per_ms", [1, 1_000, 1_000_000])
@pytest.mark.parametrize("close_label", [False, True])
def test_every_csv_spelling_gives_the_same_bars(
    tmp_path: Path, header: bool, per_ms: int, close_label: bool
) -> None:
    shift = MIN_MS * per_ms - 1 if close_label else 0
    source = open_source(write_csv(tmp_path, SOME, header=header, per_ms=per_ms, shift=shift))
    assert bars_in(source) == bars_of("BTCUSDT", SOME)
    assert (source.first_ns, source.last_ns) == (START_NS, START_NS + 199 * NS_PER_MIN)
    assert source.volume_known


def test_microsecond_files_may_label_the_close_in_whole_milliseconds(tmp_path: Path) -> None:
    source = open_source(write_csv(tmp_path, SOME, per_ms=1_000, shift=59_999_000))
    assert bars_in(source) == bars_of("BTCUSDT", SOME)


def test_whole_minute_close_labels_are_taken_by_declaration_alone(tmp_path: Path) -> None:
    path = write_csv(tmp_path, SOME, shift=MIN_MS)
    assert bars_in(open_source(path, "close")) == bars_of("BTCUSDT", SOME)
    assert open_source(path).first_ns == START_NS + NS_PER_MIN


def test_a_declared_close_label_does_not_shift_last_instant_labels_twice(tmp_path: Path) -> None:
    path = write_csv(tmp_path, SOME, shift=MIN_MS - 1)
    assert bars_in(open_source(path, "close")) == bars_of("BTCUSDT", SOME)


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize(
    "time_type", [None, pa.timestamp("ns"), pa.timestamp("s"), pa.timestamp("us", "UTC")]
)
def test_parquet_reads_the_same_with_or_without_statistics(
    tmp_path: Path, statistics: bool, time_type: pa.DataType | None
) -> None:
    source = open_source(
        write_parquet(tmp_path, SOME, group_rows=64, statistics=statistics, time_type=time_type)
    )
    assert bars_in(source) == bars_of("BTCUSDT", SOME)
    assert bars_in(source, START_NS + 150 * NS_PER_MIN) == bars_of("BTCUSDT", SOME[150:])


def test_extra_columns_and_column_order_do_not_matter(tmp_path: Path) -> None:
    lines = ["close_time,Volume,Close,Low,High,Open,Open_Time,trades"]
    lines += [f"{r[0] + 59_999},{r[5]!r},{r[4]!r},{r[3]!r},{r[2]!r},{r[1]!r},{r[0]},7" for r in SOME]
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("\n".join(lines))
    source = open_source(str(path))
    assert bars_in(source) == bars_of("BTCUSDT", SOME)
    assert source.table.ignored == ("close_time", "trades")


def test_headerless_columns_after_the_sixth_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("".join(line + ",x,y\n" for line in csv_text(SOME, header=False).splitlines()))
    assert bars_in(open_source(str(path))) == bars_of("BTCUSDT", SOME)


def test_windows_line_ends_byte_order_mark_and_blank_lines_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + csv_text(SOME).replace("\n", "\r\n")
    lines = text.splitlines(keepends=True)
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_bytes("".join([*lines[:9], "\r\n", *lines[9:], "\r\n"]).encode())
    assert bars_in(open_source(str(path))) == bars_of("BTCUSDT", SOME)


def test_volume_is_unknown_when_all_zero_or_absent(tmp_path: Path) -> None:
    silent: list[Row] = [(*row[:5], 0.0) for row in SOME]
    bare = "\n".join(line.rsplit(",", 1)[0] for line in csv_text(SOME).splitlines())
    (tmp_path / "a_b_BTCUSDT_1m.csv").write_text(bare)
    absent = open_source(str(tmp_path / "a_b_BTCUSDT_1m.csv"))
    assert not absent.volume_known
    assert bars_in(absent) == bars_of("BTCUSDT", silent)
    assert not open_source(write_csv(tmp_path, silent)).volume_known
    assert not open_source(write_parquet(tmp_path, silent)).volume_known
    assert not open_source(write_parquet(tmp_path, silent, statistics=False)).volume_known
    assert open_source(write_csv(tmp_path, [*silent, demo_rows()[200]])).volume_known


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    one = open_source(write_csv(tmp_path, SOME))
    again = open_source("BTCUSDT=" + write_csv(tmp_path, SOME, "copy.csv"))
    other = open_source(write_csv(tmp_path, changed(77, volume=1.0), "a_b_BTCUSDT_1m.csv"))
    assert one.digest == again.digest != other.digest


@settings(deadline=None)
@given(start=st.integers(-5, 205), length=st.integers(0, 210))
def test_a_range_is_half_open_and_span_agrees_with_it(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    holed = [row for index, row in enumerate(SOME) if index % 50 > 8]
    paths = [write_csv(folder, holed), write_parquet(folder, holed, group_rows=32)]
    from_ns, to_ns = START_NS + start * NS_PER_MIN, START_NS + (start + length) * NS_PER_MIN
    expected = [bar for bar in bars_of("BTCUSDT", holed) if from_ns <= bar.open_ns < to_ns]
    for source in map(open_source, paths):
        assert bars_in(source, from_ns, to_ns) == expected
        span = source.span(from_ns, to_ns)
        assert span == ((expected[0].open_ns, expected[-1].open_ns) if expected else None)


@given(seconds=st.integers(min_value=126_230_400, max_value=8_962_000_000))
def test_magnitude_tells_the_unit(seconds: int) -> None:
    """Instants from 1974 to 2253 are recognised in each unit, and plain seconds are no time."""
    for unit in UNITS:
        assert unit_of(seconds * NS_PER_S // unit.ns) is unit
    assert unit_of(seconds) is None


def test_times_are_shown_to_the_minute_unless_they_have_more() -> None:
    assert utc_text(START_NS) == "2022-11-01 00:00"
    assert utc_text(START_NS + 59_999_000_000) == "2022-11-01 00:00:59.999"
    assert utc_text(START_NS + 7_000_000_000) == "2022-11-01 00:00:07"


def test_the_demo_is_ten_whole_days_of_two_symbols() -> None:
    sources = demo_sources()
    assert [source.symbol for source in sources] == ["BTCUSDT", "ETHUSDT"]
    for source in sources:
        bars = bars_in(source)
        assert [bar.open_ns for bar in bars] == [START_NS + k * NS_PER_MIN for k in range(14_400)]
        assert source.volume_known


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_the_demo_is_the_recorded_year_cut_out_unchanged(symbol: str) -> None:
    year = open_source(recorded(f"binance_um_{symbol}_1m_2022.parquet"))
    cut = bars_in(year, START_NS, START_NS + 14_400 * NS_PER_MIN)
    assert cut == bars_of(symbol, demo_rows(symbol))
