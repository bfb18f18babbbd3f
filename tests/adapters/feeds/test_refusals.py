"""What a market-data file is refused for, and the row that the message names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.adapters.feeds.samples import (
    HEADER,
    SOME,
    START_MS,
    Row,
    bars_in,
    changed,
    csv_text,
    demo_rows,
    write_csv,
    write_parquet,
)
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.errors import DataInvalid


def refusal(arg: str, bar_label: str = "open") -> str:
    with pytest.raises(DataInvalid) as caught:
        bars_in(open_source(arg, "close" if bar_label == "close" else "open"))
    return str(caught.value)


def test_a_file_without_symbol_is_refused_with_the_remedy(tmp_path: Path) -> None:
    message = refusal(write_csv(tmp_path, SOME, "bars.csv"))
    assert "bars.csv" in message
    assert "SYMBOL=" in message


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a_b_BTCUSDT_1m.feather").write_bytes(b"x")
    (tmp_path / "a_b_BTCUSDT_1m.parquet").write_bytes(b"no parquet at all")
    (tmp_path / "a_b_BTCUSDT_1m.csv").write_bytes(b"")
    assert "no such file" in refusal(str(tmp_path / "a_b_ETHUSDT_1m.csv"))
    assert "give .parquet or .csv" in refusal(str(tmp_path / "a_b_BTCUSDT_1m.feather"))
    assert "not a readable Parquet file" in refusal(str(tmp_path / "a_b_BTCUSDT_1m.parquet"))
    assert "first line is empty" in refusal(str(tmp_path / "a_b_BTCUSDT_1m.csv"))


@pytest.mark.parametrize("write", [write_csv, write_parquet])
@pytest.mark.parametrize(
    ("rows", "fault", "row"),
    [
        (changed(4, low=0.0), "zero or negative", 5),
        (changed(4, open=-1.0, low=-1.0), "zero or negative", 5),
        (changed(199, high=1.0), "high or low inconsistent", 200),
        (changed(7, low=1e9), "high or low inconsistent", 8),
        (changed(7, close=float("nan")), "not finite", 8),
        (changed(7, high=float("inf")), "not finite", 8),
        (changed(7, volume=float("nan")), "not finite", 8),
        (changed(7, volume=-1.0), "negative volume", 8),
        (changed(7, timestamp=SOME[7][0] + 1), "not on the minute", 8),
        (changed(7, timestamp=SOME[6][0]), "duplicate time", 8),
        (changed(7, timestamp=SOME[3][0]), "out of order", 8),
        (changed(7, timestamp=SOME[7][0] * 1000), "mixed time units", 8),
        (changed(0, timestamp=SOME[0][0] * 1000), "mixed time units", 2),
        (changed(199, timestamp=SOME[199][0] * 1000), "mixed time units", 200),
        (changed(7, timestamp=12), "no time", 8),
    ],
)
def test_an_unsound_row_is_refused_by_number(
    tmp_path: Path, write: type, rows: Sequence[Row], fault: str, row: int
) -> None:
    path = write(tmp_path, rows)
    message = refusal(path)
    assert fault in message
    assert path in message
    assert f"row {row}" in message


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("abc,1,1,1,1,1", "time is 'abc'"),
        (f"{SOME[5][0]},1_0,1,1,1,1", "open is '1_0'"),
        (f"{SOME[5][0]},,1,1,1,1", "not finite"),
        (f"{SOME[5][0]},1,1,1,1", "5 fields where 6 belong"),
        (f"{SOME[5][0]},1,1,1,1,1,1,1", "8 fields where 6 belong"),
        (f"{SOME[5][0]},\x1b[31m,1,1,1,1", r"open is '\x1b[31m'"),
        ("1e999999999,1,1,1,1,1", "time is '1e999999999'"),
    ],
)
def test_an_unreadable_csv_line_is_refused_by_row_and_line(tmp_path: Path, line: str, fault: str) -> None:
    lines = csv_text(SOME).splitlines()
    lines[6] = line
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("\n".join(lines))
    message = refusal(str(path))
    assert fault in message
    assert "row 6 (line 7)" in message


def test_rows_after_torn_and_blank_lines_keep_their_numbers(tmp_path: Path) -> None:
    lines = csv_text(changed(20, low=-1.0)).splitlines()
    lines[10:10] = ["", ""]
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("\n".join(lines))
    assert "row 23 (line 24)" in refusal(str(path))


def test_an_unreadable_first_or_last_time_names_its_row(tmp_path: Path) -> None:
    lines = csv_text(SOME).splitlines()
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("\n".join([*lines, "tomorrow,1,1,1,1,1"]))
    assert "row 201 (line 202): no time in ms, us or ns: 'tomorrow'" in refusal(str(path))
    path.write_text("\n".join([lines[0], "2022-11-01,1,1,1,1,1", *lines[1:]]))
    assert "row 1 (line 2): no time in ms, us or ns: '2022-11-01'" in refusal(str(path))


def test_a_reversed_file_is_refused_at_opening(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match="out of order"):
        open_source(write_csv(tmp_path, SOME[::-1]))


def test_five_minute_bars_are_refused(tmp_path: Path) -> None:
    assert "5 min apart" in refusal(write_csv(tmp_path, SOME[::5]))


def test_columns_must_be_there(tmp_path: Path) -> None:
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("timestamp,open,high,close\n1,2,3,4\n")
    assert "no column for low" in refusal(str(path))
    path.write_text(f"{START_MS},2,3,4\n")
    assert "4 columns and no header" in refusal(str(path))
    path.write_text(HEADER + "\n")
    assert "no bars in the file" in refusal(str(path))


def test_a_file_that_changes_after_opening_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path, SOME)
    source = open_source(path)
    write_csv(tmp_path, SOME[:100])
    with pytest.raises(DataInvalid, match="changed after it was opened"):
        bars_in(source)


def test_a_funding_rate_on_every_row_is_refused(tmp_path: Path) -> None:
    rates = [0.0001 if index % 480 == 0 else None for index in range(1000)]
    rows = demo_rows()[:1000]
    assert len(bars_in(open_source(write_parquet(tmp_path, rows, funding=rates)))) == 1000
    assert "give the rate on the settlement's row alone" in refusal(
        write_parquet(tmp_path, rows, funding=[0.0001] * 1000)
    )
    assert "no fraction of notional" in refusal(write_parquet(tmp_path, rows, funding=[1.5, *rates[1:]]))
