"""The PIN opens for itself alone, and for nothing while its files cannot be trusted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ytc_tui.adapters import pin as pin_module
from ytc_tui.adapters.lockout import TRIES, Moment
from ytc_tui.adapters.pin import MEMORY_KIB, PASSES, PinFile, hashed, matches, refuse_weak
from ytc_tui.errors import ConfigInvalid, PinRefused, UsageInvalid

PIN, WRONG = "correct 48151623", "wrong 48151623"
HASH = hashed(PIN)
S = 1_000_000_000


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PinFile:
    """A PIN that is set, and compared at once: the hash is the text that its file holds."""
    return quick(tmp_path / "pin", monkeypatch)


def quick(path: Path, patch: pytest.MonkeyPatch, now: Callable[[], Moment] | None = None) -> PinFile:
    patch.setattr(pin_module, "hashed", lambda pin: HASH)
    file = PinFile(path, matches=lambda text, pin: pin == PIN, now=now or (lambda: Moment(0, "boot", 0)))
    file.set(PIN)
    return file


def test_the_hash_is_slow_salted_and_right_for_one_pin_alone() -> None:
    assert HASH.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert MEMORY_KIB >= 19_456
    assert PASSES >= 2
    assert hashed(PIN) != HASH
    assert matches(HASH, PIN)
    assert not matches(HASH, WRONG)
    assert not matches(HASH, "")


def test_a_real_pin_is_set_checked_changed_and_removed(tmp_path: Path) -> None:
    file = PinFile(tmp_path / "pin")
    with pytest.raises(PinRefused, match="no PIN is set"):
        file.verify(PIN)
    file.set(PIN)
    file.verify(PIN)
    with pytest.raises(PinRefused, match="4 tries left"):
        file.set("another 2718281", WRONG)
    file.set("another 2718281", PIN)
    with pytest.raises(PinRefused, match="wrong"):
        file.verify(PIN)
    file.remove("another 2718281")
    assert {path.name for path in tmp_path.iterdir()} == {"pin.tries.lock"}
    assert PIN not in HASH


@pytest.mark.parametrize("pin", ["", "12345", "a" * 129, "111111", "123\n456", "12345\x1b[2J"])
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(UsageInvalid):
        refuse_weak(pin)


def test_letters_typed_as_other_code_points_are_the_same() -> None:
    assert matches(hashed("Zu\u0308rich-8001"), "Z\u00fcrich-8001")


# ---- files that cannot be trusted --------------------------------------------------------------------


def rewrite(text: str | bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text if isinstance(text, bytes) else text.encode())


def mode(bits: int) -> Callable[[Path], None]:
    return lambda path: path.chmod(bits)


def link(path: Path) -> None:
    path.rename(path.with_name("real"))
    path.symlink_to(path.with_name("real"))


def second_name(path: Path) -> None:
    os.link(path, path.with_name("second"))


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def changed(**fields: object) -> Callable[[Path], object]:
    return lambda path: path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def without(field: str) -> Callable[[Path], None]:
    def tamper(path: Path) -> None:
        data = json.loads(path.read_text())
        del data[field]
        path.write_text(json.dumps(data))

    return tamper


WEAK = HASH.replace(f"m={MEMORY_KIB},t={PASSES}", "m=8,t=1")
HUGE = HASH.replace(f"m={MEMORY_KIB}", "m=9999999")
UNSALTED = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
OF_HASH: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": rewrite(""),
    "a blank line": rewrite("\n"),
    "cut short": rewrite(HASH[:-20]),
    "read by the group": mode(0o640),
    "read by all": mode(0o604),
    "written by the group": mode(0o620),
    "a link": link,
    "a second name": second_name,
    "a folder": folder,
    "a pipe": pipe,
    "another kind of argon2": rewrite(HASH.replace("argon2id", "argon2i")),
    "a weak hash": rewrite(WEAK),
    "a hash that takes the machine": rewrite(HUGE),
    "an unsalted hash": rewrite(UNSALTED),
    "a pattern that fits all": rewrite(".*"),
    "two lines": rewrite(f"{HASH}\n{HASH}\n"),
    "bytes": rewrite(bytes(range(256))),
    "too large": rewrite(HASH + " " * 1000),
    "the hash of another PIN": rewrite(hashed("another 2718281")),
}
OF_TRIES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": rewrite(""),
    "no JSON": rewrite("{"),
    "a list": rewrite("[]"),
    "deep": rewrite("[" * 10_000),
    "read by the group": mode(0o640),
    "read by all": mode(0o604),
    "a link": link,
    "a second name": second_name,
    "a folder": folder,
    "a pipe": pipe,
    "fewer than none": changed(failed=-1000),
    "true": changed(failed=True),
    "a fraction": changed(failed=0.0),
    "not a number": changed(until_wall_ns=float("nan")),
    "beyond every clock": changed(until_wall_ns=2**70),
    "too many tries left over": changed(failed=TRIES),
    "of another PIN": changed(bound_to="ab" * 32),
    "an unknown field": changed(unlocked=True),
    "a field less": without("until_up_ns"),
    "failures that are texts": changed(failures_ns=["0"]),
    "too large": changed(boot="b" * 20_000),
}


@pytest.mark.parametrize("how", OF_HASH)
def test_a_hash_that_was_tampered_with_lets_nobody_in(file: PinFile, how: str) -> None:
    OF_HASH[how](file.path)
    with pytest.raises(PinRefused):
        file.verify(PIN)
    with pytest.raises(PinRefused):
        file.state()


@pytest.mark.parametrize("how", OF_TRIES)
def test_a_record_that_was_tampered_with_lets_nobody_in(file: PinFile, how: str) -> None:
    OF_TRIES[how](file.path.with_name("pin.tries"))
    with pytest.raises(PinRefused):
        file.verify(PIN)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away needs root")
@pytest.mark.parametrize("name", ["pin", "pin.tries"])
def test_a_file_of_another_user_lets_nobody_in(file: PinFile, name: str) -> None:
    os.chown(file.path.with_name(name), 65534, 65534)
    with pytest.raises(PinRefused, match="belongs to user 65534"):
        file.verify(PIN)


def test_a_try_that_cannot_be_put_on_record_is_not_made(
    file: PinFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ConfigInvalid, match="No space left"):
        file.verify(PIN)


def test_a_process_that_dies_while_it_compares_has_used_a_try(file: PinFile) -> None:
    def dies(text: str, pin: str) -> bool:
        raise KeyboardInterrupt

    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            PinFile(file.path, matches=dies, now=lambda: Moment(0, "boot", 0)).verify(PIN)
    with pytest.raises(PinRefused, match="too many wrong PINs"):
        file.verify(PIN)


def test_guessing_at_once_wins_no_tries(file: PinFile) -> None:
    def guess(number: int) -> str:
        with pytest.raises(PinRefused) as refused:
            PinFile(file.path, matches=lambda text, pin: False, now=lambda: Moment(0, "boot", 0)).verify(PIN)
        return refused.value.what

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(20)))
    assert sum(answer.startswith("the PIN is wrong") for answer in answers) == TRIES
