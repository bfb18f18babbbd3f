"""The wording of verdicts: numbers in a sentence compare as the exact ones do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from ytc_tui.engine.risk.answers import capped, compared, pair, plain

from .builders import D


@pytest.mark.parametrize(
    ("used", "limit", "words"),
    [
        ("3.2", "3", "open risk 3.20 % > 3.00 %"),
        ("3", "3.000", "open risk 3.00 % = 3.00 %"),
        ("3.001", "3", "open risk 3.001 % > 3.000 %"),
        ("-2.99999", "-3", "open risk -2.99999 % > -3.00000 %"),
        ("0.024", "0.033", "open risk 0.024 % < 0.033 %"),
        ("0", "0.5", "open risk 0.00 % < 0.50 %"),
        ("1.00000000000001", "1", "open risk 1.00000000000001 % > 1 %"),
        ("0.00000000000000001", "1", "open risk 0.000000000000 % < 1.000000000000 %"),
    ],
)
def test_compared(used: str, limit: str, words: str) -> None:
    assert compared("open risk", D(used), D(limit), " %") == words


_NUMBERS = st.decimals(-10_000, 10_000, places=10)


@given(_NUMBERS, _NUMBERS)
def test_shown_numbers_compare_as_the_exact_ones(used: Decimal, limit: Decimal) -> None:
    first, second = (Decimal(text) for text in pair(used, limit))
    assert (first < second, first > second) == (used < limit, used > limit)


@pytest.mark.parametrize(("value", "text"), [("1E+3", "1000"), ("0.500", "0.5"), ("10", "10"), ("0", "0")])
def test_plain(value: str, text: str) -> None:
    assert plain(D(value)) == text


@pytest.mark.parametrize(
    ("most", "ok", "max_qty", "reason"),
    [
        ("5", True, "5", "why"),
        ("6", True, "6", "why"),
        ("4", True, "4", "why; 4 of 5 fits"),
        ("1", True, "1", "why; 1 of 5 fits"),
        ("0", False, "0", "why; not even 1 fits"),
    ],
)
def test_capped(most: str, ok: bool, max_qty: str, reason: str) -> None:
    verdict = capped("rule", "why", asked=D(5), most=D(most), lot=D(1), used=D(2), limit=D(3))
    assert (verdict.ok, verdict.max_qty, verdict.reason) == (ok, D(max_qty), reason)
    assert (verdict.used, verdict.limit) == (D(2), D(3))
