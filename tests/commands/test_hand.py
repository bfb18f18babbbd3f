"""The hand on the command line: what is typed becomes a command, or is refused with its flag."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from tests.commands.scripted_engine import ScriptedEngine
from ytc_tui.client import Receipt
from ytc_tui.commands import hand, operate
from ytc_tui.commands.answer import Answer
from ytc_tui.commands.app import app
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import ClosePart, Command, MoveStop, MoveTarget, Ticket, Verb
from ytc_tui.model.market import Side

D = Decimal
Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """What would have been sent; every command is answered with one order that is not confirmed."""
    taken: list[Command] = []

    def send(paths: object, wanted: str, command: Command, ask_pin: object) -> Answer:
        taken.append(command)
        receipt = Receipt(
            command.command_id, True, "why", wanted, 1, ("gate active",), ("exit BTCUSDT y1: acked",)
        )
        return operate.receipt_answer(command.verb, receipt)

    monkeypatch.setattr(operate, "send", send)
    return taken


def typed(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout


@pytest.mark.parametrize(
    ("line", "words", "argument"),
    [
        ("close T0001", "close T0001", ClosePart(D(100))),
        ("close t0001 --part 50", "close T0001 50 %", ClosePart(D(50))),
        ("close BTCUSDT --part 33.3%", "close BTCUSDT 33.3 %", ClosePart(D("33.3"))),
        ("stop T0001 breakeven", "stop T0001 breakeven", MoveStop()),
        ("stop btcusdt 20010.5", "stop BTCUSDT 20010.5", MoveStop(D("20010.5"))),
        ("target T0001 20300", "target T0001 20300", MoveTarget(D(20_300))),
        ("target T0001 20300 --part 2", "target T0001 T2 20300", MoveTarget(D(20_300), 2)),
        (
            "ticket btcusdt BUY --stop 19900 --target 20400",
            "ticket BTCUSDT buy stop 19900 target 20400",
            Ticket(Side.BUY, D(19_900), D(20_400)),
        ),
        (
            "ticket BTCUSDT sell --stop 20100 --target 19400 --limit 19990.5",
            "ticket BTCUSDT sell stop 20100 target 19400 limit 19990.5",
            Ticket(Side.SELL, D(20_100), D(19_400), D("19990.5")),
        ),
        ("cancel", "cancel", None),
        ("cancel yabc", "cancel yabc", None),
    ],
)
def test_what_is_typed_is_what_is_asked(sent: list[Command], line: str, words: str, argument: object) -> None:
    code, text = typed(*line.split(), "--reason", "seen", "--session", "s-1", "--json")
    assert code == operate.EXIT_UNCONFIRMED
    [command] = sent
    assert (command.words, command.action, command.reason) == (words, argument, "seen")
    assert json.loads(text)["session_id"] == "s-1"
    assert json.loads(text)["unconfirmed"] == ["exit BTCUSDT y1: acked"]


def test_a_second_time_is_a_second_command(sent: list[Command]) -> None:
    assert typed("close", "T0001")[1].startswith("close: accepted: why\ngate active\nunconfirmed: exit")
    typed("close", "T0001")
    first, second = sent
    assert first.command_id != second.command_id


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: hand.close_command("T0001", "half", ""), "--part: 'half' is not a number"),
        (lambda: hand.close_command("T0001", "0", ""), "--part: pct 0 is not allowed: above 0, at most 100"),
        (lambda: hand.close_command("T0001", "100.1", ""), "pct 100.1 is not allowed"),
        (lambda: hand.close_command(" ", "50", ""), "no trade and no symbol is named"),
        (lambda: hand.stop_command("T0001", "be", ""), "PRICE: 'be' is not a price or breakeven"),
        (lambda: hand.stop_command("T0001", "inf", ""), "price Infinity is not allowed: above 0"),
        (lambda: hand.stop_command("T0001", "-1", ""), "price -1 is not allowed: above 0"),
        (lambda: hand.target_command("T0001", "1e13", None, ""), "price 1E+13 is not allowed"),
        (lambda: hand.target_command("T0001", "1", 0, ""), "part 0 is not allowed: 1, 2 or none"),
        (lambda: hand.ticket_command("X", "long", "1", "2", "", ""), "side 'long' is not allowed"),
        (lambda: hand.ticket_command("X", "buy", "?", "2", "", ""), "--stop: '?' is not a number"),
        (lambda: hand.ticket_command("X", "buy", "1", "0", "", ""), "target 0 is not allowed: above 0"),
        (lambda: hand.ticket_command("X", "buy", "1", "2", "1e-19", ""), "limit 1E-19 is not allowed"),
    ],
)
def test_what_is_not_allowed_names_its_flag_and_what_is(make: Callable[[], Command], words: str) -> None:
    with pytest.raises(UsageInvalid) as caught:
        make()
    assert words in str(caught.value)


async def test_a_refusal_is_said_and_has_its_exit_code() -> None:
    engine = ScriptedEngine(receipt=lambda sent: Receipt(sent.command_id, False, "no open trade", "s", 7))
    answer = await operate.carry_out(engine, hand.stop_command("BTCUSDT", "breakeven", ""))
    assert (answer.exit_code, answer.text) == (operate.EXIT_REFUSED, "stop: refused: no open trade")
    assert [command.verb for command in engine.sent] == [Verb.STOP]
