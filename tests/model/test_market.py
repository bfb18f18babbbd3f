"""The path of prices inside a bar."""

from __future__ import annotations

import pytest

from ytc_tui.model.market import Bar, path_of


def bar(open_: float, high: float, low: float, close: float) -> Bar:
    return Bar("ADAUSDT", 0, open_, high, low, close, 1.0)


@pytest.mark.parametrize(
    ("sign", "path"), [(1, (10.0, 8.0, 11.0, 9.0)), (-1, (10.0, 11.0, 8.0, 9.0)), (0, (10.0, 11.0, 8.0, 9.0))]
)
def test_the_extreme_against_the_position_comes_first(sign: int, path: tuple[float, ...]) -> None:
    assert path_of(bar(10.0, 11.0, 8.0, 9.0), sign) == path


def test_without_a_position_the_low_comes_first_on_a_tie() -> None:
    assert path_of(bar(10.0, 11.0, 9.0, 10.0), 0) == (10.0, 9.0, 11.0, 10.0)


def test_a_tie_is_told_by_the_prices_as_written_not_by_their_floats() -> None:
    # 0.5802 - 0.58 is more than 0.5804 - 0.5802 in floats.
    assert path_of(bar(0.5802, 0.5804, 0.58, 0.58), 0) == (0.5802, 0.58, 0.5804, 0.58)
