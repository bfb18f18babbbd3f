"""What waits for a person, and what was answered: handoffs and proposals.

Decides what a card says, and which key answers it. Imports the base and the view. Invariants: a yes carries
the content hash of the card that is on the screen; a card that was decided meanwhile cannot be answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.binding import Binding, BindingType
from textual.content import Content

from ytc_tui.model.commands import Verb
from ytc_tui.screens import words
from ytc_tui.screens.table_screen import TableScreen
from ytc_tui.screens.themes import MUTED
from ytc_tui.screens.widgets.live_table import LiveTable
from ytc_tui.screens.widgets.live_table_columns import Column
from ytc_tui.screens.widgets.live_table_rows import Cell, Row
from ytc_tui.views.ages import countdown_text
from ytc_tui.views.waiting import Card, WaitingView

_COLUMNS = (
    Column("card", "card", 7, priority=20),
    Column("state", "state", 9, priority=19),
    Column("left", "left", 5, "right", priority=18),
    Column("asked", "asked", 5, priority=10),
    Column("title", "what is asked", 20, priority=17, share=1),
)


class ApprovalsScreen(TableScreen):
    FOOTER = TableScreen.FOOTER | {"approve", "reject"}
    HEADING = "Approvals"
    COLUMNS = _COLUMNS
    EMPTY = "nothing has been handed over yet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve", id="approve", tooltip="Approve the selected card"),
        Binding("x", "reject", "Reject", id="reject", tooltip="Reject the selected card"),
    ]

    def rows(self) -> Sequence[Row] | None:
        view, zone = self._view(), self.desk.desk.zone
        return tuple(_row(card, zone) for card in view.cards) if view is not None else None

    def summary(self) -> Content:
        view = self._view()
        if view is None:
            return Content()
        older = f", {view.older} older are not listed" if view.older else ""
        return Content.styled(f"{view.waiting} to answer{older}", "$text-warning" if view.waiting else "")

    def behind(self, key: str) -> Content:
        card = self._card(key)
        return card_content(card, self.desk.desk.zone) if card is not None else Content()

    def asks(self, key: str) -> str:
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that answer are grey where there is nothing to answer, or nobody to hear it."""
        if action in ("approve", "reject"):
            card = self._card(self.selected_key)
            return None if self.desk.dead or card is None or not card.waiting else True
        return super().check_action(action, parameters)

    def action_approve(self) -> None:
        self._send(Verb.APPROVE)

    def action_reject(self) -> None:
        self._send(Verb.REJECT)

    def _send(self, verb: Verb) -> None:
        card = self._card(self.selected_key)
        if card is not None:
            self.desk.send(self.desk.command(verb, target=card.card_id, content_hash=card.content_hash))

    def show_body(self) -> None:
        super().show_body()
        self.refresh_bindings()

    def on_screen_resume(self) -> None:
        """Who opens this to answer finds the cursor on what waits."""
        view, selected = self._view(), self._card(self.selected_key)
        waiting = [card.card_id for card in view.cards if card.waiting] if view is not None else []
        if waiting and (selected is None or not selected.waiting):
            self.go_to(waiting[0])

    def on_live_table_row_highlighted(self, event: LiveTable.RowHighlighted) -> None:
        self.refresh_bindings()

    def _card(self, key: str | None) -> Card | None:
        view = self._view()
        return next((card for card in view.cards if card.card_id == key), None) if view is not None else None

    def _view(self) -> WaitingView | None:
        return self.desk.link.view("waiting", WaitingView)


def _row(card: Card, zone: ZoneInfo) -> Row:
    left = "" if card.left_s is None else countdown_text(card.left_s)
    return Row(
        card.card_id,
        (
            Cell(card.card_id),
            Cell(card.state, "warning" if card.waiting else "muted"),
            Cell(left, "warning"),
            Cell(words.clock(card.proposed_ns, zone), "muted"),
            Cell(card.title, "plain" if card.waiting else "muted"),
        ),
    )


def card_content(card: Card, zone: ZoneInfo) -> Content:
    """A card whole: what is asked, what is shown for it, and what an answer is bound to."""
    life = "" if card.left_s is None else f", {countdown_text(card.left_s)} left, then it is void"
    decided = f" by {card.decided_by}" if card.decided_by else ""
    reason = f": {card.reason}" if card.reason else ""
    state = f"{card.state}{decided}{reason}, asked at {words.clock(card.proposed_ns, zone)}{life}"
    pieces: list[str | tuple[str, str]] = [
        (f"{card.title}\n", "bold"),
        (state, "$text-warning" if card.waiting else MUTED),
    ]
    name_cells = max((len(name) for name, _ in card.facts), default=0)
    for name, value in card.facts:
        pieces += [(f"\n{name:<{name_cells}}  ", MUTED), value]
    pieces.append((f"\n{'content':<{name_cells}}  {card.content_hash}", MUTED))
    return Content.assemble(*pieces)
