"""The instrument table: the bundled rows, exact numbers, and refusals by file, symbol and key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from ytc_tui.adapters.instruments import KEYS, instrument_for, load_instruments
from ytc_tui.errors import ConfigInvalid, DataInvalid
from ytc_tui.model.market import InstrumentKind

GOOD = {
    "kind": '"linear_perp"',
    "tick": "0.1",
    "lot": '"0.001"',
    "min_notional": "100",
    "contract_size": "1",
    "quote": '"USDT"',
    "maker_fee": "-0.0001",
    "taker_fee": "4e-4",
    "max_leverage": "20",
    "maintenance_margin": "0.025",
}


def write(folder: Path, symbol: str = "BTCUSDT", **changes: str | None) -> Path:
    rows = {**GOOD, **changes}
    path = folder / "mine.toml"
    path.write_text(f"[{symbol}]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items() if v is not None))
    return path


def test_every_bundled_symbol_is_a_perpetual_in_usdt_with_costs() -> None:
    table = load_instruments(None)
    assert {"BTCUSDT", "ETHUSDT", "ADAUSDT", "DOGEUSDT", "DOTUSDT", "XRPUSDT", "SOLUSDT"} <= set(table)
    assert {"ALGOUSDT", "AVAXUSDT", "FILUSDT", "NEARUSDT"} <= set(table)
    for symbol, row in table.items():
        assert row.symbol == symbol
        assert (row.kind, row.quote) == (InstrumentKind.LINEAR_PERP, "USDT")
        assert row.contract_size == 1
        assert (row.maker_fee, row.taker_fee) == (Decimal("0.0002"), Decimal("0.0004"))
        assert row.maintenance_margin < 1 / row.max_leverage


def test_numbers_are_exact_decimals_in_every_spelling(tmp_path: Path) -> None:
    row = load_instruments(write(tmp_path))["BTCUSDT"]
    assert (row.tick, row.lot) == (Decimal("0.1"), Decimal("0.001"))
    assert (row.maker_fee, row.taker_fee) == (Decimal("-0.0001"), Decimal("0.0004"))
    assert str(row.tick) == "0.1"


@settings(deadline=None)
@given(tick=st.decimals(min_value="1e-12", max_value="1e6", allow_nan=False))
def test_any_decimal_survives_as_written(tmp_path_factory: pytest.TempPathFactory, tick: Decimal) -> None:
    folder = tmp_path_factory.getbasetemp()
    for spelling in (f"{tick:f}", f'"{tick}"'):
        assert load_instruments(write(folder, tick=spelling))["BTCUSDT"].tick == tick


def test_spot_is_a_kind(tmp_path: Path) -> None:
    path = write(tmp_path, kind='"spot"', max_leverage="1", maintenance_margin="0")
    assert load_instruments(path)["BTCUSDT"].kind is InstrumentKind.SPOT


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_named_with_file_and_symbol(tmp_path: Path, key: str) -> None:
    nothing: dict[str, str | None] = {key: None}
    path = write(tmp_path, "BTCUSDT", **nothing)
    with pytest.raises(DataInvalid) as caught:
        load_instruments(path)
    assert f"{path}, [BTCUSDT]: missing keys: {key} " in str(caught.value)


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match=r"\[BTCUSDT\]: unknown keys: tick_size"):
        load_instruments(write(tmp_path, tick_size="1"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", '"future"'),
        ("tick", "0"),
        ("tick", '"abc"'),
        ("tick", "true"),
        ("tick", "nan"),
        ("lot", "-1"),
        ("lot", "inf"),
        ("contract_size", "0"),
        ("min_notional", "-1"),
        ("quote", "1"),
        ("quote", '"usdt"'),
        ("maker_fee", "0.2"),
        ("taker_fee", "-0.0001"),
        ("taker_fee", "4"),
        ("max_leverage", "0.5"),
        ("maintenance_margin", "0.05"),
        ("maintenance_margin", "-0.01"),
        ("maintenance_margin", "[1]"),
    ],
)
def test_a_senseless_value_is_refused_by_key(tmp_path: Path, key: str, value: str) -> None:
    path = write(tmp_path, **{key: value})
    with pytest.raises(DataInvalid) as caught:
        load_instruments(path)
    assert f"{path}, [BTCUSDT] {key}: " in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[btcusdt]\n", "is not a symbol"),
        ("BTCUSDT = 1\n", "is not a table"),
        ("[BTCUSDT\n", "is not TOML"),
    ],
)
def test_malformed_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(DataInvalid, match=message):
        load_instruments(path)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match="cannot be read"):
        load_instruments(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(DataInvalid, match="UTF-8"):
        load_instruments(tmp_path / "latin.toml")


def test_an_unknown_symbol_names_the_keys_to_give() -> None:
    table = load_instruments(None)
    assert instrument_for("BTCUSDT", table) is table["BTCUSDT"]
    with pytest.raises(ConfigInvalid) as caught:
        instrument_for("EURUSD", table)
    assert all(key in str(caught.value) for key in ("EURUSD", *KEYS))
