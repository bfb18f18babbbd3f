"""`ytc pin`: set, change, check and remove the operator's PIN.

Decides what is asked and what is said. Imports the PIN's file. Invariant: a PIN is typed at a terminal that
does not show it; it comes from no argument, no variable and no pipe, and is in no answer.
"""

from __future__ import annotations

import getpass
import warnings
from datetime import UTC, datetime

from ytc_tui.adapters.lockout import TRIES
from ytc_tui.adapters.pin import ADVISED_PIN, PinFile, refuse_weak
from ytc_tui.adapters.redaction import SHORTEST_SECRET
from ytc_tui.adapters.secrets import REDACTOR
from ytc_tui.commands.answer import Answer
from ytc_tui.errors import PinRefused, UsageInvalid
from ytc_tui.model.market import NS_PER_S


def typed_pin(prompt: str = "PIN: ") -> str:
    """What is typed at this process's terminal. Raises UsageInvalid where there is none."""
    with warnings.catch_warnings():
        # Without a terminal it would read standard input, and show what is typed there.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            pin = getpass.getpass(prompt)
        except EOFError:
            raise UsageInvalid("no PIN was typed", fix="nothing was changed") from None
        except (getpass.GetPassWarning, OSError):
            raise UsageInvalid("a PIN is typed at a terminal, and here is none") from None
    if len(pin) >= SHORTEST_SECRET:
        REDACTOR.add(pin)
    return pin


def set_pin(file: PinFile) -> Answer:
    """Ask for the PIN that is to be, and for the one that is. Raises PinRefused, UsageInvalid."""
    old = typed_pin("PIN now: ") if file.is_set else None
    new = typed_pin("new PIN: ")
    refuse_weak(new)
    if typed_pin("new PIN again: ") != new:
        raise UsageInvalid("the two are not the same", fix="nothing was changed")
    file.set(new, old)
    short = f"; {ADVISED_PIN} characters or more are better" if len(new) < ADVISED_PIN else ""
    return Answer(f"the PIN is set{short}\n", {"set": True, "length_advised": len(new) >= ADVISED_PIN})


def check_pin(file: PinFile) -> Answer:
    """Ask for the PIN and say that it is it. Raises PinRefused."""
    file.verify(typed_pin())
    return Answer("that is the PIN\n", {"ok": True})


def remove_pin(file: PinFile) -> Answer:
    """Ask for the PIN and take it away. Raises PinRefused."""
    if not file.is_set:
        return Answer("no PIN is set\n", {"set": False})
    file.remove(typed_pin())
    return Answer("the PIN is removed; commands that need one are refused\n", {"set": False})


def pin_state(file: PinFile) -> Answer:
    """Whether a PIN is set and usable, and the wrong ones that were tried; asks for nothing."""
    if not file.is_set:
        return Answer("no PIN is set\n", {"set": False})
    try:
        tries, locked_s = file.state()
    except PinRefused as refused:
        return Answer(f"not usable: {refused}\n", {"set": True, "usable": False}, refused.exit_code)
    failures = [
        datetime.fromtimestamp(at_ns // NS_PER_S, UTC).isoformat().replace("+00:00", "Z")
        for at_ns in tries.failures_ns
    ]
    lines = [
        "the PIN is set",
        f"locked for {locked_s} s" if locked_s else f"{TRIES - tries.failed} tries left",
    ]
    lines += [f"wrong PIN at {at}" for at in failures]
    data = {"set": True, "usable": True, "locked_s": locked_s, "failures": failures}
    return Answer("\n".join(lines) + "\n", data)
