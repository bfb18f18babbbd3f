"""For which commands a run asks for the PIN, also one that is taken up.

Decides that a start may add some, and that dropping one needs the PIN itself. Imports the PIN's files.
Invariant: without the PIN a run asks for it wherever it did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from ytc_tui.adapters.pin import PinFile
from ytc_tui.adapters.pin_for import PinForFile
from ytc_tui.adapters.process_guard import tell
from ytc_tui.errors import UsageInvalid
from ytc_tui.model.commands import Verb


def verbs_of_run(
    kept_at: PinForFile, wanted: Collection[Verb], pin: PinFile, ask_pin: Callable[[], str] | None
) -> frozenset[Verb]:
    """What a run that is started with `wanted` asks the PIN for; kept for its next start.

    `ask_pin` asks for the PIN where something is to be dropped, None = nothing is. Raises PinRefused for a
    wrong one, ConfigInvalid where the file cannot be written.
    """
    kept, asked = kept_at.verbs(), frozenset(wanted)
    verbs = asked if _may_drop(kept - asked, pin, ask_pin) else kept | asked
    if verbs != kept:
        kept_at.keep(verbs)
    return verbs


def _may_drop(dropped: frozenset[Verb], pin: PinFile, ask_pin: Callable[[], str] | None) -> bool:
    if not dropped:
        return True
    named = ", ".join(sorted(dropped))
    if ask_pin is not None:
        tell(f"note: {named} needs the PIN; to drop that, type it")
        try:
            typed = ask_pin()
        except UsageInvalid:
            typed = None
        if typed is not None:
            pin.verify(typed)
            return True
    fix = "`ytc run --headless --set security.pin_for=...` at a terminal can drop that, with the PIN"
    tell(f"note: {named} still needs the PIN, as when this run was started; {fix}")
    return False
