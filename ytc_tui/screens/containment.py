"""What becomes of a defect in a part of a screen: that part shows it, and the rest goes on.

Decides where a failure is shown and what it says. Imports Textual, of it two names that are not public: the
version is pinned, and tests plant a failure in each widget and in one that is going. Invariants: no failure
of a part ends the app or silences another part; its words are the app's `discreet` ones; a part that could
not show a view shows the next one that it can, and one that could not be made or painted is tried again when
its screen is opened anew.
"""

from __future__ import annotations

import logging
import operator
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from textual.app import ComposeResult, RenderResult
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ytc_tui.screens.crash import DiscreetApp

HELPLESS = "This part failed. Everything else, the engine above all, goes on."
PartT = TypeVar("PartT", bound="Part")
_log = logging.getLogger(__name__)
# Where nobody keeps a log, what is logged must not be written over the screen.
logging.getLogger("ytc_tui").addHandler(logging.NullHandler())


class Contained(Widget):
    """A widget whose failures are handed to the part of the screen that it is in."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            self.contain(error)

    def render_lines(self, crop: Region) -> list[Strip]:
        try:
            return super().render_lines(crop)
        except Exception as error:
            self.contain(error)
            return [Strip.blank(crop.width)] * crop.height

    def contain(self, error: Exception) -> None:
        """Show `error` in the nearest part; a widget in no part hands it to the app."""
        for widget in self.ancestors_with_self:
            if isinstance(widget, Part):
                widget.fail(error)
                return
        self.app._handle_exception(error)


class Part(Contained):
    """A part of a screen that fails by itself: a card stands in its place."""

    failure = ""
    _shown: tuple[object, ...] = ()
    _made = True
    _only_unshown = False  # the next view may well be shown

    def compose(self) -> ComposeResult:
        self._made, self._shown = True, ()
        try:
            yield from self.content()
        except Exception as error:
            self._made = False
            self.fail(error)

    def content(self) -> ComposeResult:
        """The widgets of this part."""
        return iter(())

    def fail(self, error: Exception) -> None:
        """Show a card in the place of everything here."""
        self._only_unshown, self._shown = False, ()
        self._fail(error)

    def try_again(self) -> None:
        """Forget the failure; what failed is made and shown once more."""
        self._recover()
        if not self._made:
            self.refresh(recompose=True)

    def guarded(self: PartT, show: Callable[[PartT], object], *of: object) -> None:
        """Let `show` fill this part, unless it could not be made or painted or is being taken down; nor
        where `of`, all that it shows, is the very same that is shown already."""
        if going(self) or (self.failure and not self._only_unshown):
            return
        if of and len(of) == len(self._shown) and all(map(operator.is_, of, self._shown)):
            return
        self._shown = ()
        try:
            show(self)
        except Exception as error:
            self._only_unshown = True
            self._fail(error)
        else:
            self._shown = of
            self._recover()

    def render(self) -> RenderResult:
        if not self.failure:
            return super().render()
        when = "with the next view" if self._only_unshown else "when this screen is opened anew"
        return Content.assemble(
            (f"{HELPLESS}\n", "bold $text-error"), f"{self.failure}\n", f"It is tried again {when}."
        )

    def _fail(self, error: Exception) -> None:
        if self.failure:
            return
        _log.error("a part of the screen failed", exc_info=error)
        self.failure = said_of(error, cast("DiscreetApp[object]", self.app))
        self.add_class("-failed")
        self.refresh(layout=True)

    def _recover(self) -> None:
        if self.failure:
            self.failure = ""
            self.remove_class("-failed")
            self.refresh(layout=True)


def going(widget: Widget) -> bool:
    """Whether `widget` is being taken down: that what is in it is gone is no failure."""
    return widget._pruning


def said_of(error: Exception, app: DiscreetApp[Any]) -> str:
    """What failed, in the app's `discreet` words, and its place in the code."""
    [*_, (frame, line)] = traceback.walk_tb(error.__traceback__)
    place = f"{Path(frame.f_code.co_filename).name}:{line}"
    return f"{type(error).__name__}: {app.discreet(str(error))} ({place})"
