"""Several engines of one user: which one a desk is opened on, and how it turns to another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.process import Home
from tests.journeys.terminal import Terminal

STAYS = ("--demo", "--speed", "20")


@pytest.fixture
def two(user: Home) -> Iterator[list[str]]:
    """Two engines, which differ in their label; their names."""
    with user.running(*STAYS, "--label", "one"), user.running(*STAYS, "--label", "two", ready=2):
        yield user.engines()


@pytest.mark.slow
def test_one_of_two_is_chosen_and_then_the_other(user: Home, two: list[str]) -> None:
    with Terminal(user, "attach") as terminal:
        terminal.shows("several engines run", two[0], two[1], "which one? 1 to 2")
        terminal.press(b"2\n")
        terminal.shows("PAPER", "engine live", two[1])
        terminal.press(b"A")
        terminal.shows("Running sessions", "this one")
        terminal.press(b"1")
        terminal.shows("engine live", two[0])
        terminal.press(b"q")
        assert terminal.ended() == 0


@pytest.mark.slow
def test_what_is_none_of_them_is_refused_and_a_name_needs_no_question(user: Home, two: list[str]) -> None:
    with Terminal(user, "attach") as terminal:
        terminal.shows("which one?")
        terminal.press(b"3\n")
        terminal.shows("is none of them")
        assert terminal.ended() == 2
    done = user.ytc("attach")
    assert done.returncode == 2
    assert all(name in done.stderr for name in two)
    with Terminal(user, "attach", two[0], "--read-only") as terminal:
        terminal.shows("READ-ONLY", two[0])
        terminal.press(b"q")
        assert terminal.ended() == 0
