"""The operator's own view on real engines: from the desk, from the shell, and beside a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import desk_on
from tests.journeys.process import Home, count_on_record, until
from tests.sim.tape import DAY, Tape
from ytc_tui.commands.desk_engine import ProcessEngine
from ytc_tui.commands.starting import Flags
from ytc_tui.model.session import Phase
from ytc_tui.views.alerts import AlertsView
from ytc_tui.views.catalog import chart_name
from ytc_tui.views.chart import LineKind
from ytc_tui.views.own import OwnView

Start = Callable[[Flags], ProcessEngine]
QUIET = ("--set", "trading.setups=[]", "--set", "session.warmup_days=1")


def quiet_day(folder: Path) -> tuple[str, ...]:
    """A quiet market around 20,000 with one wide bar at 12:50; nothing is found to trade."""
    tape = Tape(end="16:00").bar("12:50", 19_990, 20_200, opens=20_000, closes=20_000)
    return ("--data", tape.write(folder), "--from", f"{DAY}T12:00Z", "--to", f"{DAY}T16:00Z", *QUIET)


def told(home: Home, *arguments: str) -> Any:
    """What a command says as JSON."""
    done = home.ytc(*arguments, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


async def test_a_typed_level_is_drawn_and_told_once_when_price_touches_it(start: Start, user: Home) -> None:
    async with desk_on(start(Flags(demo=True, speed="60", symbols="BTCUSDT"))) as desk:
        await desk.begins()
        await desk.until(lambda: desk.top.phase is Phase.ACTIVE_TRADING)
        name = chart_name("BTCUSDT", 1)
        await desk.until(lambda: desk.app.link.views.get(name) is not None)
        price = f"{desk.app.link.views[name].last:.1f}"
        await desk.press("l")
        await desk.sees("Level of your own")
        await desk.press(*price, "tab", "tab", *"mine", "tab", *"touch", "enter")
        await desk.hears("level: accepted")
        await desk.sees("own levels 1", "mine")

        def drawn() -> list[str]:
            return [line.label for line in desk.app.link.views[name].lines if line.kind is LineKind.OWN]

        await desk.until(lambda: drawn() == ["mine"])

        def alerts() -> list[tuple[str, int]]:
            view = desk.app.link.views["alerts"]
            assert isinstance(view, AlertsView)
            return [(row.message, row.count) for row in view.rows if row.code == "level_touched"]

        await desk.until(lambda: bool(alerts()))
        touched_ns = desk.top.at_ns
        # Price goes on around it; nothing more is told.
        await desk.until(lambda: desk.top.at_ns > touched_ns + 5 * 60 * 1_000_000_000)
        [(message, count)] = alerts()
        assert message.startswith(f'BTCUSDT reached BTCUSDT@{price.removesuffix(".0")} "mine" at ')
        assert count == 1
        view = desk.app.link.views["own"]
        assert isinstance(view, OwnView)
        assert not view.levels[0].armed


@pytest.mark.slow
def test_levels_bias_and_notes_around_a_session(home: Home, tmp_path: Path) -> None:
    """Kept before it, journalled in it, carried on after it; its chain is what it was."""
    assert told(home, "levels", "add", "BTCUSDT", "20200", "--alert", "touch", "--label", "high")["kept"]
    assert told(home, "bias", "BTCUSDT", "short_only", "--reason", "calm")["kept"]
    day = quiet_day(tmp_path)
    with home.running(*day, "--speed", "200"):
        until(lambda: bool(told(home, "status")["gate"]["state"] == "active"))
        [level] = told(home, "levels")["levels"]
        assert (level["level_id"], level["label"]) == ("BTCUSDT@20200", "high")
        assert "bias     BTCUSDT short_only" in home.ytc("status").stdout
        added = told(home, "levels", "add", "BTCUSDT", "19500..19600", "--kind", "support")
        assert added["accepted"]
        assert any("LEVEL    BTCUSDT@19500..19600" in line for line in added["effects"])
        refused = home.ytc("levels", "add", "XYZUSDT", "5")
        assert (refused.returncode, "symbol 'XYZUSDT' is not traded here" in refused.stdout) == (8, True)
        buy = home.ytc("ticket", "BTCUSDT", "buy", "--stop", "19850", "--target", "20800")
        assert (buy.returncode, "refused: bias: a long is against the bias" in buy.stdout) == (8, True)
        # Another symbol's level is for sessions that trade it; this one is not told.
        assert told(home, "levels", "add", "ETHUSDT", "1500", "--later")["kept"]
        assert told(home, "levels", "remove", "ETHUSDT@1500")["removed"] == "ETHUSDT@1500"
        assert told(home, "note", "quiet so far", "--tag", "range")["accepted"]
        until(lambda: count_on_record(home, "LevelReached") == 1)
        home.ytc("shutdown")
        until(lambda: count_on_record(home, "SessionEnded") == 1)
    kept = told(home, "levels")
    assert (kept["in"], len(kept["levels"])) == ("kept", 2)
    assert [row["day"] for row in told(home, "bias")["biases"]] == [DAY]
    heads = told(home, "sessions")
    late = told(home, "note", "I was tired", "--mistake", "other")
    assert (late["kept"], late["note"]["note_id"]) == (True, "A0001")
    unknown = home.ytc("note", "x", "--trade", "T0009")
    assert "no trade 'T0009'" in unknown.stderr
    assert told(home, "sessions") == heads
    assert told(home, "verify")["ok"]
    notes = told(home, "report")["notes"]
    assert [(row["text"], row["written"]) for row in notes] == [
        ("quiet so far", "in the session"),
        ("I was tired", "later"),
    ]
    for form in ("terminal", "markdown", "html"):
        text = home.ytc("report", "--format", form).stdout
        assert "I was tired" in text
        assert "BTCUSDT@20200" in text
    assert "I was tired" in home.ytc("export", "notes").stdout


@pytest.mark.slow
def test_a_recorded_run_is_repeated_with_what_it_began_with(home: Home, tmp_path: Path) -> None:
    """Whatever is kept by then: the repetition in memory has the same head."""
    told(home, "levels", "add", "BTCUSDT", "20200", "--alert", "touch")
    told(home, "bias", "BTCUSDT", "long_only")
    day = (*quiet_day(tmp_path), "--speed", "max")
    [first] = home.documents(*day)
    told(home, "levels", "remove", "BTCUSDT@20200")
    told(home, "levels", "add", "BTCUSDT", "19000")
    [again] = home.documents(*day)
    assert again["journal"]["recorded_head"] == first["journal"]["head"] == again["journal"]["head"]
    assert [level["level_id"] for level in told(home, "levels")["levels"]] == ["BTCUSDT@19000"]


@pytest.mark.slow
def test_what_is_wrong_is_said_without_an_engine(home: Home) -> None:
    for arguments, words in (
        (("levels", "add", "NOPE", "5"), "unknown symbol 'NOPE'"),
        (("levels", "add", "BTCUSDT", "-5"), "price -5 is not allowed: above 0"),
        (("levels", "add", "BTCUSDT", "many"), "price 'many' is not a number"),
        (("levels", "add", "BTCUSDT", "5", "--kind", "wall"), "kind 'wall' is not allowed"),
        (("levels", "remove", "BTCUSDT@5"), "no level 'BTCUSDT@5' is kept (levels: none)"),
        (("levels", "arm", "5", "touch"), "'5' names no level"),
        (("bias", "BTCUSDT", "up"), "bias 'up' is not allowed: none, long_only, short_only, no_trades"),
        (("bias", "BTCUSDT", "none"), "no bias is kept for BTCUSDT"),
        (("note", "x", "--mistake", "greed"), "mistake code 'greed' is unknown: chased, early_exit"),
        (("note", "x", "--trade", "T0001", "--at", "12:00"), "a note is about a trade or about a moment"),
        (("note",), "a note needs a text, a tag or a mistake code"),
        (("levels", "--session", "abc"), "no engine is running"),
    ):
        answer = home.ytc(*arguments)
        assert answer.returncode in (2, 6), arguments
        assert words in answer.stderr, arguments
