"""A defect ends the app with a place in the code, and with no value that it held."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType

import tests.screens.conftest as screens
from ytc_tui.screens.app import DeskApp
from ytc_tui.screens.crash import DiscreetApp
from ytc_tui.screens.strip import StripApp


class Breaking(DiscreetApp[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "break"), Binding("c", "break_again")]

    def action_break(self) -> None:
        api_key = "-".join(["sk", "live", "1234"])
        raise RuntimeError(f"broke with a key of {len(api_key)} characters")

    def action_break_again(self) -> None:
        try:
            self.action_break()
        except RuntimeError as error:
            later = KeyError("later")
            later.add_note("said \x1b[31mby an exchange")
            raise later from error


async def test_no_value_of_a_local_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="broke"):
        async with Breaking().run_test() as pilot:
            await pilot.press("b")
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert "RuntimeError: broke" in text
    assert "action_break" in text
    assert "sk-live-1234" not in text


async def test_what_an_error_came_of_is_told_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError, match="later"):
        async with Breaking().run_test() as pilot:
            await pilot.press("c")
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert text.index("RuntimeError: broke") < text.index("KeyError: 'later'")
    assert "said \\x1b[31mby an exchange" in text
    assert "\x1b[31m" not in text


def test_every_app_is_discreet() -> None:
    assert issubclass(DeskApp, DiscreetApp)
    assert issubclass(StripApp, DiscreetApp)


def test_pictures_are_made_by_one_python_only(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    monkeypatch.setattr(pytestconfig.option, "update_snapshots", True)
    monkeypatch.setattr(screens, "PICTURES_BY", (2, 7))
    with pytest.raises(pytest.exit.Exception, match=r"Python 3\.11 only"):
        screens.pytest_configure(pytestconfig)
