"""`ytc data check`: it sees everything the feed would refuse, goes on after it, and counts what is odd."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from tests.adapters.feeds.samples import (
    SOME,
    Row,
    bars_in,
    changed,
    csv_text,
    demo_rows,
    recorded,
    write_csv,
    write_parquet,
)
from ytc_tui.adapters.feeds.demo import demo_paths
from ytc_tui.adapters.feeds.files import open_source
from ytc_tui.commands.data_check import DataReport, Finding, check, render
from ytc_tui.errors import DataInvalid


def finding(report: DataReport, what: str) -> Finding:
    return next(found for found in report.findings if what in found.what)


def rows_of(report: DataReport, what: str) -> list[int]:
    return [note.row for note in finding(report, what).rows]


def test_the_demo_is_clean() -> None:
    for path in demo_paths():
        report = check(str(path))
        assert report.findings == ()
        assert report.exit_code == 0
        assert (report.rows, report.first, report.last) == (14_400, "2022-11-01 00:00", "2022-11-10 23:59")
        assert (report.interval_minutes, report.unit, report.label) == (1, "ms", "open")
        assert report.volume_known
        assert report.columns == ("time", "open", "high", "low", "close", "volume")
        assert "the feed takes this file" in render(report)


def test_every_fault_is_listed_with_its_rows(tmp_path: Path) -> None:
    rows = list(SOME)
    rows[9] = (rows[9][0], -1.0, *rows[9][2:])
    rows[11] = (*rows[11][:2], float("inf"), *rows[11][3:])
    rows[13] = (*rows[13][:3], rows[13][2] + 1, *rows[13][4:])
    rows[15] = (rows[15][0] * 1000, *rows[15][1:])
    rows[17] = (rows[17][0] + 1, *rows[17][1:])
    rows[19] = (*rows[19][:5], -2.0)
    rows[31], rows[30] = rows[30], rows[31]
    rows.insert(40, rows[39])
    lines = csv_text(rows).splitlines()
    lines[50] = "what,is,this"
    lines[60] = lines[60].replace(",", ",x", 1)
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("\n".join(lines))
    report = check(str(path))
    assert report.exit_code == 2
    assert rows_of(report, "zero or negative") == [10]
    assert rows_of(report, "not finite") == [12]
    assert rows_of(report, "inconsistent") == [14]
    assert rows_of(report, "mixed time units") == [16]
    assert rows_of(report, "not on the minute") == [18]
    assert rows_of(report, "negative volume") == [20]
    assert rows_of(report, "out of order") == [32]
    assert rows_of(report, "duplicate") == [41]
    assert finding(report, "duplicate").rows[0].detail == "as in row 40"
    assert rows_of(report, "torn") == [50]
    assert rows_of(report, "unreadable") == [60]
    text = render(report)
    assert "row 41 2022-11-01 00:39 as in row 40" in text
    assert text.endswith("the feed refuses this file")


def test_only_the_first_rows_of_a_finding_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    bad: list[Row] = [(row[0], 0.0, *row[2:]) for row in SOME]
    report = check(write_parquet(tmp_path, bad), listed=3)
    assert finding(report, "zero or negative").count == 200
    assert rows_of(report, "zero or negative") == [1, 2, 3]
    assert "and 197 more" in render(report)


def test_holes_are_counted_and_the_largest_shown(tmp_path: Path) -> None:
    rows = [*SOME[:50], *SOME[51:100], *SOME[130:]]
    report = check(write_csv(tmp_path, rows))
    assert report.exit_code == 0
    assert (report.holes, report.missing_minutes, report.weekend_gaps) == (2, 31, 0)
    largest = report.largest_holes[0]
    assert (largest.row, largest.missing_minutes) == (100, 30)
    assert (largest.last_before, largest.first_after) == ("2022-11-01 01:39", "2022-11-01 02:10")
    assert "row 100 2022-11-01 01:39 to 2022-11-01 02:10: 30 min" in render(report)


def test_a_gap_over_saturday_is_a_weekend(tmp_path: Path) -> None:
    # 2022-11-05 was a Saturday: row 4 * 1440 is its first minute.
    friday, monday = 4 * 1440, 6 * 1440
    rows = demo_rows()
    report = check(write_parquet(tmp_path, [*rows[: friday - 100], *rows[monday - 60 :]]))
    assert [hole.weekend for hole in report.largest_holes] == [True]
    late = check(write_parquet(tmp_path, [*rows[: friday + 1], *rows[monday:]]))
    assert late.weekend_gaps == 0


def test_zero_volume_bars_are_odd_and_silence_is_unknown(tmp_path: Path) -> None:
    report = check(write_csv(tmp_path, changed(70, volume=0.0)))
    assert report.exit_code == 0
    assert finding(report, "zero volume").severity == "odd"
    assert rows_of(report, "zero volume") == [71]
    silent: list[Row] = [(*row[:5], 0.0) for row in SOME]
    report = check(write_csv(tmp_path, silent))
    assert [found.what for found in report.findings] == ["volume unknown"]
    assert not report.volume_known


def test_labels_units_and_columns_are_told(tmp_path: Path) -> None:
    report = check(write_csv(tmp_path, SOME, per_ms=1000, shift=59_999_999))
    assert (report.unit, report.first) == ("us", "2022-11-01 00:00")
    assert report.label.startswith("close, last instant")
    declared = check(write_csv(tmp_path, SOME, shift=60_000), "close")
    assert (declared.label, declared.first) == ("close, whole minute, as declared", "2022-11-01 00:00")
    assert "--bar-label close" in render(check(write_csv(tmp_path, SOME)))


def test_what_is_wrong_with_the_whole_file_is_told(tmp_path: Path) -> None:
    assert finding(check(write_csv(tmp_path, SOME[::5])), "one-minute").rows[0].detail.endswith("5 min apart")
    assert finding(check(write_csv(tmp_path, SOME, "bars.csv")), "no symbol").severity == "wrong"
    (tmp_path / "a_b_BTCUSDT_1m.csv").write_text("timestamp,open,high,low,close\n")
    assert check(str(tmp_path / "a_b_BTCUSDT_1m.csv")).exit_code == 2
    every_row = check(write_parquet(tmp_path, SOME, funding=[0.0001] * 200))
    assert finding(every_row, "funding").rows[0].detail.startswith("199 of 200 rates")
    with pytest.raises(DataInvalid, match="no such file"):
        check(str(tmp_path / "a_b_NONE_1m.csv"))


def test_a_file_without_any_time_is_reported_not_raised(tmp_path: Path) -> None:
    (tmp_path / "a_b_BTCUSDT_1m.csv").write_text("time,open,high,low,close\nnow,1,1,1,1\n5,1,1\n6,1,1,1,1\n")
    report = check(str(tmp_path / "a_b_BTCUSDT_1m.csv"))
    assert report.exit_code == 2
    assert rows_of(report, "no time") == [1, 3]
    assert rows_of(report, "torn") == [2]
    assert "unknown" in render(report)


def test_the_report_is_json() -> None:
    report = check(str(demo_paths()[0]))
    assert json.loads(json.dumps(dataclasses.asdict(report)))["symbol"] == "BTCUSDT"


FIELD_CHANGES = st.tuples(
    st.integers(0, 199),
    st.sampled_from(["timestamp", "open", "high", "low", "close", "volume"]),
    st.sampled_from([0.0, -1.0, 1.0, 20_500.0, 1e9, float("nan"), float("inf")]),
)


@settings(max_examples=60, deadline=None)
@given(change=FIELD_CHANGES, parquet=st.booleans())
def test_it_is_wrong_exactly_when_the_feed_refuses(
    tmp_path_factory: pytest.TempPathFactory, change: tuple[int, str, float], parquet: bool
) -> None:
    index, name, value = change
    folder = tmp_path_factory.getbasetemp()
    moved = SOME[index][0] + (int(value) if value < 1e6 else 60_000)
    rows: Sequence[Row] = changed(index, **{name: moved if name == "timestamp" else value})
    path = write_parquet(folder, rows) if parquet else write_csv(folder, rows)
    try:
        bars_in(open_source(path))
        refused = False
    except DataInvalid:
        refused = True
    assert (check(path).exit_code == 2) == refused


@pytest.mark.parametrize(
    ("name", "rows", "holes", "missing", "longest", "zero_volume", "weekends"),
    [
        ("binance_um_BTCUSDT_1m_2022", 525_600, 0, 0, 0, 64, 0),
        ("binance_spot_BTCUSDT_1m_2020-03", 44_512, 1, 128, 128, 0, 0),
        ("bybit_DOTUSDT_1m_2025-06", 43_200, 0, 0, 0, 6, 0),
        ("gapstress_bybit_BTCUSDT_1m_2024-09", 5_000, 24, 19_224, 801, 5, 0),
        ("fxcm_USDJPY_ask_1m", 28_761, 38, 11_560, 2_882, 0, 4),
        ("cme_ESZ13_1m_2013-10", 4_205, 52, 235, 45, 0, 0),
    ],
)
def test_recorded_files_hold_what_their_provenance_says(
    name: str, rows: int, holes: int, missing: int, longest: int, zero_volume: int, weekends: int
) -> None:
    report = check("TEST=" + recorded(f"{name}.parquet"))
    assert report.exit_code == 0
    assert (report.rows, report.holes, report.missing_minutes) == (rows, holes, missing)
    assert max((hole.missing_minutes for hole in report.largest_holes), default=0) == longest
    assert sum(found.count for found in report.findings if found.what == "zero volume") == zero_volume
    assert report.weekend_gaps == weekends


def test_a_file_of_torn_rows_alone(tmp_path: Path) -> None:
    path = tmp_path / "a_b_BTCUSDT_1m.csv"
    path.write_text("timestamp,open,high,low,close,volume\n1667865600000,1,2\n1667865660000\n")
    report = check(str(path))
    assert rows_of(report, "torn") == [1, 2]
    assert report.exit_code == 2
    with pytest.raises(DataInvalid, match="no bars in the file"):
        open_source(str(path))
