"""How long a lockout lasts, whatever clocks, processes and machines do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.adapters.test_pin import PIN, WRONG, S, quick
from ytc_tui.adapters.lockout import FIRST_LOCK_S, LONGEST_LOCK_S, TRIES, Moment, Tries
from ytc_tui.adapters.pin import PinFile
from ytc_tui.errors import PinRefused


def test_a_clock_put_forward_while_the_machine_is_up_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Moment(0, "boot", 0)
    file = quick(tmp_path / "pin", monkeypatch, lambda: at)
    for _ in range(TRIES):
        with pytest.raises(PinRefused):
            file.verify(WRONG)
    at = Moment(10**6 * S, "boot", S)
    with pytest.raises(PinRefused, match="none is looked at for 15 min"):
        file.verify(PIN)
    at = Moment(0, "boot", FIRST_LOCK_S * S)
    file.verify(PIN)


@pytest.mark.parametrize("locks", range(12))
def test_a_lockout_doubles_up_to_a_day(locks: int) -> None:
    tries = Tries("hash", failed=TRIES - 1, locks=locks).with_failure(Moment(0, "boot", 0))
    assert tries.left_s(Moment(0, "boot", 0)) == min(LONGEST_LOCK_S, FIRST_LOCK_S * 2**locks)


class Lockout(RuleBasedStateMachine):
    """Against a model that counts true seconds, whatever clocks and processes do."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"ytc-pin-{os.getpid()}-{id(self)}"
        self.folder.mkdir(mode=0o700)
        self.true_s, self.wall_off_s, self.boot, self.booted_s = 0, 0, 0, 0
        self.failed, self.locks, self.until_s = 0, 0, 0
        self.file = quick(self.folder / "pin", self.patch, self.now)

    def now(self) -> Moment:
        wall_s = 1_700_000_000 + self.true_s + self.wall_off_s
        return Moment(wall_s * S, f"boot-{self.boot}", (self.true_s - self.booted_s) * S)

    @rule()
    def restart_of_the_process(self) -> None:
        self.file = PinFile(self.file.path, matches=lambda text, pin: pin == PIN, now=self.now)

    @rule()
    def restart_of_the_machine(self) -> None:
        self.boot, self.booted_s = self.boot + 1, self.true_s

    @rule(seconds=st.sampled_from([1, 60, 899, 900, 901, 1800, 3600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.true_s += seconds

    @rule(seconds=st.integers(1, 1_000_000))
    def clock_is_put_back(self, seconds: int) -> None:
        self.wall_off_s -= seconds

    @rule()
    def wrong(self) -> None:
        if self.refused(WRONG) and self.true_s >= self.until_s:
            self.failed += 1
            if self.failed == TRIES:
                lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2**self.locks)
                self.failed, self.locks, self.until_s = 0, self.locks + 1, self.true_s + lock_s

    @rule()
    def right(self) -> None:
        refused = self.refused(PIN)
        if self.true_s < self.until_s:
            assert refused, "a lockout was shortened"
        elif not refused:
            self.failed = self.locks = 0

    def refused(self, pin: str) -> bool:
        """Whether it was; where a clock that was put back holds a lockout longer, the model is told."""
        try:
            self.file.verify(pin)
        except PinRefused as error:
            if error.what.startswith("too many") and self.true_s >= self.until_s:
                assert self.wall_off_s < 0, "locked for no reason"
                self.until_s = self.true_s + 1
            return True
        return False

    @precondition(lambda self: self.true_s < self.until_s)
    @invariant()
    def locked(self) -> None:
        assert self.file.state()[1] > 0

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(self.folder)


TestLockout = Lockout.TestCase
TestLockout.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
