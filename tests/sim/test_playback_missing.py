"""What playback shows of a past run whose settings or data are, or are not, where they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sim.harness import Simulation, at
from tests.sim.past_sessions import Onlooker, names_of, on_record
from tests.sim.test_playback import busy_day
from ytc_tui import past_run
from ytc_tui.adapters.paths import Paths
from ytc_tui.adapters.run_sheet import read_sheet, write_sheet
from ytc_tui.boot import RunRequest
from ytc_tui.commands.instants import parse_moment
from ytc_tui.config import load_settings
from ytc_tui.engine.playback.past import Past
from ytc_tui.engine.playback.record import read_record
from ytc_tui.errors import ConfigInvalid
from ytc_tui.model.market import Bar
from ytc_tui.past_run import _placeholder, open_past, sheet_of, unknown_past
from ytc_tui.views.catalog import chart_name
from ytc_tui.views.seen import Level

SYMBOLS = ("BTCUSDT", "ETHUSDT")
NAMES = names_of(SYMBOLS)
OTHER_SETTINGS = {
    "risk.max_session_loss_pct": "2.9",
    "session.timeframes.trading": "5min",
    "session.session_open_min": "30",
    "agents.next_session_prep.enabled": "false",
    "notes.mistake_codes": '["early"]',
}


@pytest.fixture(scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Onlooker, Paths]:
    """The demo's session with its one trade, and the sheet that its run left."""
    folder = tmp_path_factory.mktemp("demo")
    request = RunRequest(demo=True, from_ns=at("2022-11-08T03:46"), to_ns=at("2022-11-08T08:30"))
    simulation = Simulation(request)
    onlooker = Onlooker(simulation, SYMBOLS, every=3)
    await simulation.run()
    parts = simulation.parts()
    paths = Paths(folder, folder)
    write_sheet(paths.run_sheet(parts.run_id), sheet_of(parts))
    return simulation, onlooker, paths


def opened(simulation: Simulation, paths: Paths, *, bars: bool = True) -> Past:
    def recorded(symbol: str, from_ns: int, to_ns: int, feed: str) -> Iterator[Bar]:
        found = simulation.journal.recorded_bars if bars else []
        return (bar for bar in found if bar.symbol == symbol and from_ns <= bar.open_ns < to_ns)

    session = simulation.journal.sessions()[-1]
    return open_past(
        paths,
        simulation.journal,
        recorded,
        session,
        lambda text, from_ns: parse_moment(text, from_ns, "at"),
        lambda share: None,
    )


def resheet(simulation: Simulation, folder: Path, **changes: Any) -> Paths:
    """Paths in which the sheet of the run says something else."""
    parts, paths = simulation.parts(), Paths(folder, folder)
    write_sheet(paths.run_sheet(parts.run_id), replace(sheet_of(parts), **changes))
    return paths


async def test_a_run_whose_sheet_and_data_are_there_is_shown_whole(
    demo: tuple[Simulation, Onlooker, Paths],
) -> None:
    simulation, onlooker, paths = demo
    past = opened(simulation, paths)
    assert past.background.missing == ()
    for place in [*sorted(onlooker.glances)[::9], max(onlooker.glances)]:
        shown = on_record(past.views(past.at(place), NAMES))
        assert shown == on_record(onlooker.glances[place].views), place


async def test_without_its_data_state_and_recorded_prices_are_shown_and_the_rest_says_why(
    demo: tuple[Simulation, Onlooker, Paths], tmp_path: Path
) -> None:
    simulation, onlooker, _ = demo
    gone = str(tmp_path / "binance_um_BTCUSDT_1m.parquet")
    past = opened(simulation, resheet(simulation, tmp_path, data=(gone,)))
    [why] = past.background.missing
    assert gone in why
    alike = {"top", "phase", "exposure", "risk", "rules", "alerts", "trades", "waiting", "own", "agents"}
    for place in sorted(onlooker.glances)[::9]:
        shown = on_record(past.views(past.at(place), NAMES))
        live = on_record(onlooker.glances[place].views)
        top = replace(shown["top"], feed_state=live["top"].feed_state)
        assert {**shown, "top": top}.items() >= {name: live[name] for name in alike}.items()
        chart = shown[chart_name("ETHUSDT", 1)]
        assert (chart.zones, chart.swings) == ((), ()) and gone in chart.not_known
        # Candles of the session alone, and those are the recorded ones.
        whole = live[chart_name("ETHUSDT", 1)]
        assert chart.candles == tuple(c for c in whole.candles if c in set(chart.candles))
        assert shown[chart_name("ETHUSDT", 3)].candles == ()
        assert gone in shown["watchlist"].not_known
        assert all(row.why_not for row in shown["watchlist"].rows)
        assert {(row.regime, row.zone, row.atr_pct) for row in shown["watchlist"].rows} == {
            (None, None, None)
        }
    assert chart.candles


async def test_without_bars_no_price_is_made_up(
    demo: tuple[Simulation, Onlooker, Paths], tmp_path: Path
) -> None:
    simulation, onlooker, _ = demo
    past = opened(simulation, resheet(simulation, tmp_path, data=("/nowhere/BTCUSDT=x.csv",)), bars=False)
    place = next(
        place for place, glance in sorted(onlooker.glances.items()) if glance.views["exposure"].positions
    )
    shown = past.views(past.at(place), NAMES)
    [held] = shown["exposure"].positions
    assert (held.mark, held.pnl, held.r_now) == (None, None, None)
    assert (shown["top"].pnl, shown["top"].loss_level) == (None, Level.UNKNOWN)
    assert held.entry == onlooker.glances[place].views["exposure"].positions[0].entry
    assert shown[chart_name("ETHUSDT", 1)].candles == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"label": "another"},
        {"settings": {}},
        {"from_ns": 0},
    ],
)
async def test_a_sheet_that_the_journal_does_not_prove_is_not_believed(
    demo: tuple[Simulation, Onlooker, Paths], tmp_path: Path, changes: dict[str, Any]
) -> None:
    simulation, _, _ = demo
    past = opened(simulation, resheet(simulation, tmp_path, **changes))
    assert not past.background.settings_known
    assert past.views(past.at(past.course.last), NAMES)["top"].loss_limit_pct is None


async def test_another_release_does_not_make_a_market_anew(
    demo: tuple[Simulation, Onlooker, Paths], tmp_path: Path
) -> None:
    simulation, _, _ = demo
    past = opened(simulation, resheet(simulation, tmp_path, software="0.0.9"))
    assert past.background.settings_known
    assert "0.0.9" in past.background.missing[0]


async def test_where_settings_are_not_on_record_nothing_that_is_shown_rests_on_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation, onlooker = busy_day(tmp_path)
    await simulation.run()
    record = read_record(simulation.journal, simulation.journal.sessions()[-1])
    others = load_settings(None, OTHER_SETTINGS, environment={}).settings
    pasts = [unknown_past(record, lambda *_: _bars(simulation, _), _when, "no sheet")]
    row = replace(_placeholder("X"), tick=Decimal("0.5"), taker_fee=Decimal("0.01"), contract_size=Decimal(3))
    monkeypatch.setattr(past_run, "_placeholder", lambda symbol: replace(row, symbol=symbol))
    monkeypatch.setattr(past_run, "Settings", lambda: others)
    pasts.append(unknown_past(record, lambda *_: _bars(simulation, _), _when, "no sheet"))
    assert pasts[0].background.policy != pasts[1].background.policy
    held = 0
    for place in sorted(onlooker.glances)[::5]:
        one, other = (past.views(past.at(place), NAMES) for past in pasts)
        assert one == other, place
        live = onlooker.glances[place].views
        # What is on record is there.
        assert one["alerts"] == live["alerts"] and one["signals"] == live["signals"]
        told = [(row.symbol, row.quantity, row.entry, row.stop) for row in live["exposure"].positions]
        assert [(row.symbol, row.quantity, row.entry, row.stop) for row in one["exposure"].positions] == told
        held += len(told)
    assert held


def _bars(simulation: Simulation, asked: tuple[Any, ...]) -> list[Bar]:
    symbol, from_ns, to_ns, _ = asked
    bars = simulation.journal.recorded_bars
    return [bar for bar in bars if bar.symbol == symbol and from_ns <= bar.open_ns < to_ns]


def _when(text: str, from_ns: int) -> int:
    return parse_moment(text, from_ns, "at")


# ---- the sheet ---------------------------------------------------------------------------------------


def test_a_sheet_is_read_as_it_was_written(demo: tuple[Simulation, Onlooker, Paths], tmp_path: Path) -> None:
    simulation, _, paths = demo
    parts = simulation.parts()
    assert read_sheet(paths.run_sheet(parts.run_id)) == sheet_of(parts)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"settings": 1}', json.dumps({"software": "x"})])
def test_a_sheet_that_is_none_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "run-x.json"
    path.touch(mode=0o600)
    path.write_text(text)
    with pytest.raises(ConfigInvalid):
        read_sheet(path)
    with pytest.raises(ConfigInvalid, match="no such file"):
        read_sheet(tmp_path / "run-y.json")
