"""The engine is killed -9 at random moments; it goes on by itself and ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.kill import Outcome, run_with_kills, seconds_of

# The demo's trading session: a short in ETHUSDT is entered, managed and scratched.
DEMO = ["--demo", "--speed", "max", "--from", "2022-11-08T03:00Z", "--to", "2022-11-08T07:30Z"]


def outcomes(folder: Path, kills: int, first_seed: int) -> tuple[Outcome, list[Outcome]]:
    """The uninterrupted run, and killed ones until `kills` kills were done."""
    documents, seconds = seconds_of(folder / "whole", DEMO)
    whole = Outcome(documents, 0)
    killed: list[Outcome] = []
    while sum(outcome.kills for outcome in killed) < kills:
        seed = first_seed + len(killed)
        left = kills - sum(outcome.kills for outcome in killed)
        killed.append(run_with_kills(folder / f"killed-{seed}", DEMO, min(left, 8), seed, seconds))
    return whole, killed


@pytest.mark.slow
def test_a_killed_run_ends_like_the_uninterrupted_one(tmp_path: Path) -> None:
    whole, killed = outcomes(tmp_path, kills=4, first_seed=1)
    assert whole.facts()[0]["trades"]
    assert [outcome.facts() for outcome in killed] == [whole.facts()] * len(killed)


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    whole, killed = outcomes(tmp_path, kills=200, first_seed=100)
    assert [seed for seed, outcome in enumerate(killed) if outcome.facts() != whole.facts()] == []
