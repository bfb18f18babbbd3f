"""What commands say of a flatten that is not confirmed."""

from __future__ import annotations

import pytest

from tests.commands.scripted_engine import UNDER_WAY, ScriptedEngine
from ytc_tui.commands import operate
from ytc_tui.model.commands import Command, Verb

UNCONFIRMED = {
    "since": "2022-11-08T12:04:00Z",
    "why": "the venue does not answer",
    "by_hand": [{"text": "buy 0.5 BTCUSDT at market, reduce-only (last known stop 20150)"}],
}


async def test_a_flatten_that_is_not_confirmed_says_what_to_close_by_hand_and_exits_9(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operate, "POLL_S", 0)
    shown = {**UNDER_WAY, "unconfirmed_exposure": UNCONFIRMED}
    answer = await operate.flatten_until_flat(
        ScriptedEngine([shown]), Command("c-1", Verb.FLATTEN, "ada", "enough"), 0.05
    )
    assert answer.exit_code == 9
    lines = answer.text.splitlines()
    assert lines[1] == (
        "UNCONFIRMED EXPOSURE since 2022-11-08T12:04:00Z: the venue does not answer; the engine tries on"
    )
    assert lines[2] == "by hand: buy 0.5 BTCUSDT at market, reduce-only (last known stop 20150)"
    assert answer.data["unconfirmed_exposure"] == UNCONFIRMED


async def test_status_says_an_unconfirmed_exposure_first() -> None:
    answer = await operate.ask_status(ScriptedEngine([{**UNDER_WAY, "unconfirmed_exposure": UNCONFIRMED}]))
    assert answer.text.startswith("UNCONFIRMED EXPOSURE since 2022-11-08T12:04:00Z")
