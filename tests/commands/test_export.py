"""`ytc export`: exact numbers, sums of `ytc verify`, and no cell that acts."""

from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tests.views.journals import D, finished, stored, traded
from ytc_tui.adapters.terminal_text import safe_line
from ytc_tui.commands.export import export
from ytc_tui.commands.verify import verify
from ytc_tui.errors import UsageInvalid
from ytc_tui.views.export import Table, guarded


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return await stored(tmp_path / "ytc.db", finished())


def rows(path: Path, table: Table) -> list[dict[str, str]]:
    text = export(path, table, None, safe=safe_line, as_json=False).text
    return list(csv.DictReader(StringIO(text)))


def total(found: list[dict[str, str]], column: str) -> Decimal:
    return sum((D(row[column]) for row in found), D(0))


async def test_sums_equal_those_of_verify(path: Path) -> None:
    sums = verify(path, safe=safe_line).data["sessions"][0]["sums"]
    fills, ledger, trades = (rows(path, table) for table in (Table.FILLS, Table.LEDGER, Table.TRADES))
    assert total(ledger, "amount") == D(sums["wallet"]) == D(ledger[-1]["balance"])
    assert total(fills, "realised") == D(sums["realised"])
    assert total(fills, "fee") == D(sums["fees"])
    assert len(fills) == sums["fills"]
    assert len(trades) == sums["trades"]
    net = {row["trade_id"]: D(row["realised"]) - D(row["fees"]) for row in trades if row["pnl"]}
    assert net == {name: D(pnl) for name, pnl in sums["trade_pnl"].items()}


async def test_json_holds_the_same_numbers(path: Path) -> None:
    for table in Table:
        text = export(path, table, None, safe=safe_line, as_json=True).text
        told = json.loads(text, parse_float=D, parse_int=D)
        for one, other in zip(told, rows(path, table), strict=True):
            assert list(one) == list(other)
            for name, value in one.items():
                if isinstance(value, Decimal):
                    assert D(other[name]) == value
                else:
                    assert other[name] == (value or "")


async def test_an_open_trade_has_no_result_yet(tmp_path: Path) -> None:
    path = await stored(tmp_path / "ytc.db", traded())
    assert [row["trade_id"] for row in rows(path, Table.TRADES)] == ["T0001"]
    with pytest.raises(UsageInvalid):
        export(path, Table.FILLS, "nobody", safe=safe_line, as_json=False)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "  -2", "\t1", "\r1"])
def test_what_would_act_is_prefixed(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("0\n=", "0\n'="),
        ("a; =1;b", "a;' =1;b"),
        ("\t=1", "'\t'=1"),
        ("\n \n=1", "\n \n'=1"),
        ("a;;+1", "a;;'+1"),
    ],
)
def test_what_would_act_in_a_part_of_the_cell_is_prefixed_there(text: str, cell: str) -> None:
    assert guarded(text) == cell


@given(st.text(st.sampled_from(" \t\r\n;=+-@'\uff1da0\u3000") | st.characters()))
def test_no_cell_and_no_part_of_one_begins_a_formula(text: str) -> None:
    cell = guarded(text)
    for part in re.split(r"[;\t\r\n]", cell):
        assert not part.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    assert not cell.startswith(("\t", "\r"))
    assert cell.replace("'", "") == text.replace("'", "")


def test_a_plain_text_stays_as_it_is() -> None:
    assert [guarded(text) for text in ("", "PB", "a=b", "T0001-stop")] == ["", "PB", "a=b", "T0001-stop"]
