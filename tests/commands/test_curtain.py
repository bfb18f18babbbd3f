"""The line that stands while the desk loads."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest

from ytc_tui.commands.curtain import curtain
from ytc_tui.errors import UsageInvalid

TAKEN, GIVEN_BACK = "\x1b[?1049h", "\x1b[?1049l"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_stands_until_it_is_painted_over() -> None:
    with redirect_stdout(Terminal()) as terminal, curtain("opening"):
        assert terminal.getvalue().startswith(TAKEN)
        assert terminal.getvalue().endswith("opening")
    assert GIVEN_BACK not in terminal.getvalue()


@pytest.mark.parametrize("error", [UsageInvalid("no"), KeyboardInterrupt()])
def test_without_a_desk_the_terminal_is_given_back(error: BaseException) -> None:
    terminal = Terminal()
    with pytest.raises(type(error)), redirect_stdout(terminal), curtain("opening"):
        raise error
    assert terminal.getvalue().endswith(GIVEN_BACK)


def test_where_no_terminal_is_nothing_is_written() -> None:
    with redirect_stdout(io.StringIO()) as pipe, curtain("opening"):
        pass
    assert pipe.getvalue() == ""
