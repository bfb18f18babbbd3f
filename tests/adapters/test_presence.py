"""A command that needs the PIN passes once, and soon, after the PIN was shown for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.presence import MAX_SHOWN, RAISING, SHOWN_LIFE_S, PinPresence
from ytc_tui.errors import PinRefused
from ytc_tui.model.commands import Command, Verb

PIN = "correct 48151623"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> PinFile:
    path = tmp_path_factory.mktemp("pin") / "pin"
    PinFile(path).set(PIN)
    return PinFile(path, matches=lambda text, pin: pin == PIN)


class Clock:
    now_s = 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def presence(file: PinFile, clock: Clock) -> PinPresence:
    return PinPresence(file, [Verb.RESUME], lambda: clock.now_s)


def resume(command_id: str = "c-1") -> Command:
    return Command(command_id, Verb.RESUME, "ada")


async def test_it_is_good_for_one_command_once(presence: PinPresence) -> None:
    assert presence.missing(resume()).startswith("needs the PIN")
    await presence.show("c-1", PIN)
    assert presence.missing(resume("c-2"))
    assert not presence.missing(resume())
    assert presence.missing(resume())


async def test_it_is_good_for_a_minute(presence: PinPresence, clock: Clock) -> None:
    await presence.show("c-1", PIN)
    clock.now_s = SHOWN_LIFE_S + 1
    assert presence.missing(resume())


async def test_a_wrong_pin_lets_nothing_pass(presence: PinPresence) -> None:
    with pytest.raises(PinRefused, match="wrong"):
        await presence.show("c-1", "wrong 48151623")
    assert presence.missing(resume())


async def test_what_was_shown_is_bounded(presence: PinPresence) -> None:
    for number in range(MAX_SHOWN + 5):
        await presence.show(f"c-{number}", PIN)
    assert presence.missing(resume("c-0"))
    assert not presence.missing(resume(f"c-{MAX_SHOWN + 4}"))


def test_what_lowers_risk_never_needs_one(file: PinFile) -> None:
    for verb in set(Verb) - set(RAISING):
        with pytest.raises(ValueError, match="can need a PIN"):
            PinPresence(file, [verb], lambda: 0.0)


def test_without_a_pin_set_it_says_how_to_set_one(tmp_path: Path) -> None:
    presence = PinPresence(PinFile(tmp_path / "pin"), [Verb.RESUME], lambda: 0.0)
    assert "none is set: `ytc pin set`" in presence.missing(resume())
