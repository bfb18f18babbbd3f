"""What a closed trade counts as, and how journals of before the setting say it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.codec import to_json
from ytc_tui.model.trades import ExitReason, TradeOutcome, TradeState, outcome_of

D = Decimal


@pytest.mark.parametrize(
    ("r_multiple", "band", "outcome"),
    [
        ("0.0999", "0.1", TradeOutcome.BREAKEVEN),
        ("0.1", "0.1", TradeOutcome.WIN),
        ("-0.0999", "0.1", TradeOutcome.BREAKEVEN),
        ("-0.1", "0.1", TradeOutcome.LOSS),
        ("-0.2", "0.25", TradeOutcome.BREAKEVEN),
        ("0.0001", "0", TradeOutcome.WIN),
        ("0", "0", TradeOutcome.BREAKEVEN),
    ],
)
def test_the_band_is_open_on_both_sides(r_multiple: str, band: str, outcome: TradeOutcome) -> None:
    assert outcome_of(D(r_multiple), D(band)) is outcome


@pytest.mark.parametrize(("r_multiple", "outcome"), [("0.0999", "breakeven"), ("0.1", "win"), ("-1", "loss")])
def test_a_result_of_version_1_counts_as_it_did(r_multiple: str, outcome: str) -> None:
    closed = ev.TradeClosed(
        "T0001", TradeState.FULLY_CLOSED, ExitReason.STOP, D(1), D(r_multiple), D(0), D(0), TradeOutcome.WIN
    )
    body = {key: value for key, value in to_json(closed).items() if key != "outcome"}
    entry = ChainHead("s").link(5, "TradeClosed", 1, "T0001", "", json.dumps(body))
    decoded = ev.decode_event(entry)
    assert isinstance(decoded, ev.TradeClosed)
    assert decoded.outcome == outcome
