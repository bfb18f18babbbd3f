"""The money proof: equal on what was recorded, and not on the smallest change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from proof import conduct
from proof.books import main
from tests.proof.record import DATA, spoiled, without

Body = dict[str, Any]


def moved(value: str, by: str) -> str:
    return str(Decimal(value) + Decimal(by))


def a_tick_dearer(body: Body) -> bool:
    body["fill"]["price"] = moved(body["fill"]["price"], "0.01")
    return True


def a_fee_off(body: Body) -> bool:
    body["fill"]["fee"] = moved(body["fill"]["fee"], "0.00000001")
    return True


def a_point_later(body: Body) -> bool:
    body["fill"]["at_ns"] += 19_000_000_000
    return True


def profit_off(body: Body) -> bool:
    body["realised"] = moved(body["realised"], "0.00000001")
    return bool(Decimal(body["realised"]))


def result_off(body: Body) -> bool:
    body["pnl"] = moved(body["pnl"], "0.00000001")
    return True


def balance_off(body: Body) -> bool:
    body["end_balance"] = moved(body["end_balance"], "-0.00000001")
    return True


def more_ordered(body: Body) -> bool:
    body["order"]["quantity"] = moved(body["order"]["quantity"], "0.001")
    return True


def test_every_fill_fee_and_balance_is_worked_out_again(
    journal: Path, settings: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(journal), *DATA, *settings]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["sessions"], found["trades"], found["fills"]) == (2, 5, 11)
    assert sum(found["fills_by"].values()) == 11
    assert {"entry taker", "entry maker", "protective_stop taker", "target maker"} <= set(found["fills_by"])
    assert len(found["balances"]) == 2
    assert all(first == "10000" for first, _ in found["balances"])


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("FillBooked", a_tick_dearer, "fill 1"),
        ("FillBooked", a_fee_off, "fill 1"),
        ("FillBooked", a_point_later, "fill 1"),
        ("FillBooked", profit_off, "fill 1"),
        ("TradeClosed", result_off, "pnl"),
        ("SessionEnded", balance_off, "end balance"),
        ("OrderIntended", more_ordered, "fill 1"),
    ],
)
def test_the_smallest_change_is_found(
    journal: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    change: Callable[[Body], bool],
    told: str,
) -> None:
    copy = spoiled(journal, tmp_path / "ytc.db", kind, change)
    assert main([str(copy), *DATA]) == 1
    printed = capsys.readouterr().out
    assert told in printed
    assert "recomputed" in printed


@pytest.mark.parametrize("kind", ["FillBooked", "OrderIntended"])
def test_a_missing_entry_is_found(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    assert main([str(without(journal, tmp_path / "ytc.db", kind)), *DATA]) == 1
    assert "fill" in capsys.readouterr().out


def test_other_costs_make_other_fills(
    journal: Path, settings: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = json.loads(Path(settings[1]).read_text())
    for row in shown["settings"]:
        if row["key"] == "paper.slippage_bps":
            row["value"] = "0"
    other = tmp_path / "settings.json"
    other.write_text(json.dumps(shown))
    assert main([str(journal), *DATA, "--settings", str(other)]) == 1
    assert "fill 1" in capsys.readouterr().out
    other.write_text(json.dumps({**shown, "digest": "0" * 64}))
    assert main([str(journal), *DATA, "--settings", str(other)]) == 1
    assert "ran under settings" in capsys.readouterr().out


def test_bars_that_are_missing_are_asked_for(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(journal), DATA[0]]) == 2
    assert "ETHUSDT: give its bars" in capsys.readouterr().err


@pytest.mark.parametrize("proof", [main, conduct.main])
def test_a_body_nested_too_deep_is_said_to_be_unreadable(
    journal: Path, tmp_path: Path, proof: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "deep.db"
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        with target:
            target.execute("UPDATE journal SET body = ? WHERE seq = 5", ("[" * 100_000,))
    assert proof([str(copy), *DATA]) == 2
    assert "recursion" in capsys.readouterr().err
