"""Differences with the venue from a shell: the list, and the remedies that can be typed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.scripted_engine import STARTED_NS, ScriptedEngine, document
from ytc_tui.commands import operate
from ytc_tui.commands.reconcile import ask_differences, reconcile_command
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.reconciling import Reconcile, Remedy

ROW: dict[str, Any] = {
    "id": "position-BTCUSDT",
    "kind": "position",
    "symbol": "BTCUSDT",
    "ours": "0",
    "theirs": "0.5\x1b[2J",
    "since_ns": STARTED_NS,
    "age_s": 20,
    "remedies": ["adopt", "close", "ignore"],
    "client_id": "",
    "state": "open",
}


async def test_each_difference_is_shown_with_both_sides_and_what_can_be_done() -> None:
    answer = await ask_differences(ScriptedEngine([document(differences=[ROW])]))
    assert answer.data == [ROW]
    head, ours, theirs, do = answer.text.splitlines()
    assert head == "position-BTCUSDT  position BTCUSDT  open  since 2022-11-08 12:03:20Z, 20 s"
    assert (ours.split(), theirs.split()[:1]) == (["ours", "0"], ["venue"])
    assert do.strip() == "do     adopt | close | ignore"
    assert "\x1b" not in answer.text


async def test_without_differences_that_is_said() -> None:
    answer = await ask_differences(ScriptedEngine([document()]))
    assert (answer.text, answer.data, answer.exit_code) == ("our books and the venue's agree", [], 0)


async def test_a_remedy_goes_through_the_door_as_every_command() -> None:
    engine = ScriptedEngine([document()])
    await operate.carry_out(engine, reconcile_command("wallet", "adopt", "", "", "fees"))
    [sent] = engine.sent
    assert (sent.target, sent.reason, sent.reconcile) == ("wallet", "fees", Reconcile(Remedy.ADOPT))
    assert sent.words == "reconcile wallet adopt"


def test_the_time_and_the_order_are_read() -> None:
    ignored = reconcile_command("foreign-a", "ignore", "", "2022-11-08T12:03:20Z", "")
    assert ignored.reconcile == Reconcile(Remedy.IGNORE, STARTED_NS)
    linked = reconcile_command("foreign-a", "link", "yabc", "", "")
    assert linked.reconcile == Reconcile(Remedy.LINK, order="yabc")
    assert linked.words == "reconcile foreign-a link yabc"


@pytest.mark.parametrize(
    ("remedy", "order", "until", "told"),
    [
        ("forget", "", "", "'forget' is no remedy"),
        ("", "", "", "'' is no remedy"),
        ("ignore", "", "", "--until"),
        ("adopt", "", "2022-11-08T12:00Z", "--until"),
        ("ignore", "", "soon", "'soon' is not a time"),
        ("link", "", "", "ORDER"),
        ("close", "yabc", "", "ORDER"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_sent(
    remedy: str, order: str, until: str, told: str
) -> None:
    with pytest.raises(UsageInvalid, match=told):
        reconcile_command("wallet", remedy, order, until, "")


@pytest.mark.parametrize(
    "made",
    [
        (Remedy.ADOPT, 5, ""),
        (Remedy.IGNORE, 0, ""),
        (Remedy.IGNORE, -1, ""),
        (Remedy.IGNORE, 2**63, ""),
        (Remedy.LINK, 0, ""),
        (Remedy.LINK, 0, "y\x1b[2J"),
        (Remedy.LINK, 0, "y" * 65),
        (Remedy.LINK, 0, "\u00e4"),
        (Remedy.CLOSE, 0, "y"),
    ],
)
def test_a_remedy_with_what_does_not_fit_cannot_be_made(made: tuple[Remedy, int, str]) -> None:
    with pytest.raises(ValueError, match=r"does not fit|is not allowed"):
        Reconcile(*made)
