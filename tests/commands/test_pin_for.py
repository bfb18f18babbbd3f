"""A run that is taken up asks for the PIN wherever it did, until the PIN itself says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.pin_for import PinForFile
from ytc_tui.adapters.presence import RAISING
from ytc_tui.commands.pin_for import verbs_of_run
from ytc_tui.errors import PinRefused, UsageInvalid
from ytc_tui.model.commands import Verb

PIN = "open sesame 31415"
NONE: tuple[Verb, ...] = ()


@pytest.fixture
def kept(tmp_path: Path) -> PinForFile:
    """The file of a run that was started with the PIN for resuming."""
    file = PinForFile(tmp_path / "pin-for-run.json")
    assert started(file, [Verb.RESUME]) == {Verb.RESUME}
    return file


def started(
    file: PinForFile, wanted: list[Verb] | tuple[Verb, ...], ask_pin: Callable[[], str] | None = None
) -> frozenset[Verb]:
    pin = PinFile(file.path.with_name("pin"), matches=lambda text, typed: typed == PIN)
    return verbs_of_run(file, wanted, pin, ask_pin)


def test_a_run_that_never_asked_leaves_no_file(tmp_path: Path) -> None:
    file = PinForFile(tmp_path / "pin-for-run.json")
    assert started(file, NONE) == frozenset()
    assert list(tmp_path.iterdir()) == []


def test_a_start_without_it_keeps_it_and_says_so(
    kept: PinForFile, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started(kept, NONE) == {Verb.RESUME}
    assert "resume still needs the PIN" in capsys.readouterr().err


def test_a_start_may_add(kept: PinForFile) -> None:
    assert started(kept, [Verb.TICKET]) == {Verb.RESUME, Verb.TICKET}
    assert started(kept, NONE) == {Verb.RESUME, Verb.TICKET}


def test_the_pin_alone_drops_it(kept: PinForFile) -> None:
    PinFile(kept.path.with_name("pin")).set(PIN)
    with pytest.raises(PinRefused, match="wrong"):
        started(kept, NONE, lambda: "open sesame 27182")
    assert kept.verbs() == {Verb.RESUME}
    assert started(kept, [Verb.APPROVE], lambda: PIN) == {Verb.APPROVE}
    assert started(kept, NONE) == {Verb.APPROVE}


def test_without_a_terminal_nothing_is_dropped(kept: PinForFile) -> None:
    def nowhere() -> str:
        raise UsageInvalid("no terminal")

    assert started(kept, NONE, nowhere) == {Verb.RESUME}


@pytest.mark.parametrize("text", ["", "{}{", "[" * 900, '["resume", "fly"]', "7", "[[1]]"])
def test_a_file_that_cannot_be_trusted_asks_wherever_it_can(kept: PinForFile, text: str) -> None:
    kept.path.write_text(text)
    assert kept.verbs() == set(RAISING)
    kept.path.write_text('["resume"]')
    kept.path.chmod(0o644)
    assert kept.verbs() == set(RAISING)
