"""The operator's word about a difference with the venue.

Decides what is asked before it is sent. Imports the dialogs, the reconcile screen and the commands.
Invariant: each remedy says its exact effect first; what becomes of it is the engine's to say.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from textual import work
from textual.content import Content

from ytc_tui.model.commands import Verb
from ytc_tui.model.market import NS_PER_MIN
from ytc_tui.model.reconciling import Reconcile, Remedy
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option, TextDialog
from ytc_tui.screens.operating import OperatedApp
from ytc_tui.screens.reconcile import ReconcileScreen, evidence_content
from ytc_tui.screens.remedies import effect
from ytc_tui.views.differences import DifferenceRow

_KEYS = {Remedy.ADOPT: "a", Remedy.CLOSE: "c", Remedy.IGNORE: "i", Remedy.LINK: "l"}
_MOST_MINUTES = Decimal(1_440)


class Resolving(OperatedApp):
    """The action on a difference."""

    @work(group="asking")
    async def action_resolve(self) -> None:
        below = self.engine_screen
        row = below.difference if isinstance(below, ReconcileScreen) else None
        if row is None:
            self.say("resolve: no difference is selected; they are on the Reconcile screen")
            return
        options = [Option(_KEYS[remedy], f"{remedy.value}: {effect(remedy, row)}") for remedy in row.remedies]
        body = evidence_content(row, self.desk.zone)
        answer = await self.push_screen_wait(ChoiceDialog(f"Resolve {row.id}", body, options))
        remedy = next((each for each, key in _KEYS.items() if key == answer), None)
        wanted = await self._details(remedy, row) if remedy is not None else None
        if wanted is not None:
            self.send(self.command(Verb.RECONCILE, target=row.id, action=wanted))

    async def _details(self, remedy: Remedy, row: DifferenceRow) -> Reconcile | None:
        """The remedy with what it needs; None = escape."""
        match remedy:
            case Remedy.ADOPT | Remedy.CLOSE:
                return Reconcile(remedy)
            case Remedy.IGNORE:
                asked = TextDialog(
                    f"Ignore {row.id} for how many minutes?",
                    Content(effect(remedy, row)),
                    minutes_problem,
                    hint="minutes",
                )
                text = await self.push_screen_wait(asked)
                top = self.link.top
                if not text or top is None:
                    return None
                return Reconcile(remedy, until_ns=top.at_ns + int(Decimal(text) * NS_PER_MIN))
            case Remedy.LINK:
                asked = TextDialog(
                    f"Which order of ours is {row.id}?", Content(row.theirs), order_problem, hint="client id"
                )
                text = await self.push_screen_wait(asked)
                return Reconcile(remedy, order=text) if text else None


def minutes_problem(text: str) -> str:
    """What is wrong with typed minutes; empty when they can be taken."""
    try:
        minutes = Decimal(text)
    except InvalidOperation:
        return f"{text[:40]!r} is no number of minutes"
    within = minutes.is_finite() and 0 < minutes <= _MOST_MINUTES
    return "" if within else f"{text[:40]!r} is not above 0 and at most {_MOST_MINUTES}"


def order_problem(text: str) -> str:
    """What is wrong with a typed client id; empty when there may be such an order."""
    try:
        Reconcile(Remedy.LINK, order=text)
    except ValueError as error:
        return str(error)
    return ""
