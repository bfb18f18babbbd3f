"""How long the venue may be silent: a warning below its limit, an emergency at it (domain.md 2.13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.situations import book, kinds, long_entry, settle, trading
from ytc_tui.engine import inputs as inp
from ytc_tui.model import events as ev
from ytc_tui.model.market import NS_PER_S
from ytc_tui.model.session import Severity

SILENT = inp.VenueSilent("no connection")


def alerts(events: list[ev.Event]) -> list[tuple[str, Severity]]:
    return [(event.code, event.severity) for event in events if isinstance(event, ev.AlertRaised)]


def test_the_limit_is_a_setting(tmp_path: Path) -> None:
    sit = trading(tmp_path, risk__connection_timeout_s="5")
    settle(sit, SILENT)
    sit.at_ns += 5 * NS_PER_S
    assert "connection_lost" in {code for code, _ in alerts(settle(sit, SILENT))}


def test_an_answer_ends_the_silence_and_the_next_begins_anew(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    settle(sit, SILENT)
    sit.at_ns += 20 * NS_PER_S
    [restored] = settle(sit, inp.VenueReached())
    assert restored == ev.ConnectionRestored(20 * NS_PER_S)
    assert settle(sit, inp.VenueReached()) == []
    sit.at_ns += 20 * NS_PER_S
    assert [type(event) for event in settle(sit, SILENT)] == [ev.ConnectionLost]
    sit.at_ns += 29 * NS_PER_S
    assert alerts(settle(sit, SILENT)) == [("connection_degraded", Severity.WARNING)]


@pytest.mark.parametrize(
    "said",
    [
        inp.VenueFailed("yentry", False, False, "the venue answered nonsense: no id"),
        inp.VenueUnreadable("the venue answered nonsense: NaN", heard=True),
    ],
)
def test_nonsense_is_no_silence_but_an_answer(tmp_path: Path, said: inp.Input) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    assert "ConnectionLost" not in kinds(settle(sit, said))
    settle(sit, SILENT)
    assert "ConnectionRestored" in kinds(settle(sit, said))


def test_what_was_not_sent_says_nothing_of_the_connection(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    long_entry(sit)
    kept = inp.VenueFailed("yentry", True, False, "given up", heard=None)
    assert "ConnectionLost" not in kinds(settle(sit, kept))
    settle(sit, SILENT)
    assert "ConnectionRestored" not in kinds(settle(sit, kept))


def test_that_nobody_asked_is_no_silence(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    sit.at_ns += 3600 * NS_PER_S
    assert [type(event) for event in settle(sit, SILENT)] == [ev.ConnectionLost]


def test_the_emergency_is_raised_once_for_each_loss(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    settle(sit, SILENT)
    for _ in range(3):
        sit.at_ns += 30 * NS_PER_S
        settle(sit, SILENT)
    assert sit.state.alerts["connection-lost"].count == 1


def test_a_session_that_ended_hears_nothing_more(tmp_path: Path) -> None:
    sit = trading(tmp_path)
    book(sit, ev.SessionEnded("done", sit.state.wallet, {}))
    assert settle(sit, SILENT) == []
