"""Commands: an argument fits its verb, or there is no command; entries of old journals are read on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from ytc_tui.model import events as ev
from ytc_tui.model.chain import ChainHead
from ytc_tui.model.codec import canonical, from_json
from ytc_tui.model.commands import ARGUMENT, ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side

D = Decimal
prices = st.decimals(D("0.00000001"), D(10) ** 12, places=8)
actions = st.one_of(
    st.builds(ClosePart, st.decimals(D("0.01"), D(100), places=2)),
    st.builds(MoveStop, st.none() | prices),
    st.builds(MoveTarget, prices, st.none() | st.sampled_from((1, 2))),
    st.builds(Ticket, st.sampled_from(Side), prices, prices, st.none() | prices),
)
_VERB_OF = {ClosePart: Verb.CLOSE, MoveStop: Verb.STOP, MoveTarget: Verb.TARGET, Ticket: Verb.TICKET}


@given(actions)
def test_a_command_by_hand_survives_the_journal(action: ClosePart | MoveStop | MoveTarget | Ticket) -> None:
    verb = _VERB_OF[type(action)]
    arguments: dict[str, Any] = {ARGUMENT[verb]: action}
    command = Command("c", verb, "ada", "why", "T0001", **arguments)
    assert command.action == action
    assert from_json(Command, json.loads(canonical(command))) == command
    assert command.words.startswith(f"{verb} T0001")


@pytest.mark.parametrize(
    ("verb", "arguments", "words"),
    [
        (Verb.CLOSE, {}, "close is missing: the verb close needs it"),
        (Verb.STOP, {"close": ClosePart()}, "close is not allowed: the verb is stop"),
        (Verb.PAUSE, {"move_stop": MoveStop()}, "move_stop is not allowed: the verb is pause"),
        (Verb.CANCEL, {"ticket": Ticket(Side.BUY, D(1), D(2))}, "ticket is not allowed: the verb is cancel"),
        (Verb.STOP, {"move_stop": MoveStop(), "target": ""}, "target is empty: stop needs a trade"),
    ],
)
def test_an_argument_fits_its_verb(verb: Verb, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Command("c", verb, "ada", **{"target": "T0001", **arguments})


@pytest.mark.parametrize("bad", ["0", "-1", "1e13", "1e-19", "NaN", "Infinity", "1e999999"])
def test_a_number_that_is_no_price_is_refused_with_what_is_allowed(bad: str) -> None:
    for make in (MoveStop, MoveTarget, lambda price: Ticket(Side.BUY, price, D(1))):
        with pytest.raises(ValueError, match=r"is not allowed: above 0, at most 1000000000000, at most 18"):
            make(D(bad))
    with pytest.raises(ValueError, match="is not allowed: above 0, at most 100"):
        ClosePart(D(bad))


@pytest.mark.parametrize("kind", [ev.CommandTaken, ev.CommandRefused])
def test_a_command_of_the_first_version_is_read(kind: type) -> None:
    old = {
        "command_id": "c",
        "verb": "cancel",
        "actor": "ada",
        "reason": "",
        "target": "",
        "content_hash": "",
    }
    body: dict[str, Any] = {"command": old}
    if kind is ev.CommandRefused:
        body["reason"] = "no"
    entry = ChainHead("s").link(5, kind.__name__, 1, "", "", canonical(body))
    event = ev.decode_event(entry)
    assert isinstance(event, ev.CommandTaken | ev.CommandRefused)
    assert event.command == Command("c", Verb.CANCEL, "ada")
    assert ev.version_of(kind.__name__) == 4
