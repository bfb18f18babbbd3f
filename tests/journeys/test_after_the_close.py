"""What a user does once a session is over: the page, the export, the next session's file."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from tests.journeys.process import Home

FAST = ("--demo", "--from", "2022-11-08T03:46Z", "--speed", "max")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A user whose demo session is over."""
    folder = tmp_path_factory.mktemp("done")
    home = Home(folder, folder)
    home.documents(*FAST)
    return home


def test_the_page_is_whole(done: Home) -> None:
    answer = done.ytc("report", "last", "--format", "html")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("<!doctype html>")
    assert answer.stdout.rstrip().endswith("</html>")
    for what in ("ETHUSDT, 3-minute candles", "T0001 entry: sell", "Next session"):
        assert what in answer.stdout
    assert "<script" not in answer.stdout


def test_terminal_and_markdown_have_the_new_figures(done: Home) -> None:
    for form in ("terminal", "markdown"):
        told = done.ytc("report", "--format", form).stdout
        for what in ("expectancy", "Execution", "Trade reviews", "Behaviour", "Next session"):
            assert what in told
    data = json.loads(done.ytc("report", "--json").stdout)
    assert data["figures"]["whole"]["trades"] == 1


def test_an_unknown_format_is_refused(done: Home) -> None:
    assert done.ytc("report", "--format", "pdf").returncode == 2
    assert done.ytc("export", "orders").returncode == 2
    assert done.ytc("export", "fills", "--format", "xls").returncode == 2


def test_what_is_exported_adds_up_to_what_verify_says(done: Home) -> None:
    verified = json.loads(done.ytc("verify", "--json").stdout)
    sums = verified["sessions"][0]["sums"]
    ledger = list(csv.DictReader(StringIO(done.ytc("export", "ledger").stdout)))
    assert sum(Decimal(row["amount"]) for row in ledger) == Decimal(sums["wallet"])
    fills = json.loads(done.ytc("export", "fills", "last", "--format", "json").stdout, parse_float=Decimal)
    assert sum(fill["fee"] for fill in fills) == Decimal(sums["fees"])
    [trade] = json.loads(done.ytc("export", "trades", "--json").stdout, parse_float=Decimal)
    assert trade["pnl"] == Decimal(sums["trade_pnl"]["T0001"])


def test_the_file_for_the_next_session_can_be_taken(done: Home) -> None:
    [prepared] = (done.paper / "exports").glob("*.next.toml")
    assert "Process goals" in prepared.read_text()
    assert done.ytc("config", "check", "--config", str(prepared)).returncode == 0
    report = json.loads(done.ytc("report", "--json").stdout)
    lines = {line["step"]: line for line in report["checklists"]["shutdown"]}
    assert lines["Prepare next session config"]["result"] == "ok"


def test_run_again_beside_the_record_gives_the_same_hash(done: Home, tmp_path: Path) -> None:
    again = done.ytc("run", "--headless", "--exit-when-done", *FAST)
    assert "the same head hash" in again.stderr
