"""Leaving the desk, and what becomes of the engine.

Decides which ways there are to leave. Imports the dialogs. Invariants: an engine of the desk's own is never
left without a word about it; one that ends with the desk first carries out what it was asked.
"""

from __future__ import annotations

from textual import work
from textual.content import Content

from ytc_tui.model.commands import WHEN_FLAT, Command, Verb
from ytc_tui.screens.dialogs.asking import ChoiceDialog, Option
from ytc_tui.screens.operating import OperatedApp


class Leaving(OperatedApp):
    """The action that ends the desk."""

    leaving = False

    @work(group="asking")
    async def action_leave(self) -> None:
        """Leave the desk; an engine of its own is asked about."""
        top = self.link.top
        if not self.handle.owned or self.link.end is not None or top is None or top.ended:
            if self.handle.owned and self.link.end is None:
                await self.handle.stop()
            self.exit(0)
            return
        survives, why = self.handle.survives_logout
        body = [
            f"{self.handle.description}. Engine survives logout: {survives} ({why}).",
            "Open now; only f closes it:",
            *self.what_closes(),
        ]
        if self.handle.outlives_desk:
            options = [
                Option("l", "leave it running; `ytc attach` opens this desk again"),
                Option("s", "no new entries; the session ends by itself when it is flat; leave now"),
                Option("f", "close all of this now and end the session; leave now"),
            ]
        else:
            options = [
                Option("l", "stop it: entries are pulled, stops stay; `ytc run` takes the session up again"),
                Option("f", "close all of this and end the session; leave when it has ended"),
            ]
        title = "Leave the desk: what becomes of the engine?"
        answer = await self.push_screen_wait(ChoiceDialog(title, Content("\n".join(body)), options))
        if answer == "l":
            self.exit(0)
        elif answer in ("s", "f"):
            await self._leave_after(self.command(Verb.SHUTDOWN, target=WHEN_FLAT if answer == "s" else ""))

    async def _leave_after(self, command: Command) -> None:
        """Leave once the engine took the command; a refusal keeps the desk open.

        An engine that ends with the desk is given the time to carry it out.
        """
        receipt = await self.send(command).wait()
        if receipt is not None and receipt.accepted:
            self.leaving = True
            self.leave_when_over()

    def leave_when_over(self) -> None:
        """Leave, if that was asked, as soon as nothing is lost by it."""
        top = self.link.top
        over = self.link.end is not None or top is None or top.ended
        if self.leaving and (self.handle.outlives_desk or over):
            self.exit(0)
