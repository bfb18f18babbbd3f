"""For each rule requests that it passes and requests that it refuses, with the numbers it must state.

A rule that is in none of the tables brings its own `CASES` in `test_<rule>.py` beside this file.
"""

from __future__ import annotations

from importlib import import_module

from . import cases_exposure, cases_state, cases_trade
from .case import Case

CASES = {**cases_state.CASES, **cases_exposure.CASES, **cases_trade.CASES}


def cases_of(rule: str) -> tuple[Case, ...]:
    """The cases of a rule: from the tables, or from the rule's own test file."""
    if rule in CASES:
        return CASES[rule]
    own: tuple[Case, ...] = import_module(f".test_{rule}", __package__).CASES
    return own
