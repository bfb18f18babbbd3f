"""What an operator may say, from text to value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ytc_tui.model.codec import canonical, from_json, to_json
from ytc_tui.model.commands import Command, Verb
from ytc_tui.model.market import Side
from ytc_tui.model.own import (
    AddLevel,
    Bias,
    LevelAlert,
    OwnLevel,
    OwnNote,
    SetBias,
    WriteNote,
    acting,
    ended_at,
    level_id,
    mistakes_by_trade,
    tags_by_trade,
)
from ytc_tui.model.own_text import read_bias, read_level, read_note
from ytc_tui.model.structure import ZoneRole

D = Decimal
CODES = ("chased", "other")
BAND = read_level("100..101", "support", "gap", "touch")


def test_a_price_and_a_band() -> None:
    assert read_level(" 20150.50 ", "", "", "") == AddLevel(D("20150.50"), D("20150.50"))
    whole = read_level("100..101", "Resistance", "gap", "close", 7)
    assert whole == AddLevel(D(100), D(101), ZoneRole.RESISTANCE, "gap", 7, LevelAlert.CLOSE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("abc", "", "", ""), "price 'abc' is not a number"),
        (("0", "", "", ""), "price 0 is not allowed: above 0"),
        (("-1", "", "", ""), "price -1 is not allowed"),
        (("nan", "", "", ""), "price NaN is not allowed"),
        (("snan", "", "", ""), "price sNaN is not allowed"),
        (("1e13", "", "", ""), "price 1E\\+13 is not allowed"),
        (("100..99", "", "", ""), "high 99 is not allowed: it is below low 100"),
        (("100..x", "", "", ""), "price 'x' is not a number"),
        (("100", "wall", "", ""), "kind 'wall' is not allowed: support, resistance, or none"),
        (("100", "", "a\x1b[2J", ""), "label holds a control character"),
        (("100", "", "x" * 41, ""), "label of 41 characters is not allowed: at most 40"),
        (("100", "", "", "beep"), "alert 'beep' is not allowed: none, touch, close"),
    ],
)
def test_what_is_no_level_is_named(given: tuple[str, str, str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_level(*given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("", (), ()), "text is empty: a note needs a text, a tag or a mistake code"),
        (("x", ("a b",), ()), "tag 'a b' is not allowed"),
        (("x", ("a", "a"), ()), "at most 8 different ones"),
        (("x", (), ("greed",)), "mistake code 'greed' is unknown: chased, other"),
        (("x" * 1001, (), ()), "text of 1001 characters is not allowed: at most 1000"),
        (("a\nb", (), ()), "text holds a control character"),
    ],
)
def test_what_is_no_note_is_named(given: tuple[Any, Any, Any], words: str) -> None:
    text, tags, mistakes = given
    with pytest.raises(ValueError, match=words):
        read_note(text, tags, mistakes, CODES)


def test_a_note_as_it_is_typed() -> None:
    assert read_note(" late ", ["#Fomo", ""], ["Chased"], CODES) == WriteNote("late", ("fomo",), ("chased",))


def test_a_bias_allows_sides() -> None:
    allowed = {bias: [side for side in Side if bias.allows(side)] for bias in Bias}
    assert allowed == {
        Bias.NONE: [Side.BUY, Side.SELL],
        Bias.LONG_ONLY: [Side.BUY],
        Bias.SHORT_ONLY: [Side.SELL],
        Bias.NO_TRADES: [],
    }
    assert read_bias("No-Trades") is Bias.NO_TRADES
    with pytest.raises(ValueError, match="bias 'up' is not allowed: none, long_only, short_only, no_trades"):
        read_bias("up")


def test_the_same_prices_are_the_same_level() -> None:
    assert level_id("BTCUSDT", D("20150.00"), D("20150")) == "BTCUSDT@20150"
    assert level_id("BTCUSDT", D("2.01E+4"), D("20150.5")) == "BTCUSDT@20100..20150.5"


def test_a_level_acts_from_its_minute_until_its_end() -> None:
    held = OwnLevel("x", "BTCUSDT", D(1), D(1), None, "", "ada", from_ns=10, until_ns=20)
    assert [at_ns for at_ns in (9, 10, 19, 20) if acting([held], at_ns)] == [10, 19]
    assert ended_at(held, 15).until_ns == 15
    assert ended_at(held, 25).until_ns == 20


def test_marks_are_gathered_over_all_notes_of_a_trade() -> None:
    notes = [
        OwnNote("N001", "T0001", 0, "a", ("fomo",), ("chased",), "ada"),
        OwnNote("N002", "T0001", 0, "b", ("fomo", "late"), (), "ada"),
        OwnNote("N003", "", 5, "c", ("mood",), ("other",), "ada"),
    ]
    assert tags_by_trade(notes) == {"T0001": ("fomo", "late")}
    assert mistakes_by_trade(notes) == {"T0001": ("chased",)}


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            Command(
                "c", Verb.LEVEL, "ada", "", "BTCUSDT", level=read_level("100..101", "support", "gap", "touch")
            ),
            "level BTCUSDT@100..101 support alert touch gap",
        ),
        (Command("c", Verb.DROP_LEVEL, "ada", "", "BTCUSDT@100"), "drop-level BTCUSDT@100"),
        (Command("c", Verb.BIAS, "ada", "", "BTCUSDT", bias=SetBias(Bias.NONE)), "bias BTCUSDT none"),
        (Command("c", Verb.NOTE, "ada", note=WriteNote("late", ("a",), ("chased",))), "note #a !chased late"),
    ],
)
def test_a_command_in_words_and_whole_through_json(command: Command, words: str) -> None:
    assert command.words == words
    assert from_json(Command, to_json(command)) == command
    assert canonical(command)
