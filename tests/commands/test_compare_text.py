"""What a comparison says: every figure in text and data, and no word of better where none is proved."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from tests.analysis.metrics.runs import run
from ytc_tui.commands.compare_text import CLOSING, comparison_data, comparison_text
from ytc_tui.variant_run import VariantOutcome

GIVEN = {"A": "base", "B": "risk.max_positions=2"}
DIFFERING = {"risk.max_positions": {"A": "3", "B": "2"}}


def outcomes(*runs: Sequence[Sequence[str]], planned: int | None = None) -> dict[str, VariantOutcome]:
    return {
        name: VariantOutcome(
            sessions=tuple(run(one)),
            planned=len(one) if planned is None else planned,
            config_digest=name * 64,
            feed_digest="f" * 64,
            seed=0,
            symbols=("BTCUSDT",),
        )
        for name, one in zip("ABC", runs, strict=False)
    }


def test_text_and_data_hold_the_same_figures() -> None:
    found = outcomes([["1"], ["-1"]], [["2"], []])
    text, data = comparison_text(GIVEN, DIFFERING, found), comparison_data(GIVEN, DIFFERING, found)
    assert [line.split() for line in text.splitlines() if line.startswith(("P&L", "fees", "trades"))] == [
        ["trades", "2", "1"],
        ["fees", "8.00", "4.00"],
        ["P&L", "before", "costs", "+12.00", "+206.00"],
        ["P&L", "after", "costs", "+0.00", "+200.00"],
    ]
    assert "  by reward_risk" in text
    assert text.endswith(CLOSING)
    assert json.loads(json.dumps(data)) == data
    assert data["sets"]["B"]["figures"]["net"] == "200"
    assert data["sets"]["A"]["figures"]["before_costs"] == "12"
    assert data["settings"] == DIFFERING
    assert data["differences"]["B - A"]["says"] == "too small"


def test_sessions_that_the_data_cut_off_are_told() -> None:
    text = comparison_text(GIVEN, {}, outcomes([["1"]], [["1"]], planned=2))
    assert "A: 1 sessions of the range have no end in the data" in text
    assert "no setting differs" in text
    assert "the settings make no difference" in text


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ([["2"]] * 19, "The sample says nothing about which is better: A 20, B 19 trades"),
        ([["2"], ["-2"]] * 10, "The sample does not tell them apart"),
        ([["2"], ["1.5"]] * 10, "R a session is higher with B: the interval leaves zero out."),
        ([["-1"], ["-2"]] * 10, "R a session is lower with B: the interval leaves zero out."),
    ],
)
def test_the_words_follow_the_sample(second: list[list[str]], said: str) -> None:
    assert said in comparison_text(GIVEN, DIFFERING, outcomes([["0.1"]] * 20, second))


def test_each_set_is_compared_with_the_first() -> None:
    data = comparison_data({**GIVEN, "C": "base"}, {}, outcomes([["1"]], [["1"]], [["2"]]))
    assert set(data["differences"]) == {"B - A", "C - A"}
